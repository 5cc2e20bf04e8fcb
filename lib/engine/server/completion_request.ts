import { UsageError } from "../../ground/mod.ts";
import type { RequestOptions, ServerClient } from "./server_client.ts";

/** One completion of one prompt, as the server gave it. */
export interface ServerCompletion {
  /** Generated ids, a stop token at the end included. */
  readonly tokens: readonly number[];
  /** The prompt's ids as the server saw them. */
  readonly promptTokens: readonly number[];
  /** Why it ended, as the server says. */
  readonly finishReason: "stop" | "length";
  /** For each generated token, log-probabilities by token id, nats; empty if none were asked for. */
  readonly logProbs: readonly ReadonlyMap<number, number>[];
  /** The same for each token of the prompt, if asked for; the first has none. */
  readonly promptLogProbs?: readonly ReadonlyMap<number, number>[];
}

/** What a completion is asked with; the names are those of the server's interface. */
export interface CompletionBody {
  /** The model's name on the server. */
  readonly model: string;
  /** A text, or token ids that are taken as they are. */
  readonly prompt: string | readonly number[];
  /** Most tokens of the completion. */
  readonly max_tokens: number;
  /** How many likeliest tokens are given with each token; none when left out. */
  readonly logprobs?: number;
  /** The same for the prompt's tokens; 0 gives those of the prompt alone. */
  readonly prompt_logprobs?: number;
  /** Ids whose log-probabilities are given in their place. */
  readonly logprob_token_ids?: readonly number[];
  /** The only ids that may be generated. */
  readonly allowed_token_ids?: readonly number[];
  /** Ids that end the completion. */
  readonly stop_token_ids?: readonly number[];
  /** Whether the server's own end token does not end it. */
  readonly ignore_eos?: boolean;
  /** Whether the server puts special tokens round a text. */
  readonly add_special_tokens?: boolean;
}

/**
 * Greedy, and nothing else. All of it is spelled out because vLLM takes what a
 * request leaves out from the model's generation_config.json, where a
 * `repetition_penalty` (Qwen2.5 Instruct has one) changes greedy answers too.
 */
const GREEDY = {
  temperature: 0,
  top_p: 1,
  top_k: 0,
  min_p: 0,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  n: 1,
  stream: false,
  // ids, since a text does not say which tokens it was made of
  return_token_ids: true,
  return_tokens_as_token_ids: true,
} as const;

/**
 * Asks for one greedy completion and checks that the answer is one: a single
 * choice, the prompt's own ids, exact token ids, log-probabilities if asked.
 *
 * @throws {UsageError} If the server's answers lack what this engine needs.
 */
export async function requestCompletion(
  client: ServerClient,
  body: CompletionBody,
  options: RequestOptions = {},
): Promise<ServerCompletion> {
  const json = await client.request("/v1/completions", { ...GREEDY, ...body }, options);
  const choices = (json as { choices?: unknown } | undefined)?.choices;
  const fail = (what: string): never => {
    throw new UsageError(`Cannot use the server at ${client.root}: its answer ${what}`);
  };
  if (!Array.isArray(choices)) return fail("is no completion: is this a completions server?");
  if (choices.length !== 1) {
    return fail(`to a single prompt has ${choices.length} choices in place of one`);
  }
  const choice = choices[0] as Readonly<Record<string, unknown>>;
  const { token_ids: tokens, prompt_token_ids: promptTokens, finish_reason: finish } = choice;
  if (!isIds(tokens) || !isIds(promptTokens)) {
    return fail(
      "has no token ids (token_ids, prompt_token_ids), and texts would not say which tokens were " +
        "generated: use a server that knows return_token_ids, such as vLLM 0.10.2 or later",
    );
  }
  if (typeof body.prompt !== "string" && !sameIds(body.prompt, promptTokens)) {
    return fail(
      `is to another prompt, of ${promptTokens.length} token ids in place of ${body.prompt.length}: ` +
        "it must take token ids as they are",
    );
  }
  if (finish !== "stop" && finish !== "length") {
    return fail(`has the finish_reason ${JSON.stringify(finish)} in place of stop or length`);
  }
  if (tokens.length > body.max_tokens) {
    return fail(`has ${tokens.length} tokens where ${body.max_tokens} were allowed`);
  }
  const logProbs = body.logprobs === undefined ? [] : parseLogProbs(choice.logprobs);
  if (logProbs === undefined || (body.logprobs !== undefined && logProbs.length < tokens.length)) {
    return fail("lacks the log-probabilities by token id that were asked for");
  }
  if (body.prompt_logprobs === undefined) {
    return { tokens, promptTokens, finishReason: finish, logProbs };
  }
  const promptLogProbs = parsePromptLogProbs(choice.prompt_logprobs);
  if (!promptLogProbs) return fail("lacks the log-probabilities of the prompt");
  return { tokens, promptTokens, finishReason: finish, logProbs, promptLogProbs };
}

const TOKEN = /^token_id:(\d+)$/;

function parseLogProbs(value: unknown): ReadonlyMap<number, number>[] | undefined {
  const steps = (value as { top_logprobs?: unknown } | null | undefined)?.top_logprobs;
  if (!Array.isArray(steps)) return undefined;
  const result: Map<number, number>[] = [];
  for (const step of steps) {
    const byId = new Map<number, number>();
    for (const [key, logProb] of Object.entries(step ?? {})) {
      const id = TOKEN.exec(key)?.[1];
      if (id === undefined || typeof logProb !== "number") return undefined;
      byId.set(Number(id), logProb);
    }
    result.push(byId);
  }
  return result;
}

function parsePromptLogProbs(value: unknown): ReadonlyMap<number, number>[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((step) =>
    new Map(
      Object.entries(step ?? {}).map(([id, entry]) => [
        Number(id),
        Number((entry as { logprob?: unknown } | null)?.logprob ?? NaN),
      ]),
    )
  );
}

/** Whether two lists of token ids are the same. */
export function sameIds(x: readonly number[], y: readonly number[]): boolean {
  return x.length === y.length && x.every((id, i) => id === y[i]);
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id));
}
