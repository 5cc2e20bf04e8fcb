import { UsageError } from "../../ground/mod.ts";
import { type CompletionBody, requestCompletion } from "./completion_request.ts";
import {
  type RequestOptions,
  type ServerClient,
  ServerRefusal,
  ServerUnreachable,
} from "./server_client.ts";

/**
 * How log-probabilities of given tokens are got from the server.
 * - `logprob_token_ids`: one request that names the tokens (vLLM from 2026 on).
 * - `allowed_token_ids`: one request for the likeliest tokens, and for each
 *   choice that is not among them one that allows that token only. It then is
 *   what is sampled, and a sampled token's log-probability is always given. vLLM
 *   computes it before the mask (`--logprobs-mode raw_logprobs`, the default), so
 *   it is normalised over the whole vocabulary.
 *
 * Source: vLLM 0.32.0, v1/sample/sampler.py
 */
export type ScoringMethod = "logprob_token_ids" | "allowed_token_ids";

/** What was found out of a server's log-probabilities. */
export interface Scoring {
  /** How those of given tokens are got. */
  readonly method: ScoringMethod;
  /** How many likeliest tokens it gives at most, of the numbers that were tried. */
  readonly top: number;
}

const METHODS: readonly ScoringMethod[] = ["logprob_token_ids", "allowed_token_ids"];

/** Likeliest tokens that a server is asked for: what vLLM allows by default, and OpenAI's interface. */
const TOPS = [20, 5] as const;
/** The likeliest tokens of the trial that are named: the third to the fifth. */
const PROBED = [2, 5] as const;
/**
 * Nats by which two requests for the same may differ: far above the noise of 16-bit weights, far
 * below what a wrong normalisation changes. Four letters of four requests to vLLM 0.25.1 in bfloat16
 * added up to as much as 1.056.
 */
const NOISE = 0.25;
/** How far a sum of probabilities of one request may lie above 1 from rounding. */
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

/** A server's log-probabilities of some tokens, by their ids. */
type Found = ReadonlyMap<number, number>;

/** How a server is asked: as {@linkcode RequestOptions}, in the way that was found for it. */
export type ScoringOptions = RequestOptions & { readonly scoring: Scoring };

/**
 * Scores the choices as the next token of a prompt.
 *
 * @returns `[choices.length]`, nats, normalised over the whole vocabulary.
 * @throws {UsageError} If the answer lacks a choice, or holds no log-probabilities.
 */
export async function scoreChoices(
  client: ServerClient,
  request: ScoreRequest,
  { scoring: { method, top }, ...options }: ScoringOptions,
): Promise<number[]> {
  const { choices } = request;
  if (method === "logprob_token_ids") {
    return checked(client, choices, await named(client, request, options), { method, noise: 0 });
  }
  const likeliest = await firstStep(client, request, { logprobs: top }, options);
  const others = choices.filter((id) => !likeliest.has(id));
  const found = new Map([...likeliest, ...await forced(client, request, others, options)]);
  return checked(client, choices, found, { method, noise: others.length > 0 ? NOISE : 0 });
}

/** The log-probabilities that a request gives for the first new token. */
async function firstStep(
  client: ServerClient,
  { model, prompt }: Omit<ScoreRequest, "choices">,
  body: Partial<CompletionBody>,
  options: RequestOptions,
): Promise<Found> {
  const asked = { model, prompt, max_tokens: 1, ignore_eos: true, ...body };
  const { tokens: [token], logProbs: [found = new Map()] } = await requestCompletion(
    client,
    asked,
    options,
  );
  const { allowed_token_ids: allowed } = body;
  // a server that does not know the field has sampled another token
  return allowed && !allowed.includes(token!) ? new Map() : found;
}

/** Those of the choices, by one request that names them. */
function named(
  client: ServerClient,
  request: ScoreRequest,
  options: RequestOptions,
): Promise<Found> {
  return firstStep(
    client,
    request,
    { logprobs: 1, logprob_token_ids: request.choices },
    options,
  );
}

/** Those of some tokens, by one request each. */
async function forced(
  client: ServerClient,
  request: ScoreRequest,
  ids: readonly number[],
  options: RequestOptions,
): Promise<Found> {
  const found = new Map<number, number>();
  for (const id of new Set(ids)) {
    const body = { logprobs: 1, allowed_token_ids: [id] };
    const logProb = (await firstStep(client, request, body, options)).get(id);
    if (logProb !== undefined) found.set(id, logProb);
  }
  return found;
}

/** What vLLM gives where a token has no probability at all is below this. */
const LEAST = -1000;

/** The log-probabilities of the choices, where all found are some: probabilities add up to 1 at most. */
function checked(
  client: ServerClient,
  choices: readonly number[],
  found: Found,
  { method, noise }: { readonly method: ScoringMethod; readonly noise: number },
): number[] {
  const scores = choices.map((id) => found.get(id) ?? NaN);
  const mass = massOf([...found.values()]);
  const lacksSome = scores.some((score) => !(score > LEAST));
  if (!lacksSome && mass <= Math.exp(noise) + ROUNDING) return scores;
  throw new UsageError(
    `Cannot use the server at ${client.root}: its answer to ${method} ` +
      (lacksSome
        ? "lacks some of the asked tokens"
        : `is no log-probability: the probabilities add up to ${mass.toFixed(3)}`),
  );
}

function massOf(logProbs: readonly number[]): number {
  return logProbs.reduce((sum, logProb) => sum + Math.exp(logProb), 0);
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
): Promise<Scoring> {
  const { top, likeliest } = await likeliestTokens(client, { model, prompt }, options);
  const sorted = [...likeliest].sort(([, x], [, y]) => y - x);
  const mass = massOf(sorted.map(([, logProb]) => logProb));
  // the likeliest tokens hold at least their share of an even distribution
  if (sorted.length < top || !(mass <= 1 + ROUNDING && mass >= top / vocabSize)) {
    throw new UsageError(
      `Cannot score choices on the server at ${client.root}: its logprobs are no ` +
        "log-probabilities of the likeliest tokens: start vLLM with --logprobs-mode raw_logprobs",
    );
  }
  const choices = sorted.slice(...PROBED).map(([id]) => id);
  const request = { model, prompt, choices };
  for (const method of METHODS) {
    const found = await orNothing(
      method === "logprob_token_ids"
        ? named(client, request, options)
        : forced(client, request, choices, options),
    );
    const isRight = choices.every((id) =>
      Math.abs((found.get(id) ?? NaN) - likeliest.get(id)!) <= NOISE
    );
    if (isRight) return { method, top };
  }
  throw new UsageError(
    `Cannot score choices on the server at ${client.root}: neither ${
      METHODS.join(" nor ")
    } gives ` +
      "log-probabilities of chosen tokens over the whole vocabulary: use vLLM with " +
      "--logprobs-mode raw_logprobs (its default)",
  );
}

/** The likeliest next tokens, as many as the server gives. */
async function likeliestTokens(
  client: ServerClient,
  request: Omit<ScoreRequest, "choices">,
  options: RequestOptions,
): Promise<{ readonly top: number; readonly likeliest: Found }> {
  const [most, few] = TOPS;
  const likeliest = await orNothing(
    firstStep(client, request, { logprobs: most }, options),
    // some fail at what they do not give: one that is not there does not give fewer either
    { failed: true },
  );
  if (likeliest.size >= most) return { top: most, likeliest };
  return { top: few, likeliest: await firstStep(client, request, { logprobs: few }, options) };
}

/**
 * What is found; nothing on a server that does not know what is asked: it refuses it or leaves tokens out.
 *
 * @param or `failed`: nothing, too, where it does not answer.
 */
async function orNothing(
  asked: Promise<Found>,
  { failed = false }: { readonly failed?: boolean } = {},
): Promise<Found> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (error instanceof ServerUnreachable && !failed) throw error;
    if (error instanceof ServerRefusal && error.status !== 400 && error.status !== 422) {
      throw error;
    }
    return new Map();
  }
}
