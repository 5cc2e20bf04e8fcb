import { basename } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { requestCompletion, sameIds } from "./completion_request.ts";
import type { RequestOptions, ServerClient } from "./server_client.ts";

/** What a server says that it serves. */
export interface ServedModel {
  /** The base model's name in requests. */
  readonly name: string;
  /** Names of all that is served, adapters included. */
  readonly names: readonly string[];
  /** Most tokens of a prompt with its completion, if the server says. */
  readonly maxModelLen?: number;
  /** The server's version, if it says. */
  readonly version?: string;
}

/** Which model the server should have. */
export interface WantedModel {
  /** The config's model id. */
  readonly id: string;
  /** The folder whose tokenizer is used here. */
  readonly dir: string;
  /** The name on the server, where the config gives it. */
  readonly servedModel?: string | undefined;
}

/** Text on which tokenizers differ: code, runs of spaces, digits, accents, other scripts, an emoji. */
export const PROBE_TEXT =
  "SELECT count(*) FROM `größe_2024` WHERE x >= 12.5;\n\n    -- 数据, données 🙂\tAnswer: B";

interface ModelCard {
  readonly id: string;
  readonly root?: string | null;
  readonly parent?: string | null;
  readonly max_model_len?: number | null;
}

/**
 * Looks up the base model on the server: by the name that the config gives,
 * else the one whose name or folder is the config's model id or folder.
 *
 * @throws {UsageError} If the server cannot be reached, is no completions server, or has
 * another model.
 */
export async function identifyModel(
  client: ServerClient,
  { id, dir, servedModel }: WantedModel,
  options: RequestOptions = {},
): Promise<ServedModel> {
  const listed = (await request(client, "/v1/models", options) as { data?: unknown } | undefined)
    ?.data;
  if (!Array.isArray(listed) || !listed.every((card) => typeof card?.id === "string")) {
    throw new UsageError(
      `Cannot use the server at ${client.root}: /v1/models lists no models: is this a ` +
        "completions server?",
    );
  }
  const cards: readonly ModelCard[] = listed;
  const bases = cards.filter(({ parent }) => !parent);
  const fits = ({ id: name, root }: ModelCard): boolean =>
    servedModel !== undefined
      ? name === servedModel
      : [name, root].some((text) =>
        text === id || text === dir || lastPart(text) === basename(dir)
      );
  const card = bases.find(fits);
  if (!card) {
    throw new UsageError(
      `Cannot use the server at ${client.root}: it serves ${
        bases.map(({ id: name }) => `"${name}"`).join(", ") || "no model"
      }, the study wants "${servedModel ?? id}": start it with that model, or set ` +
        "engine.servedModel to the model's name there",
    );
  }
  const version = await versionOf(client, options);
  return {
    name: card.id,
    names: cards.map(({ id: name }) => name),
    // whatever it says that is no number of tokens, it does not say how many
    ...(Number.isSafeInteger(card.max_model_len) && card.max_model_len! > 0
      ? { maxModelLen: card.max_model_len! }
      : {}),
    ...(version ? { version } : {}),
  };
}

/**
 * Checks that the server's tokenizer is this one and that prompts arrive as the
 * ids that were sent. Both are read from completions of one token: the ids that
 * the server made of a text, and the ids that it saw in place of ids.
 *
 * Covered: the vocabulary, by a text on which tokenizers differ. Not covered:
 * the weights. That the model of the right name is the right one is the server's word.
 *
 * @returns The probe's token ids.
 * @throws {UsageError} If they differ.
 */
export async function checkTokenizer(
  client: ServerClient,
  { model, tokenizer }: { readonly model: string; readonly tokenizer: Pick<Tokenizer, "encode"> },
  options: RequestOptions = {},
): Promise<readonly number[]> {
  const ids = tokenizer.encode(PROBE_TEXT);
  const ask = async (prompt: string | readonly number[]): Promise<readonly number[]> =>
    (await requestCompletion(
      client,
      { model, prompt, max_tokens: 1, add_special_tokens: false },
      options,
    )).promptTokens;
  const theirs = await ask(PROBE_TEXT);
  if (!sameIds(theirs, ids)) {
    const at = ids.findIndex((id, i) => theirs[i] !== id);
    throw new UsageError(
      `Cannot use the server at ${client.root}: its tokenizer is not the study's: of a test text ` +
        `it makes ${theirs.length} tokens, here ${ids.length}, the first difference at ` +
        `position ${at < 0 ? ids.length : at}: serve the same model`,
    );
  }
  await ask(ids); // refused if the server sees other ids
  return ids;
}

async function request(
  client: ServerClient,
  path: string,
  options: RequestOptions,
): Promise<unknown> {
  try {
    return await client.request(path, undefined, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Cannot reach the server at ${client.root}: ${
        (error as Error).message
      }: is it running, and is engine.url right?`,
    );
  }
}

/** vLLM tells its version; other servers need not. */
async function versionOf(
  client: ServerClient,
  options: RequestOptions,
): Promise<string | undefined> {
  try {
    const answer = await client.request("/version", undefined, { ...options, attempts: 1 });
    const version = (answer as { version?: unknown } | undefined)?.version;
    return typeof version === "string" ? version : undefined;
  } catch {
    options.signal?.throwIfAborted();
    return undefined;
  }
}

function lastPart(path: string | null | undefined): string | undefined {
  return path?.split("/").filter(Boolean).at(-1);
}
