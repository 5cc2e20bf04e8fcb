import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Checkpoint } from "../engine/checkpoint.ts";
import { REPOSITORY_ROOT, sha256OfFile, writeAtomic } from "../runs/mod.ts";

const CACHE = `${REPOSITORY_ROOT}/.cache/checkpoint_hashes.json`;

/** Smaller files are hashed in no time: remembering them would only make the cache grow. */
const REMEMBERED_BYTES = 1 << 20;

/** Two seconds: within one, a second change would not show in the time of change. */
const SETTLED_MS = 2_000;

/**
 * SHA-256 of a checkpoint's files (weights, configuration, tokenizer), by name.
 * Weights take a second a gigabyte, so their hashes are remembered by path,
 * size, inode and both times: a file that was written and given its old time of
 * modification back has a new time of change, which no program sets. That time
 * is told in whole seconds, so a file that has just changed is not remembered.
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
    const { size, ino, mtimeMs, ctimeMs } = statSync(file);
    const identity = `${await Deno.realPath(file)} ${size} ${ino} ${mtimeMs} ${ctimeMs}`;
    const settled = Date.now() - ctimeMs > SETTLED_MS;
    const hash = remembered[identity] ?? await sha256OfFile(file);
    hashes[basename(file)] = hash;
    if (size < REMEMBERED_BYTES || remembered[identity] || !settled) continue;
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
