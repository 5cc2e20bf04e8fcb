import { UsageError } from "../../ground/mod.ts";
import {
  type CompletionBody,
  requestCompletion,
  type ServerCompletion,
} from "./completion_request.ts";
import {
  type RequestOptions,
  type ServerClient,
  ServerRefusal,
  ServerUnreachable,
} from "./server_client.ts";

/**
 * How log-probabilities of given tokens are got from the server.
 * - `logprob_token_ids`: one request that names the tokens (vLLM from 2026 on).
 * - `allowed_token_ids`: one request a token, which allows that token only. It
 *   then is what is sampled, and a sampled token's log-probability is always
 *   given. vLLM computes it before the mask (`--logprobs-mode raw_logprobs`, the
 *   default), so it is normalised over the whole vocabulary. With all choices
 *   allowed in one request, only the best of them is sure to be among the answers.
 *
 * Source: vLLM 0.32.0, v1/sample/sampler.py
 */
export type ScoringMethod = "logprob_token_ids" | "allowed_token_ids";

const METHODS: readonly ScoringMethod[] = ["logprob_token_ids", "allowed_token_ids"];

/** Top tokens that the probe looks at: what OpenAI's completions interface allows. */
const PROBE_TOP = 5;
/** Nats; far above the noise of 16-bit weights, far below what a wrong normalisation changes. */
const PROBE_TOLERANCE = 0.25;
/** How far a sum of probabilities may lie above 1 from rounding. */
const ROUNDING = 1e-3;

/** Which model is asked for which tokens. */
export interface ScoreRequest {
  /** The model's name on the server. */
  readonly model: string;
  /** Token ids of the whole prompt. */
  readonly prompt: readonly number[];
  /** Token ids whose log-probabilities are wanted. */
  readonly choices: readonly number[];
}

/**
 * Scores the choices as the next token of a prompt.
 *
 * @returns `[choices.length]`, nats, normalised over the whole vocabulary.
 * @throws {UsageError} If the answer lacks a choice, or holds no log-probabilities.
 */
export async function scoreChoices(
  client: ServerClient,
  { model, prompt, choices }: ScoreRequest,
  { method, ...options }: RequestOptions & { readonly method: ScoringMethod },
): Promise<number[]> {
  const ask = (body: Partial<CompletionBody>): Promise<ServerCompletion> =>
    requestCompletion(client, { model, prompt, max_tokens: 1, ignore_eos: true, ...body }, options);
  const found = new Map<number, number>();
  if (method === "logprob_token_ids") {
    const answer = await ask({ logprobs: 1, logprob_token_ids: choices });
    for (const [id, logProb] of answer.logProbs[0] ?? []) found.set(id, logProb);
  } else {
    for (const id of new Set(choices)) {
      const answer = await ask({ logprobs: 1, allowed_token_ids: [id] });
      const logProb = answer.tokens[0] === id ? answer.logProbs[0]?.get(id) : undefined;
      if (logProb !== undefined) found.set(id, logProb);
    }
  }
  const scores = choices.map((id) => found.get(id) ?? NaN);
  const mass = [...new Set(choices)].reduce((sum, id) => sum + Math.exp(found.get(id) ?? NaN), 0);
  if (!(mass <= 1 + ROUNDING)) {
    throw new UsageError(
      `Cannot use the server at ${client.root}: its answer to ${method} ` +
        (Number.isNaN(mass)
          ? "lacks some of the asked tokens"
          : `is no log-probability: the probabilities add up to ${mass.toFixed(3)}`),
    );
  }
  return scores;
}

/**
 * Finds out by trial which method gives log-probabilities that are normalised
 * over the whole vocabulary on this server. The trial asks for unlikely tokens
 * whose log-probabilities are known from an unmasked request: normalised over
 * the asked tokens alone, they would come out nats higher.
 *
 * @throws {UsageError} If no method does, with what is to be changed on the server.
 */
export async function probeScoring(
  client: ServerClient,
  { model, prompt, vocabSize }: {
    readonly model: string;
    readonly prompt: readonly number[];
    readonly vocabSize: number;
  },
  options: RequestOptions = {},
): Promise<ScoringMethod> {
  const reference = await requestCompletion(
    client,
    { model, prompt, max_tokens: 1, logprobs: PROBE_TOP, ignore_eos: true },
    options,
  );
  const top = [...reference.logProbs[0] ?? []].sort(([, x], [, y]) => y - x);
  const mass = top.reduce((sum, [, logProb]) => sum + Math.exp(logProb), 0);
  // the likeliest tokens hold at least their share of an even distribution
  if (top.length < PROBE_TOP || !(mass <= 1 + ROUNDING && mass >= PROBE_TOP / vocabSize)) {
    throw new UsageError(
      `Cannot score choices on the server at ${client.root}: its logprobs are no ` +
        "log-probabilities of the likeliest tokens: start vLLM with --logprobs-mode raw_logprobs",
    );
  }
  const unlikely = top.slice(2);
  const choices = unlikely.map(([id]) => id);
  for (const method of METHODS) {
    try {
      const scores = await scoreChoices(client, { model, prompt, choices }, { ...options, method });
      const isRight = scores.every((score, i) =>
        Math.abs(score - unlikely[i]![1]) <= PROBE_TOLERANCE
      );
      if (isRight) return method;
    } catch (error) {
      // a server that does not know the field refuses it or leaves tokens out: the next method
      if (!(error instanceof UsageError) || error instanceof ServerUnreachable) throw error;
      if (error instanceof ServerRefusal && error.status !== 400 && error.status !== 422) {
        throw error;
      }
    }
  }
  throw new UsageError(
    `Cannot score choices on the server at ${client.root}: neither ${
      METHODS.join(" nor ")
    } gives ` +
      "log-probabilities of chosen tokens over the whole vocabulary: use vLLM with " +
      "--logprobs-mode raw_logprobs (its default)",
  );
}
