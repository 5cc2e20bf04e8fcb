import { UsageError } from "../../ground/mod.ts";

/** A chat template's text, or why a model has none that can be used. */
export type ChatTemplate = { readonly text: string } | { readonly missing: string };

const FILE = "chat_template.jinja";
const NAMED_FILES = "additional_chat_templates";
/** Places that other tools write templates to; transformers' tokenizers read none of them. */
const NOT_READ = ["chat_template.json", "chat_templates"];

/**
 * Finds the chat template of a model's folder as transformers does: files win over
 * `tokenizer_config.json`, and of several named templates "default" is the one for a conversation
 * without tools.
 *
 * @param dir The model's folder.
 * @param configured `chat_template` of its `tokenizer_config.json`: a text, texts by name, or null.
 *
 * Source: transformers 5.23, `PreTrainedTokenizerBase.from_pretrained` and `get_chat_template`
 */
export async function findChatTemplate(
  dir: string,
  configured: string | Readonly<Record<string, string>> | null,
): Promise<ChatTemplate> {
  const named = await namedFiles(`${dir}/${NAMED_FILES}`);
  if (named.includes("default")) {
    return usable(await readIfThere(`${dir}/${NAMED_FILES}/default.jinja`), NAMED_FILES);
  }
  const file = await readIfThere(`${dir}/${FILE}`);
  if (file !== undefined) return usable(file, FILE);
  if (named.length > 0) return noDefault(NAMED_FILES, named);
  if (typeof configured === "string") return usable(configured, "tokenizer_config.json");
  if (configured !== null) {
    return configured.default === undefined
      ? noDefault("tokenizer_config.json", Object.keys(configured))
      : usable(configured.default, "tokenizer_config.json");
  }
  for (const name of NOT_READ) {
    if (await exists(`${dir}/${name}`)) {
      return {
        missing: `has its chat template in ${name}, which transformers' tokenizers do not read; ` +
          `save the template as ${FILE}`,
      };
    }
  }
  return {
    missing:
      `has no chat template; take an instruct model, or save a template there as ${FILE}: the ` +
      "one that its adapters learnt (multiple choice and general text need none)",
  };
}

function usable(text: string | undefined, where: string): ChatTemplate {
  // as Jinja reads a template, whatever ends its lines
  return text?.trim()
    ? { text: text.replaceAll("\r\n", "\n") }
    : { missing: `has an empty chat template in ${where}` };
}

function noDefault(where: string, names: readonly string[]): ChatTemplate {
  if (names.length === 0) return { missing: `has a chat_template in ${where} without any text` };
  const known = names.toSorted().map((name) => `"${name}"`).join(", ");
  return { missing: `has the chat templates ${known} in ${where} and none named "default"` };
}

/** The names of the templates in a folder, which need not be there. */
async function namedFiles(dir: string): Promise<string[]> {
  if (!await exists(dir)) return [];
  const names: string[] = [];
  for await (const { name } of Deno.readDir(dir)) {
    if (name.endsWith(".jinja")) names.push(name.slice(0, -".jinja".length));
  }
  return names;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UsageError(`Cannot read the chat template "${path}": it is a folder, not a file`);
    }
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The name under which templates get the function that writes the day. */
export const FIXED_DATE = "strftime_on_the_day";

/** What marks an answer's tokens for training, and writes nothing. */
const GENERATION = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;

/**
 * The template as the interpreter gets it.
 *
 * The function that writes today's date is replaced by one for a fixed day. The interpreter refuses
 * a value in that function's place, so the template assigns it; the line break after the statement
 * is not part of the text. The marks of generation become conditions that always hold: the
 * interpreter takes them out, and a `{%-` behind one would then strip what stands before it.
 */
export function asRendered(template: string): string {
  const marked = template.replaceAll(
    GENERATION,
    (_, left, end, right) => end ? `{%${left} endif ${right}%}` : `{%${left} if true ${right}%}`,
  );
  return marked.includes("strftime_now")
    ? `{% set strftime_now = ${FIXED_DATE} %}\n${marked}`
    : marked;
}
