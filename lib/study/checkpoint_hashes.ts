import { basename } from "node:path";
import type { Checkpoint } from "../engine/checkpoint.ts";
import { REPOSITORY_ROOT, sha256OfFile, writeAtomic } from "../runs/mod.ts";

const CACHE = `${REPOSITORY_ROOT}/.cache/checkpoint_hashes.json`;

/**
 * SHA-256 of a checkpoint's files (weights, configuration, tokenizer), by name.
 * Weights take a second a gigabyte, so their hashes are remembered by path,
 * size and time of change.
 */
export async function checkpointHashes(checkpoint: Checkpoint): Promise<Record<string, string>> {
  const remembered = await readCache();
  const hashes: Record<string, string> = {};
  let changed = false;
  const names = ["config.json", "tokenizer.json"].map((name) => `${checkpoint.dir}/${name}`);
  for (const file of [...names, ...checkpoint.files]) {
    const { size, mtime } = await Deno.stat(file);
    const identity = `${await Deno.realPath(file)} ${size} ${mtime?.getTime()}`;
    if (!remembered[identity]) {
      remembered[identity] = await sha256OfFile(file);
      changed = true;
    }
    hashes[basename(file)] = remembered[identity];
  }
  if (changed) writeAtomic(CACHE, JSON.stringify(remembered, null, 2) + "\n");
  return hashes;
}

async function readCache(): Promise<Record<string, string>> {
  try {
    return JSON.parse(await Deno.readTextFile(CACHE));
  } catch {
    return {}; // absent or damaged: the hashes are computed again
  }
}
