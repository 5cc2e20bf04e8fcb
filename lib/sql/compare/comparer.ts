import { ChildProgram } from "../execute/child_program.ts";
import { ExecutorError } from "../execute/executor_error.ts";
import { cpuSeconds } from "../execute/executor_options.ts";
import { encodeFrame } from "../execute/messages/frames.ts";
import {
  comparedWithin,
  type Comparison,
  type ComparisonRequest,
  comparisonSize,
} from "./compare_results.ts";
import { messageOfComparison } from "./comparer_protocol.ts";

const PROGRAM = new URL("./comparer_process.ts", import.meta.url);
const START_TIMEOUT_MS = 60_000;
// What is compared in this process: it takes some milliseconds.
const SMALL_VALUES = 100_000;
const SMALL_BYTES = 4 * 1024 * 1024;
const SMALL_STEPS = 3_000_000;
/** Steps of a comparison; two results of 8 million values take a fifth of them. */
const MAX_STEPS = 1_000_000_000;
// Comparisons that wait before results are no longer read.
const MAX_WAITING = 2;

/**
 * Compares results without holding this process up: what is small at once, what is large or takes many
 * steps in a process of its own, under the time limit and the memory of an executor. A comparison is
 * over after a number of steps that does not depend on the machine, and at the time limit whatever
 * happens; both are a timeout.
 */
export class Comparer implements AsyncDisposable {
  readonly #timeoutMs: number;
  #child: ChildProgram | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #room = Promise.withResolvers<void>();

  /** A comparer that starts no process before it needs one. */
  constructor({ timeoutMs }: { readonly timeoutMs: number }) {
    this.#timeoutMs = timeoutMs;
  }

  /** Process ids that are alive now. */
  get processIds(): readonly number[] {
    return this.#child === undefined ? [] : [this.#child.pid];
  }

  /**
   * Compares the results of one prediction with those of its gold.
   *
   * @throws {ExecutorError} If no process can be started.
   */
  async compare(request: ComparisonRequest): Promise<Comparison> {
    const { values, bytes } = comparisonSize(request);
    if (values <= SMALL_VALUES && bytes <= SMALL_BYTES) {
      const small = comparedWithin(request, SMALL_STEPS);
      if (!("timeout" in small)) return small;
    }
    this.#waiting++;
    const turn = this.#last.then(() => this.#compareApart(request));
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
      this.#room.resolve();
      this.#room = Promise.withResolvers();
    }
  }

  /**
   * Whether more results may come: `undefined` if they may, else what to wait for first, so that no
   * more of them pile up before this.
   */
  room(): Promise<void> | undefined {
    return this.#waiting > MAX_WAITING && !this.#closed ? this.#untilRoom() : undefined;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#room.resolve();
    await this.#child?.kill();
    await this.#last;
  }

  async #untilRoom(): Promise<void> {
    while (this.#waiting > MAX_WAITING && !this.#closed) await this.#room.promise;
  }

  async #compareApart(request: ComparisonRequest): Promise<Comparison> {
    if (this.#closed) throw new ExecutorError("Cannot compare: the comparer was closed first");
    const child = this.#child ?? await this.#start();
    this.#child = child;
    const { message, bytes } = messageOfComparison({ ...request, steps: MAX_STEPS });
    child.send([encodeFrame(message, bytes)]);
    const reply = await child.receive(this.#timeoutMs);
    if (typeof reply !== "string") return reply.message as Comparison;
    this.#child = undefined;
    if (this.#closed) throw new ExecutorError("Cannot compare: the comparer was closed first");
    return {
      timeout: reply === "timeout"
        ? `comparing the results takes longer than ${this.#timeoutMs} ms`
        : "comparing the results takes more memory or processor time than its process has",
    };
  }

  async #start(): Promise<ChildProgram> {
    const child = new ChildProgram(PROGRAM, {
      readable: [],
      argument: "",
      // One process compares all that is large.
      cpuSeconds: 100 * cpuSeconds({ timeoutMs: this.#timeoutMs }),
    });
    this.#child = child;
    const started = await child.receive(START_TIMEOUT_MS);
    if (typeof started !== "string") return child;
    this.#child = undefined;
    const { signal, code } = await child.end();
    throw new ExecutorError(`Cannot start a comparer process: it ended with ${signal ?? code}`);
  }
}
