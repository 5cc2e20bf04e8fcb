import { decodeFrame, type Frame, FRAME_HEADER_BYTES, frameLengths } from "./messages/frames.ts";
import { ExecutorError } from "./executor_error.ts";

/** How a child came to its end. */
export interface ChildEnd {
  readonly signal: Deno.Signal | null;
  readonly code: number;
}

/** What a child may do, and what it is given. */
export interface ChildOptions {
  /** Files that it may read, and nothing else. */
  readonly readable: readonly string[];
  /** Its one argument. */
  readonly argument: string;
  /**
   * Seconds of work after which the system ends it, even if this process is gone by then (not on
   * Windows, which has no such limit).
   */
  readonly cpuSeconds: number;
}

/** What came of waiting for a frame. */
export type Received = Frame | "timeout" | "ended";

// Rows live in V8's heap for a moment; the caps keep them below this.
const V8_HEAP_MEBIBYTES = 1024;
// A reply that came while this process was busy is read before its child is called late.
const GRACE_MS = 40;
const FINISH_MS = 300;
// Without these the child finds neither its module cache nor, on Windows, the system's libraries.
const PASSED_ENVIRONMENT = [
  "HOME",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "USERPROFILE",
  "SystemRoot",
];

/** A program of this folder in a process of its own, which speaks in frames through its pipes. */
export class ChildProgram {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  /** When the frame that is waited for must have come; infinite where none is. */
  #deadline = Infinity;
  #ringsAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the deadline has passed and the last moment of grace is running. */
  #isLate = false;
  #timedOut = false;

  /** @throws {ExecutorError} If the system starts no process. */
  constructor(program: URL, options: ChildOptions) {
    const [command, args] = limited(options.cpuSeconds, [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--no-npm",
      `--v8-flags=--max-old-space-size=${V8_HEAP_MEBIBYTES}`,
      ...(options.readable.length > 0 ? [`--allow-read=${options.readable.join(",")}`] : []),
      program.href,
      options.argument,
    ]);
    try {
      this.#child = new Deno.Command(command, {
        args: [...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
        clearEnv: true,
        env: passedEnvironment(),
      }).spawn();
    } catch (error) {
      throw startError(error);
    }
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
  }

  /** Process id, for those who check that it is gone. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends frames. A broken pipe shows as the end of the output as well. */
  send(frames: readonly Uint8Array[]): void {
    this.#input.write(joined(frames)).catch(() => {});
  }

  /**
   * Waits for the next frame. The time limit is for its beginning: once that is there the answer is
   * made, and the rest is given as much time again. At the limit the process is killed and reaped
   * before this returns.
   */
  async receive(timeoutMs: number): Promise<Received> {
    const frame = this.#whole();
    if (frame !== undefined) return frame;
    const header = await this.#within(timeoutMs, FRAME_HEADER_BYTES);
    if (typeof header === "string") return header;
    const { json, all } = frameLengths(header);
    const content = await this.#within(timeoutMs, all);
    return typeof content === "string" ? content : decodeFrame(content, json);
  }

  /** How it ended, once it has. */
  async end(): Promise<ChildEnd> {
    const { signal, code } = await this.#child.status;
    return { signal, code };
  }

  /**
   * Lets a process that has nothing to do end by itself, and kills it if that takes long. Deno keeps
   * the compiled program only of a process that ended, and the next one then starts faster.
   */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    this.#input.close().catch(() => {});
    const timer = setTimeout(() => this.#signalKill(), FINISH_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.kill();
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    clearTimeout(this.#timer);
    this.#signalKill();
    this.#input.abort().catch(() => {});
    this.#output.cancel().catch(() => {});
    await this.#child.status;
  }

  // A frame that came with others and is there already.
  #whole(): Frame | undefined {
    const [first] = this.#buffered;
    if (first === undefined || first.length < FRAME_HEADER_BYTES) return undefined;
    const { json, all } = frameLengths(first);
    if (first.length < FRAME_HEADER_BYTES + all) return undefined;
    const frame = this.#taken(FRAME_HEADER_BYTES + all);
    return decodeFrame(frame.subarray(FRAME_HEADER_BYTES), json);
  }

  async #within(timeoutMs: number, length: number): Promise<Uint8Array | "timeout" | "ended"> {
    if (this.#bufferedBytes >= length) return this.#taken(length);
    this.#isLate = false;
    this.#arm(performance.now() + timeoutMs);
    const bytes = await this.#take(length);
    this.#deadline = Infinity;
    if (bytes !== undefined && !this.#timedOut) return bytes;
    clearTimeout(this.#timer);
    await this.#child.status;
    return this.#timedOut ? "timeout" : "ended";
  }

  // One timer serves many frames: when it rings early, it is set again to the deadline of the last.
  #arm(deadline: number): void {
    this.#deadline = deadline;
    if (this.#ringsAt <= deadline) return;
    clearTimeout(this.#timer);
    this.#ringsAt = deadline;
    this.#timer = setTimeout(() => this.#ring(), deadline - performance.now());
    // Whoever waits for a frame waits for the pipe as well.
    Deno.unrefTimer(Number(this.#timer));
  }

  #ring(): void {
    this.#ringsAt = Infinity;
    if (this.#deadline === Infinity) return;
    if (this.#deadline > performance.now()) {
      this.#arm(this.#deadline);
    } else if (this.#isLate) {
      this.#timedOut = true;
      this.#signalKill();
    } else {
      this.#isLate = true;
      this.#arm(performance.now() + GRACE_MS);
    }
  }

  async #take(length: number): Promise<Uint8Array | undefined> {
    while (this.#bufferedBytes < length) {
      const { value } = await this.#output.read();
      if (value === undefined) return undefined;
      this.#buffered.push(value);
      this.#bufferedBytes += value.length;
    }
    return this.#taken(length);
  }

  #taken(length: number): Uint8Array {
    const all = joined(this.#buffered);
    this.#buffered = [all.subarray(length)];
    this.#bufferedBytes -= length;
    return all.subarray(0, length);
  }

  #signalKill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

function startError(error: unknown): ExecutorError {
  const { message } = error as Error;
  const reason = /too many open files|os error 24/i.test(message)
    ? "too many files are open: raise the limit (ulimit -n)"
    : message;
  return new ExecutorError(`Cannot start an executor process: ${reason}`);
}

function limited(
  cpuSeconds: number,
  command: readonly string[],
): readonly [string, readonly string[]] {
  if (Deno.build.os === "windows") return [command[0]!, command.slice(1)];
  // The shell sets its own limit and becomes the process, so that its id stays the same.
  const script = 'ulimit -t "$1"; shift; exec "$@"';
  return ["/bin/sh", ["-c", script, "executor", String(cpuSeconds), ...command]];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function passedEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { DENO_NO_UPDATE_CHECK: "1" };
  for (const name of PASSED_ENVIRONMENT) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
