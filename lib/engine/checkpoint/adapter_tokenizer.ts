import { adapterFault } from "./adapter_config.ts";
import { findChatTemplate } from "../tokenizer/mod.ts";

/**
 * Checks that a tokenizer and chat template saved beside an adapter say the
 * same as the base model's, which are the ones that prompts are made with. An
 * adapter folder without them is fine, and so are tokens that the base lacks:
 * prompts are texts of the base's template.
 *
 * @throws {UsageError} If the chat templates differ, or a token has another id.
 */
export async function checkAdapterTokenizer(dir: string, baseDir: string): Promise<void> {
  const own = await chatTemplate(dir);
  if (own !== undefined && own !== await chatTemplate(baseDir)) {
    throw adapterFault(
      dir,
      `it was saved with another chat template than the base model's in "${baseDir}": to use its ` +
        "own, copy its tokenizer and template files over the base's in a copy of that folder and " +
        "give the copy as --model; to use the base's, give a copy of the adapter's folder without " +
        "those files",
    );
  }
  const files = await Promise.all(
    [dir, baseDir].map((folder) =>
      Deno.readTextFile(`${folder}/tokenizer.json`).catch(() => undefined)
    ),
  );
  const [ofAdapter, ofBase] = files;
  if (ofAdapter === undefined || ofBase === undefined || ofAdapter === ofBase) return;
  const known = tokenIds(ofBase);
  for (const [token, id] of tokenIds(ofAdapter)) {
    const expected = known.get(token) ?? id;
    if (expected === id) continue;
    throw adapterFault(
      dir,
      `it was saved with another tokenizer: ${JSON.stringify(token)} has the id ${id} there and ` +
        `${expected} in "${baseDir}": give the base model that it was trained on`,
    );
  }
}

/** What TRL puts round an answer in a template, to know which tokens to learn; it writes nothing. */
const GENERATION_MARKS = /\{%-?\s*(?:end)?generation\s*-?%\}/g;

/** A folder's template, with one spelling of what Jinja does not see; nothing where it has none. */
async function chatTemplate(dir: string): Promise<string | undefined> {
  const config = parse(await Deno.readTextFile(`${dir}/tokenizer_config.json`).catch(() => "{}"));
  const found = await findChatTemplate(dir, byName(config.chat_template));
  if (!("text" in found)) return undefined;
  return found.text.replace(/\n$/, "").replace(GENERATION_MARKS, "");
}

/** A text, or texts by name: transformers writes the latter as a list. */
function byName(value: unknown): string | Record<string, string> | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const named = value.filter((entry) => entry?.name && entry?.template);
  return Object.fromEntries(named.map(({ name, template }) => [String(name), String(template)]));
}

/** The id of each token of a `tokenizer.json`; none where its vocabulary is of another form. */
function tokenIds(json: string): Map<string, number> {
  const { model, added_tokens: added } = parse(json) as {
    model?: { vocab?: Record<string, number> };
    added_tokens?: { content: string; id: number }[];
  };
  const vocab = model?.vocab ?? {};
  // of a unigram model it is a list, whose order is the ids
  const ids: [string, number][] = Array.isArray(vocab)
    ? vocab.map(([token], id) => [token as string, id])
    : Object.entries(vocab);
  for (const { content, id } of added ?? []) ids.push([content, id]);
  return new Map(ids);
}

function parse(json: string): Record<string, unknown> {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
