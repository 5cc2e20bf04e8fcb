import { basename } from "node:path";
import { type Checkpoint, INT4_SCHEME } from "../../engine/mod.ts";
import {
  contentKey,
  fileState,
  RememberedFiles,
  REPOSITORY_ROOT,
  sha256OfFile,
} from "../../ground/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";

const CACHE = `${REPOSITORY_ROOT}/.cache/checkpoint_hashes.json`;

/** Smaller files are hashed in no time: remembering them would only make the cache grow. */
const REMEMBERED_BYTES = 1 << 20;

/**
 * SHA-256 of a checkpoint's files (weights, configuration, tokenizer), by name.
 * Weights take a second a gigabyte, so their hashes are remembered by the
 * state of their file ({@linkcode fileState}).
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
  const remembered = new RememberedFiles(cache, isText);
  const hashes: Record<string, string> = {};
  const names = ["config.json", "tokenizer.json"];
  if (await endsElsewhere(checkpoint)) names.push("generation_config.json");
  for (const file of [...names.map((name) => `${dir}/${name}`), ...files]) {
    const { identity, size, settled } = fileState(file);
    const hash = (anew ? undefined : remembered.get(identity)) ?? await sha256OfFile(file);
    hashes[basename(file)] = hash;
    if (size >= REMEMBERED_BYTES && settled) remembered.set(identity, hash);
  }
  remembered.save();
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

function isText(value: unknown): value is string {
  return typeof value === "string";
}
