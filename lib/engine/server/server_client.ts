import {
  followRedirects,
  LONGEST_RETRY_AFTER_MS,
  networkCause,
  redactUrls,
  RedirectRefused,
  retryAfterMs,
  sleep,
  UsageError,
} from "../../ground/mod.ts";
import { reasonOf } from "./_http_failure.ts";

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
  /** The longest that a `Retry-After` is obeyed; 300,000 ms when left out. */
  readonly maxRetryAfterMs?: number;
  /** Draws from [0, 1) for the jitter of waits; `Math.random` when left out. */
  readonly random?: () => number;
  /**
   * What a redirect to another host means, which never gets the key; "refuse" when left out. Only
   * requests without a body are followed.
   */
  readonly elsewhere?: "follow" | "refuse";
  /** What to do about a server that does not answer; a question about `engine.url` when left out. */
  readonly advice?: string;
}

/** Upper bound of any wait that the server does not ask for, in milliseconds. */
const MAX_RETRY_DELAY_MS = 30_000;

/** What one request may differ in. */
export interface RequestOptions {
  /** Stops the request. */
  readonly signal?: AbortSignal | undefined;
  /** Overrides {@linkcode ServerClientOptions.attempts}. */
  readonly attempts?: number;
  /** Called when the server says that it has too much to do (429 or 503). */
  readonly onOverload?: (() => void) | undefined;
  /** Called when the server asks to wait, with the milliseconds that are waited and those asked for. */
  readonly onWait?: ((waitMs: number, askedMs: number) => void) | undefined;
}

/** The server did not answer, or had a fault or too much to do, in every try. */
export class ServerUnreachable extends UsageError {
  /** What happened in the last try, one line. */
  readonly reason: string;
  /** What to set, where the reason is one that a setting mends. */
  readonly advice: string | undefined;

  /** What went wrong, as one line. */
  constructor(
    message: string,
    { reason, advice }: { readonly reason: string; readonly advice?: string | undefined },
  ) {
    super(message);
    this.reason = reason;
    this.advice = advice;
  }
}

/** The server understood a request and refused it: asking again would not help. */
export class ServerRefusal extends UsageError {
  /** The HTTP status, 4xx, or 3xx of a redirect that is not followed. */
  readonly status: number;
  /** What the server said, one line. */
  readonly reason: string;

  /** What the server said, as one line, with its status and its own words. */
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
 * doubles ("full jitter"), or as long as `Retry-After` asks for within bounds, plus jitter.
 *
 * A redirect to another host gets neither the key nor a body. No message has a user name, a
 * password or a key in it.
 *
 * A completion has no side effect, so that a request whose answer was lost can
 * be sent again: only an answer that arrived whole is ever returned.
 *
 * Source: RFC 9110, section 10.2.3 (Retry-After); full jitter: M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export class ServerClient {
  /**
   * The server's address without a trailing slash or `/v1`, and without user name, password and
   * keys: for messages and records.
   */
  readonly root: string;
  readonly #address: URL;
  readonly #options: Required<ServerClientOptions>;

  /**
   * A client of the server at this address, which nothing is asked yet.
   *
   * @throws {UsageError} If the address is no http(s) URL.
   */
  constructor(url: string, options: ServerClientOptions = {}) {
    if (!/^https?:\/\/[^/\s]+/.test(url) || !URL.canParse(url)) {
      throw new UsageError(
        `Cannot use the server "${redactUrls(url)}": it is no http:// or https:// address`,
      );
    }
    this.#address = new URL(url);
    this.#address.pathname = withoutV1(this.#address.pathname);
    this.root = redactUrls(withoutV1(url));
    this.#options = {
      apiKey: Deno.env.get("VLLM_API_KEY") || undefined,
      timeoutMs: 600_000,
      attempts: 6,
      retryDelayMs: 500,
      maxRetryAfterMs: LONGEST_RETRY_AFTER_MS,
      random: Math.random,
      elsewhere: "refuse",
      advice: "is it running, and is engine.url right?",
      ...options,
    };
  }

  /**
   * Asks for `path`, with `body` as JSON if there is one.
   *
   * @returns The answer's JSON, or `undefined` where the answer is not JSON and none was needed.
   * @throws {ServerRefusal} If the server answers 4xx (but 408 and 429), or sends on elsewhere.
   * @throws {ServerUnreachable} If every try failed.
   * @throws The signal's reason, if the request was aborted.
   */
  async request(path: string, body?: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { attempts = this.#options.attempts, signal, onOverload, onWait } = options;
    for (let attempt = 1;; attempt++) {
      const result = await this.#once(path, body, signal);
      if (result.kind === "answer") return result.json;
      if (result.overload) onOverload?.();
      if (attempt >= attempts) {
        const tries = attempt === 1 ? "1 try" : `${attempt} tries`;
        const advice = [this.#options.advice, result.advice].filter(Boolean).join("; ");
        throw new ServerUnreachable(
          `Cannot reach the server at ${this.root}: no answer to ${path} in ${tries}: ` +
            `${result.why}: ${advice}`,
          { reason: result.why, advice: result.advice },
        );
      }
      const { retryAfterMs: asked } = result;
      const wait = this.#waitMs(attempt, asked);
      if (asked !== undefined) onWait?.(wait, asked);
      await sleep(wait, signal);
    }
  }

  async #once(
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Answer | Failure> {
    signal?.throwIfAborted();
    const { timeoutMs, apiKey, elsewhere } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await followRedirects(addressOf(this.#address, path), {
        method: body === undefined ? "GET" : "POST",
        headers: body === undefined ? {} : { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      }, {
        secretHeaders: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
        elsewhere: body === undefined ? elsewhere : "refuse",
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UsageError) throw error;
      if (error instanceof RedirectRefused) {
        throw new ServerRefusal(
          `Cannot use the server at ${this.root}: ${error.message}: use the address that answers ` +
            "itself, if you trust it",
          { status: error.status, reason: error.message },
        );
      }
      if (limit.aborted) {
        return { kind: "failure", why: `no answer within ${timeoutMs / 1000} s`, overload: false };
      }
      const { cause: why, ...advice } = networkCause(error, this.#address.href);
      return { kind: "failure", why, ...advice, overload: false };
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
    const reason = this.#withoutKey(reasonOf(text));
    const why = `it answered ${status}${reason ? `: ${reason}` : ""}`;
    if (status === 408 || status === 429 || status >= 500) {
      const overload = status === 429 || status === 503;
      const asked = overload ? retryAfterMs(response.headers) : undefined;
      return { kind: "failure", why, overload, retryAfterMs: asked };
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

  #waitMs(attempt: number, askedMs: number | undefined): number {
    const { retryDelayMs, maxRetryAfterMs, random } = this.#options;
    const jitter = random() * Math.min(MAX_RETRY_DELAY_MS, retryDelayMs * 2 ** (attempt - 1));
    // all waiting requests would come back at the same moment without the jitter
    return Math.min(askedMs ?? 0, maxRetryAfterMs) + jitter;
  }

  /** Some servers repeat a wrong key. */
  #withoutKey(text: string): string {
    const { apiKey } = this.#options;
    return apiKey ? text.replaceAll(apiKey, "...") : text;
  }
}

interface Answer {
  readonly kind: "answer";
  readonly json: unknown;
}

interface Failure {
  readonly kind: "failure";
  readonly why: string;
  readonly advice?: string;
  readonly overload: boolean;
  readonly retryAfterMs?: number | undefined;
}

function withoutV1(path: string): string {
  return path.replace(/\/+$/, "").replace(/\/v1$/, "");
}

/** The address of a path, whose parameters come after those that the server's own address has. */
function addressOf(server: URL, path: string): string {
  const address = new URL(server);
  const [below = "", parameters = ""] = path.split("?");
  address.pathname = withoutV1(address.pathname) + below;
  address.search = [address.search.slice(1), parameters].filter(Boolean).join("&");
  return address.href;
}
