import { UsageError } from "../../runs/usage_error.ts";
import { oneLine, reasonOf, retryAfter } from "./_http_failure.ts";

/** How requests to a completions server are made. */
export interface ServerClientOptions {
  /** Sent as a bearer token; `VLLM_API_KEY` of the environment when left out. */
  readonly apiKey?: string | undefined;
  /** How long one request may take, its queue on the server included; 600,000 ms when left out. */
  readonly timeoutMs?: number;
  /** How often a request is sent before it is given up; 6 when left out. */
  readonly attempts?: number;
  /** Upper bound of the first wait, doubled each time; 500 ms when left out. */
  readonly retryDelayMs?: number;
  /** Upper bound of any wait that the server does not ask for; 30,000 ms when left out. */
  readonly maxRetryDelayMs?: number;
  /** Draws from [0, 1) for the jitter of waits; `Math.random` when left out. */
  readonly random?: () => number;
}

/** What one request may differ in. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Overrides {@linkcode ServerClientOptions.attempts}. */
  readonly attempts?: number;
  /** Called when the server says that it has too much to do (429 or 503). */
  readonly onOverload?: (() => void) | undefined;
}

/** The server understood a request and refused it: asking again would not help. */
export class ServerRefusal extends UsageError {
  /** The HTTP status, 4xx. */
  readonly status: number;
  /** What the server said, one line. */
  readonly reason: string;

  constructor(message: string, { status, reason }: { status: number; reason: string }) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * JSON requests to one server, sent again when they fail on the way: on 408,
 * 429 and 5xx, a lost connection, a body that breaks off, or no answer within
 * the time limit. Between two tries it waits a random time up to a bound that
 * doubles ("full jitter"), or as long as `Retry-After` asks for, plus jitter.
 *
 * A completion has no side effect, so that a request whose answer was lost can
 * be sent again: only an answer that arrived whole is ever returned.
 *
 * Source: RFC 9110, section 10.2.3 (Retry-After); full jitter: M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export class ServerClient {
  /** The server's address without a trailing slash or `/v1`. */
  readonly root: string;
  readonly #options: Required<ServerClientOptions>;

  /** @throws {UsageError} If the address is no http(s) URL. */
  constructor(url: string, options: ServerClientOptions = {}) {
    if (!/^https?:\/\/[^/\s]+/.test(url) || !URL.canParse(url)) {
      throw new UsageError(`Cannot use the server "${url}": it is no http:// or https:// address`);
    }
    this.root = url.replace(/\/+$/, "").replace(/\/v1$/, "");
    this.#options = {
      apiKey: Deno.env.get("VLLM_API_KEY") || undefined,
      timeoutMs: 600_000,
      attempts: 6,
      retryDelayMs: 500,
      maxRetryDelayMs: 30_000,
      random: Math.random,
      ...options,
    };
  }

  /**
   * Asks for `path`, with `body` as JSON if there is one.
   *
   * @returns The answer's JSON, or `undefined` where the answer is not JSON and none was needed.
   * @throws {ServerRefusal} If the server answers 4xx (but 408 and 429).
   * @throws {Error} If every try failed, or the request was aborted.
   */
  async request(path: string, body?: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { attempts = this.#options.attempts, signal, onOverload } = options;
    for (let attempt = 1;; attempt++) {
      const result = await this.#once(path, body, signal);
      if (result.kind === "answer") return result.json;
      if (result.overload) onOverload?.();
      if (attempt >= attempts) {
        throw new Error(
          `Cannot get an answer from ${this.root}${path} in ${attempt} tries: ${result.why}`,
        );
      }
      await sleep(this.#waitMs(attempt, result.retryAfterMs), signal);
    }
  }

  async #once(
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Answer | Failure> {
    signal?.throwIfAborted();
    const { timeoutMs, apiKey } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.root}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      const why = limit.aborted
        ? `no answer within ${timeoutMs / 1000} s`
        : `the connection failed: ${oneLine((error as Error).message)}`;
      return { kind: "failure", why, overload: false };
    }
    const { status } = response;
    if (response.ok) {
      try {
        return { kind: "answer", json: JSON.parse(text) };
      } catch {
        if (response.headers.get("content-type")?.includes("json")) {
          return { kind: "failure", why: "its answer broke off", overload: false };
        }
        // vLLM's control endpoints answer in plain text; who needs JSON checks what it gets
        return { kind: "answer", json: undefined };
      }
    }
    const reason = reasonOf(text);
    const why = `it answered ${status}${reason ? `: ${reason}` : ""}`;
    if (status === 408 || status === 429 || status >= 500) {
      const overload = status === 429 || status === 503;
      return { kind: "failure", why, overload, ...retryAfter(response.headers) };
    }
    const advice = status === 401 || status === 403
      ? ": set VLLM_API_KEY to the key that the server was started with"
      : "";
    throw new ServerRefusal(
      `Cannot use the server at ${this.root}: ${path} answered ${status}${
        reason ? `: ${reason}` : ""
      }${advice}`,
      { status, reason },
    );
  }

  #waitMs(attempt: number, retryAfterMs: number | undefined): number {
    const { retryDelayMs, maxRetryDelayMs, timeoutMs, random } = this.#options;
    const jitter = random() * Math.min(maxRetryDelayMs, retryDelayMs * 2 ** (attempt - 1));
    // all waiting requests would come back at the same moment without the jitter
    return Math.min(retryAfterMs ?? 0, timeoutMs) + jitter;
  }
}

interface Answer {
  readonly kind: "answer";
  readonly json: unknown;
}

interface Failure {
  readonly kind: "failure";
  readonly why: string;
  readonly overload: boolean;
  readonly retryAfterMs?: number;
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
