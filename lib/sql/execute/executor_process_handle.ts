import type { BatchEnd, Phase } from "./batch_end.ts";
import { ChildProgram } from "./child_program.ts";
import { cpuSeconds, type ExecutorLimits } from "./executor_options.ts";
import { encodeFrame, type Frame } from "./messages/frames.ts";
import type { OpeningPlan } from "./known_databases.ts";
import type {
  ExecutorReply,
  ExecutorRequest,
  ExecutorSetup,
  StatementReply,
} from "./messages/protocol.ts";

/** A statement's reply with the time that it took. */
export type TimedReply = StatementReply & { readonly elapsedMs: number };

const SMALL_BYTES = 64 * 1024;
const PROGRAM = new URL("./executor_process.ts", import.meta.url);
// Loading a program takes a second on a busy machine; a minute means that something is wrong.
const START_TIMEOUT_MS = 60_000;

/** One running executor process, bound to one database file for its whole life. */
export class ExecutorProcessHandle {
  readonly dbPath: string;
  readonly plan: OpeningPlan;
  readonly #child: ChildProgram;
  #ready = false;

  /**
   * Starts the process with permission to read this one file (and its write-ahead log, where the
   * file is to be read together with that) and to do nothing else.
   *
   * @param dbPath The path by which the database is asked for, which may be a link.
   * @throws {ExecutorError} If the system starts no process.
   */
  constructor(dbPath: string, { plan, limits }: {
    readonly plan: OpeningPlan;
    readonly limits: ExecutorLimits;
  }) {
    this.dbPath = dbPath;
    this.plan = plan;
    const { sqliteHeapBytes, maxValueBytes } = limits;
    const setup: ExecutorSetup = { ...plan.setup, sqliteHeapBytes, maxValueBytes };
    this.#child = new ChildProgram(PROGRAM, {
      readable: plan.readable,
      argument: JSON.stringify(setup),
      cpuSeconds: cpuSeconds(limits),
    });
  }

  /** Process id, for those who check that it is gone. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Sends requests at once and gives their replies in order as they come. The time limit holds for
   * opening the database, for running each request, and for reading its result once that is known to
   * be within the caps. At the limit the process is killed and reaped before this returns.
   *
   * @param before Awaited before each reply is read; no limit runs meanwhile.
   */
  async run(requests: readonly ExecutorRequest[], { timeoutMs, before, onReply }: {
    readonly timeoutMs: number;
    readonly before: () => Promise<void> | undefined;
    readonly onReply: (reply: TimedReply) => void;
  }): Promise<BatchEnd> {
    this.#child.send(requests.map((request) => encodeFrame(request)));
    if (!this.#ready) {
      const end = await this.#open(timeoutMs);
      if (end !== undefined) return end;
      this.#ready = true;
    }
    for (let answered = 0; answered < requests.length; answered++) {
      const room = before();
      if (room !== undefined) await room;
      let reply = await this.#receive("statement", timeoutMs);
      if (reply.kind === "counted") reply = await this.#receive("statement", timeoutMs);
      if (isEnd(reply)) return reply;
      onReply(reply as TimedReply);
      // The process ends itself after this reply, whatever it was sent.
      if (reply.kind === "too_many_rows") break;
    }
    return { kind: "answered" };
  }

  /** Lets the process end, which has nothing to do. */
  async finish(): Promise<void> {
    await this.#child.finish();
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  async #open(timeoutMs: number): Promise<BatchEnd | undefined> {
    const started = await this.#receive("start", START_TIMEOUT_MS);
    if (isEnd(started)) return started;
    const reply = await this.#receive("open", timeoutMs);
    if (isEnd(reply)) return reply;
    if (reply.kind === "ready") return undefined;
    const { message, passing = false } = reply as Extract<TimedReply, { kind: "fault" }>;
    return { kind: "refused", message, passing };
  }

  async #receive(phase: Phase, timeoutMs: number): Promise<ExecutorReply | BatchEnd> {
    const received = await this.#child.receive(timeoutMs);
    if (received === "timeout") return { kind: "timeout", phase };
    if (received === "ended") return { kind: "died", phase, end: await this.#child.end() };
    return replyOfFrame(received);
  }
}

function isEnd(reply: ExecutorReply | BatchEnd): reply is BatchEnd {
  return reply.kind === "timeout" || reply.kind === "died";
}

// The reply that a frame carries. What came in one read with others would keep all of that alive.
function replyOfFrame({ message, bytes }: Frame): ExecutorReply {
  const reply = message as ExecutorReply;
  if (reply.kind !== "rows") return reply;
  return { ...reply, bytes: bytes.length < SMALL_BYTES ? bytes.slice() : bytes };
}
