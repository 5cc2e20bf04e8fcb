import { basename } from "node:path";
import type { Checkpoint } from "../engine/checkpoint.ts";
import { REPOSITORY_ROOT, sha256OfFile, writeAtomic } from "../runs/mod.ts";

const CACHE = `${REPOSITORY_ROOT}/.cache/checkpoint_hashes.json`;

/** Smaller files are hashed in no time: remembering them would only make the cache grow. */
const REMEMBERED_BYTES = 1 << 20;

/**
 * SHA-256 of a checkpoint's files (weights, configuration, tokenizer), by name.
 * Weights take a second a gigabyte, so their hashes are remembered by path,
 * size and time of change.
 *
 * `generation_config.json` is among them where it ends completions at other
 * tokens than `config.json` does, which is all that is read in it.
 *
 * @param cache The file that remembers.
 */
export async function checkpointHashes(
  checkpoint: Checkpoint,
  cache: string = CACHE,
): Promise<Record<string, string>> {
  const { dir, files } = checkpoint;
  const remembered = await readCache(cache);
  const hashes: Record<string, string> = {};
  let changed = false;
  const names = ["config.json", "tokenizer.json"];
  if (await endsElsewhere(checkpoint)) names.push("generation_config.json");
  for (const file of [...names.map((name) => `${dir}/${name}`), ...files]) {
    const { size, mtime } = await Deno.stat(file);
    const identity = `${await Deno.realPath(file)} ${size} ${mtime?.getTime()}`;
    const hash = remembered[identity] ?? await sha256OfFile(file);
    hashes[basename(file)] = hash;
    if (size < REMEMBERED_BYTES || remembered[identity]) continue;
    remembered[identity] = hash;
    changed = true;
  }
  if (changed) writeAtomic(cache, JSON.stringify(remembered, null, 2) + "\n");
  return hashes;
}

async function endsElsewhere({ dir, config: { endTokenIds } }: Checkpoint): Promise<boolean> {
  const { eos_token_id: own } = JSON.parse(await Deno.readTextFile(`${dir}/config.json`));
  return [own].flat().join() !== endTokenIds.join();
}

async function readCache(cache: string): Promise<Record<string, string>> {
  try {
    const remembered = JSON.parse(await Deno.readTextFile(cache));
    return typeof remembered === "object" && remembered !== null ? remembered : {};
  } catch {
    return {}; // absent or damaged: the hashes are computed again
  }
}
