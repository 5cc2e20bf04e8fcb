import type { Prompt } from "../engine.ts";

/** Tokens 0 to 255 are bytes; 256 ends a completion. */
export const END_TOKEN = 256;
/** The fake model's vocabulary. */
export const VOCAB_SIZE = 260;
/** The fake model's name. */
export const MODEL = "test/fake-model";

/** For tests: the tokenizer of the fake server, a token a byte. */
export const BYTE_TOKENIZER = {
  encode: (text: string): number[] => [...new TextEncoder().encode(text)],
};

/** What the fake server does with one request instead of answering, if anything. */
export type Misbehaviour = (request: {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Counts all requests, from 1. */
  readonly count: number;
}) => Response | Promise<Response> | undefined;

/** For tests: how the fake server differs from a well-behaved vLLM. */
export interface FakeServerOptions {
  readonly misbehave?: Misbehaviour;
  /** Changes the JSON of a completion before it is sent. */
  readonly alter?: (answer: FakeAnswer, body: Readonly<Record<string, unknown>>) => unknown;
  /** Fields of a request that it does not know and ignores. */
  readonly ignores?: readonly string[];
  /** vLLM's `--logprobs-mode`. */
  readonly logprobsMode?: "raw_logprobs" | "processed_logprobs" | "raw_logits";
  readonly models?: readonly Record<string, unknown>[];
  /** Whether adapters can be loaded while it runs. */
  readonly loadsAdapters?: boolean;
  /** Another tokenizer than the bytes. */
  readonly encode?: (text: string) => number[];
}

/** A completion's JSON. */
export interface FakeAnswer {
  readonly choices: readonly Record<string, unknown>[];
}

/** For tests: what the fake server has seen. */
export interface FakeServer {
  readonly url: string;
  /** Bodies of all completion requests, those that it misbehaved on included. */
  readonly asked: readonly Readonly<Record<string, unknown>>[];
  /** Paths of all requests. */
  readonly paths: readonly string[];
  /** Most requests that were in flight at once. */
  mostInFlight(): number;
  /** Folders of the adapters that are loaded, by name. */
  readonly adapters: ReadonlyMap<string, string>;
}

/** For tests: runs `test` against a completions server on this machine. */
export async function withFakeServer(
  options: FakeServerOptions,
  test: (server: FakeServer) => Promise<void>,
): Promise<void> {
  const asked: Record<string, unknown>[] = [];
  const paths: string[] = [];
  const adapters = new Map<string, string>();
  let inFlight = 0;
  let most = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: noOp }, handle);
  const { port } = server.addr;
  await test({
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    paths,
    adapters,
    mostInFlight: () => most,
  });

  async function handle(request: Request): Promise<Response> {
    most = Math.max(most, ++inFlight);
    try {
      const path = new URL(request.url).pathname;
      const body = request.method === "POST" ? await request.json() : {};
      paths.push(path);
      if (path === "/v1/completions") asked.push(body);
      const misbehaviour = await options.misbehave?.({ path, body, count: paths.length });
      return misbehaviour ?? answer(path, body);
    } catch {
      return new Response(null, { status: 499 }); // the client hung up while it was read
    } finally {
      inFlight--;
    }
  }

  function answer(path: string, body: Record<string, unknown>): Response {
    if (path === "/v1/models") {
      const cards = options.models ??
        [{ id: MODEL, root: MODEL, parent: null, max_model_len: 512 }];
      const loaded = [...adapters.keys()].map((id) => ({ id, parent: MODEL }));
      return Response.json({ object: "list", data: [...cards, ...loaded] });
    }
    if (path === "/version") return Response.json({ version: "0.0.0-fake" });
    if (path === "/v1/load_lora_adapter" && options.loadsAdapters) {
      adapters.set(String(body.lora_name), String(body.lora_path));
      return new Response(`Success: LoRA adapter '${body.lora_name}' added successfully.`);
    }
    if (path === "/v1/unload_lora_adapter" && adapters.delete(String(body.lora_name))) {
      return new Response(`Success: LoRA adapter '${body.lora_name}' removed successfully.`);
    }
    if (path === "/v1/completions") return complete(body, options, adapters);
    return Response.json({ detail: "Not Found" }, { status: 404 });
  }
}

/** The answer to a completion request. */
function complete(
  body: Record<string, unknown>,
  options: FakeServerOptions,
  adapters: ReadonlyMap<string, string>,
): Response {
  const model = String(body.model);
  const served = options.models?.map(({ id }) => id) ?? [MODEL];
  if (!served.includes(model) && !adapters.has(model)) {
    const message = `The model \`${model}\` does not exist.`;
    return Response.json({ error: { message, code: 404 } }, { status: 404 });
  }
  for (const field of options.ignores ?? []) delete body[field];
  const encode = options.encode ?? BYTE_TOKENIZER.encode;
  const prompt = typeof body.prompt === "string" ? encode(body.prompt) : body.prompt as number[];
  const allowed = body.allowed_token_ids as number[] | undefined;
  const all = fakeCompletion(prompt, body.max_tokens as number, model);
  const tokens = allowed ? [likeliest(prompt, model, allowed)] : all.tokens;
  const choice = {
    index: 0,
    text: "",
    finish_reason: allowed ? "length" : all.finishReason,
    ...(body.return_token_ids ? { token_ids: tokens, prompt_token_ids: prompt } : {}),
    logprobs: body.logprobs === undefined ? null : {
      top_logprobs: tokens.map((token, i) =>
        topLogProbs([...prompt, ...tokens.slice(0, i)], token)
      ),
    },
  };
  if (body.prompt_logprobs !== undefined) {
    Object.assign(choice, {
      prompt_logprobs: prompt.map((id, i) =>
        i === 0 ? null : { [id]: { logprob: fakeLogProbs(prompt.slice(0, i), model)[id], rank: 1 } }
      ),
    });
  }
  const alter = options.alter ?? ((json: FakeAnswer): unknown => json);
  return Response.json(alter({ choices: [choice] }, body));

  function topLogProbs(context: readonly number[], token: number): Record<string, number> {
    const processed = options.logprobsMode === "processed_logprobs";
    const logits = fakeLogits(context, model).map((logit, id) =>
      processed && allowed && !allowed.includes(id) ? -Infinity : logit
    );
    const shift = options.logprobsMode === "raw_logits" ? 0 : logSumExp(logits);
    const wanted = (body.logprob_token_ids as number[] | undefined) ??
      logits.map((_, id) => id).sort((x, y) => logits[y]! - logits[x]!)
        .slice(0, body.logprobs as number);
    return Object.fromEntries(
      [token, ...wanted].map((id) => [`token_id:${id}`, Math.max(logits[id]! - shift, -9999)]),
    );
  }
}

/** For tests: a completion that breaks off within its body, as when a connection is cut. */
export function cutAnswer(): Response {
  const half = new TextEncoder().encode('{"choices": [{"index": 0, "text": "SEL');
  const body = new ReadableStream({
    start(controller): void {
      controller.enqueue(half);
      controller.close(); // short of the length below: the server can only drop the connection
    },
  });
  return new Response(body, { headers: { "content-length": "1000" } });
}

function noOp(): void {}

/** For tests: the tokens of a prompt with those that generation and scoring share. */
export function promptOf(shared: string, own: string): Prompt {
  return { prefix: BYTE_TOKENIZER.encode(shared), suffix: BYTE_TOKENIZER.encode(own) };
}

/** For tests: what the fake model answers, the end token included where it gets that far. */
export function fakeCompletion(
  prompt: readonly number[],
  maxTokens: number,
  model: string = MODEL,
): { readonly tokens: readonly number[]; readonly finishReason: "stop" | "length" } {
  const seed = mix(prompt, model);
  const length = 2 + seed % 9;
  const whole = Array.from({ length }, (_, i) => (seed * (i + 3) + 7 * i) % 256);
  return length < maxTokens
    ? { tokens: [...whole, END_TOKEN], finishReason: "stop" }
    : { tokens: whole.slice(0, maxTokens), finishReason: "length" };
}

/** For tests: the fake model's log-probabilities of the next token, `[VOCAB_SIZE]`, nats. */
export function fakeLogProbs(prompt: readonly number[], model: string = MODEL): number[] {
  const logits = fakeLogits(prompt, model);
  const shift = logSumExp(logits);
  return logits.map((logit) => logit - shift);
}

function fakeLogits(prompt: readonly number[], model: string): number[] {
  const seed = mix(prompt, model);
  return Array.from({ length: VOCAB_SIZE }, (_, id) => (seed * 31 + id * 7919) % 1009 / 100 + 2);
}

function likeliest(prompt: readonly number[], model: string, ids: readonly number[]): number {
  const logits = fakeLogits(prompt, model);
  return ids.reduce((best, id) => logits[id]! > logits[best]! ? id : best);
}

function mix(prompt: readonly number[], model: string): number {
  const ids = [...prompt, ...BYTE_TOKENIZER.encode(model)];
  return ids.reduce((sum, id, i) => (sum * 33 + id + i) % 100_003, 5);
}

function logSumExp(logits: readonly number[]): number {
  return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
}
