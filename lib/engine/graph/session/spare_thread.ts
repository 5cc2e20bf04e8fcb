import type { InferenceSession } from "onnxruntime-node";
import type { SentTensor, SessionReply, SessionRequest } from "./session_messages.ts";

const CLOSED = "the session is closed";

/** A worker that answers requests in their order. */
export class SessionThread {
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
export function takeThread(spare: SpareThread): SessionThread | undefined {
  const thread = WAITING.get(spare);
  WAITING.delete(spare);
  return thread?.runs ? thread : undefined;
}
