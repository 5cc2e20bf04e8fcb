import { statSync } from "node:fs";
import { basename } from "node:path";
import { type Checkpoint, INT4_SCHEME } from "../../engine/mod.ts";
import { contentKey, REPOSITORY_ROOT, sha256OfFile, writeAtomic } from "../../ground/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";

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
 * @param options `cache` is the file that remembers; with `anew` every file is read again,
 * whatever it says, and it is put right.
 */
export async function checkpointHashes(
  checkpoint: Checkpoint,
  { cache = CACHE, anew = false }: { readonly cache?: string; readonly anew?: boolean } = {},
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
    const known = anew ? undefined : remembered[identity];
    const hash = known ?? await sha256OfFile(file);
    hashes[basename(file)] = hash;
    if (size < REMEMBERED_BYTES || remembered[identity] === hash || !settled) continue;
    remembered[identity] = hash;
    changed = true;
  }
  if (changed) writeAtomic(cache, JSON.stringify(remembered, null, 2) + "\n");
  return hashes;
}

/**
 * What makes another model of a checkpoint's files, as a hash by name: how its weights were rounded,
 * where they are not answered with as they are.
 */
export function roundingHash({ engine }: Pick<StudyConfig, "engine">): Record<string, string> {
  return engine.weights === "int4" ? { "4-bit weights": contentKey({ scheme: INT4_SCHEME }) } : {};
}

/** Folder of templates by name, beside the files that a template can be in. */
const NAMED_TEMPLATES = "additional_chat_templates";

/**
 * SHA-256 of the files that say how a model's prompts are written, by name, those that are there:
 * `tokenizer_config.json` and the chat templates. No answer's key needs them, as it has the
 * prompt's tokens, yet a study with another template is another study.
 */
export async function templateHashes(dir: string): Promise<Record<string, string>> {
  const names = ["tokenizer_config.json", "chat_template.jinja"];
  try {
    for await (const { name } of Deno.readDir(`${dir}/${NAMED_TEMPLATES}`)) {
      if (name.endsWith(".jinja")) names.push(`${NAMED_TEMPLATES}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const hashes: Record<string, string> = {};
  for (const name of names.sort()) {
    const isThere = await Deno.stat(`${dir}/${name}`).then(({ isFile }) => isFile, () => false);
    if (isThere) hashes[name] = await sha256OfFile(`${dir}/${name}`);
  }
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
