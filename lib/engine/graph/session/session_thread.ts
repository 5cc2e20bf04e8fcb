import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { Feeds } from "../tensors.ts";

/** What a message holds of a tensor: its element type, its elements and its shape. */
export interface SentTensor {
  readonly type: Tensor.Type;
  readonly data: Exclude<Tensor.DataType, string[]>;
  readonly dims: readonly number[];
}

/** An input of a run: its tensor, or the number of one that the last run had too. */
export interface SentFeed {
  readonly number: number;
  readonly sent?: SentTensor;
}

/** What the thread is asked. */
export type SessionRequest =
  | {
    readonly kind: "load";
    readonly options: InferenceSession.SessionOptions;
  }
  | {
    readonly kind: "open";
    readonly path: string;
    readonly options: InferenceSession.SessionOptions;
  }
  | {
    readonly kind: "run";
    readonly feeds: Readonly<Record<string, SentFeed>>;
    readonly outputs: readonly string[];
  }
  | { readonly kind: "release"; readonly profiled: boolean };

/** What it answers, request by request in their order. */
export type SessionReply =
  | { readonly outputs: Readonly<Record<string, SentTensor>> }
  | { readonly error: string };

/**
 * Opens a graph in a thread of its own. ONNX Runtime's `run` keeps the thread that calls it until the
 * device is done; so the one that makes prompts and keeps answers works meanwhile, and a run that
 * is asked for before the last one ended begins at once when it does.
 *
 * @param spare A thread to take for it, where there is one that nobody has taken.
 * @throws {Error} If the graph cannot be opened as the options want it.
 */
export async function openSessionThread(
  path: string,
  options: InferenceSession.SessionOptions,
  spare?: SpareThread,
): Promise<ThreadedSession> {
  const thread = spare && takeThread(spare) || new SessionThread();
  try {
    await thread.ask({ kind: "open", path, options });
  } catch (error) {
    thread.end();
    throw error;
  }
  return new ThreadedSession(thread, { profiled: options.enableProfiling ?? false });
}

const CLOSED = "the session is closed";

/** A worker that answers requests in their order. */
class SessionThread {
  readonly #worker = new Worker(import.meta.resolve("./session_worker.ts"), { type: "module" });
  readonly #waiting: PromiseWithResolvers<Readonly<Record<string, SentTensor>>>[] = [];
  /** Why it answers nothing that is asked from now on: it is to be released, or has ended. */
  #failure: Error | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<SessionReply>): void => {
      const asked = this.#waiting.shift();
      if ("error" in data) asked?.reject(new Error(data.error));
      else asked?.resolve(data.outputs);
    };
    this.#worker.onerror = (event): void => {
      event.preventDefault();
      this.end(new Error(event.message));
    };
  }

  /**
   * The answer to a request.
   *
   * @throws {Error} If the request cannot be sent; it is rejected with what the thread said.
   */
  ask(request: SessionRequest): Promise<Readonly<Record<string, SentTensor>>> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#worker.postMessage(request);
    const asked = Promise.withResolvers<Readonly<Record<string, SentTensor>>>();
    this.#waiting.push(asked);
    if (request.kind === "release") this.#failure = new Error(CLOSED);
    return asked.promise;
  }

  /** Whether it still answers. */
  get runs(): boolean {
    return this.#failure === undefined;
  }

  /** Ends the thread; whoever waits for an answer, or asks later, is told why there is none. */
  end(reason: Error = new Error(CLOSED)): void {
    this.#failure ??= reason;
    this.#worker.terminate();
    for (const asked of this.#waiting.splice(0)) asked.reject(this.#failure);
  }
}

/** Threads that wait for a session. */
const WAITING = new WeakMap<SpareThread, SessionThread>();

/**
 * A thread that loads ONNX Runtime and its provider before there is a graph to open: a GPU's driver
 * and libraries take about a second. The first session that is opened with it takes it.
 */
export class SpareThread implements AsyncDisposable {
  readonly #loaded: Promise<unknown>;

  /**
   * Starts the thread.
   *
   * @param options Those that the session will be opened with; what they name and cannot be loaded,
   * whoever opens the session is told.
   */
  constructor(options: InferenceSession.SessionOptions) {
    const thread = new SessionThread();
    WAITING.set(this, thread);
    this.#loaded = thread.ask({ kind: "load", options }).catch(() => undefined);
  }

  /** Ends the thread that no session took. */
  async [Symbol.asyncDispose](): Promise<void> {
    const thread = takeThread(this);
    if (!thread) return;
    // a driver is not to be stopped while it starts
    await this.#loaded;
    thread.end();
  }
}

/** The thread that waits, once; nothing where it was taken or has ended. */
function takeThread(spare: SpareThread): SessionThread | undefined {
  const thread = WAITING.get(spare);
  WAITING.delete(spare);
  return thread?.runs ? thread : undefined;
}

/** A session in a thread of its own; made by {@linkcode openSessionThread}. */
export class ThreadedSession {
  readonly #thread: SessionThread;
  readonly #profiled: boolean;
  /** The tensors of the last run that was asked for, which the thread holds. */
  #held = new Map<Tensor, number>();
  #count = 0;

  /** A session that a thread has opened. */
  constructor(thread: SessionThread, { profiled }: { readonly profiled: boolean }) {
    this.#thread = thread;
    this.#profiled = profiled;
  }

  /**
   * Runs the graph once, after the runs that were asked for before, and gives the outputs of these names.
   *
   * @throws {Error} What ONNX Runtime refuses, or that the session is closed.
   */
  async run(feeds: Readonly<Feeds>, outputs: readonly string[]): Promise<Readonly<Feeds>> {
    const held = new Map<Tensor, number>();
    const sent = Object.entries(feeds).map(([name, tensor]): [string, SentFeed] => {
      const there = this.#held.get(tensor) ?? held.get(tensor);
      const number = there ?? this.#count++;
      held.set(tensor, number);
      return [name, there === undefined ? { number, sent: toSend(tensor) } : { number }];
    });
    const request = { kind: "run", feeds: Object.fromEntries(sent), outputs } as const;
    const answer = this.#thread.ask(request);
    this.#held = held;
    const out = await answer;
    return Object.fromEntries(
      Object.entries(out).map(([name, tensor]) => [name, received(tensor)]),
    );
  }

  /** Frees the session after the runs that were asked for, and ends its thread. */
  async release(): Promise<void> {
    if (!this.#thread.runs) return;
    try {
      await this.#thread.ask({ kind: "release", profiled: this.#profiled });
    } finally {
      this.#thread.end();
    }
  }
}

/** A tensor as a message holds it. */
export function toSend({ type, data, dims }: Tensor): SentTensor {
  return { type, data: data as SentTensor["data"], dims };
}

/** The tensor that a message holds. */
export function received({ type, data, dims }: SentTensor): Tensor {
  return new Tensor(type as "int64", data as BigInt64Array, dims);
}
