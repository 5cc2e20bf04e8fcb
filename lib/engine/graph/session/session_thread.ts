import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { Feeds } from "../tensors.ts";
import type { SentFeed, SentTensor } from "./session_messages.ts";
import { SessionThread, type SpareThread, takeThread } from "./spare_thread.ts";

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
