import {
  decodeReply,
  encodeFrame,
  type ExecutorReply,
  type ExecutorRequest,
  type ExecutorSetup,
  FRAME_HEADER_BYTES,
  payloadLength,
} from "./protocol.ts";

/** Why a batch ended before its last request was answered, or that it was answered whole. */
export type BatchEnd = "answered" | "timeout" | "died";

const PROGRAM = new URL("./executor_process.ts", import.meta.url);
// Rows live in V8's heap for a moment; the byte cap keeps them far below this.
const V8_HEAP_MEBIBYTES = 1024;
// Without these the child finds neither its module cache nor, on Windows, the system's libraries.
const PASSED_ENVIRONMENT = [
  "HOME",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LOCALAPPDATA",
  "USERPROFILE",
  "SystemRoot",
];

/** One running executor process, bound to one database file for its whole life. */
export class ExecutorProcessHandle {
  readonly dbPath: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #ready = false;

  /**
   * Starts the process with permission to read this one file and to do nothing else. After
   * `cpuSeconds` of work in all the system ends it, even if this process is gone by then (not on
   * Windows, which has no such limit).
   */
  constructor(setup: ExecutorSetup, cpuSeconds: number) {
    this.dbPath = setup.dbPath;
    const [command, args] = limited(cpuSeconds, [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--no-npm",
      `--v8-flags=--max-old-space-size=${V8_HEAP_MEBIBYTES}`,
      `--allow-read=${setup.dbPath}`,
      PROGRAM.href,
      JSON.stringify(setup),
    ]);
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      clearEnv: true,
      env: passedEnvironment(),
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
  }

  /** Process id, for those who check that it is gone. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Sends requests at once and gives their replies in order as they come. The time limit holds for
   * each request: it starts when the process is ready for the first one, and again at every reply.
   * At the limit the process is killed and reaped before this returns.
   */
  async run(
    requests: readonly ExecutorRequest[],
    timeoutMs: number,
    onReply: (reply: ExecutorReply) => void,
  ): Promise<BatchEnd> {
    // A broken pipe shows as the end of the output as well.
    this.#input.write(joined(requests.map(encodeFrame))).catch(() => {});
    if (!this.#ready) {
      const reply = await this.#receive();
      if (reply?.kind !== "ready") {
        if (reply !== undefined) onReply(reply);
        return reply === undefined ? await this.#died() : "answered";
      }
      this.#ready = true;
    }
    for (let answered = 0; answered < requests.length; answered++) {
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        this.#signalKill();
      }, timeoutMs);
      const reply = await this.#receive();
      clearTimeout(timer);
      if (timedOut) {
        await this.#child.status;
        return "timeout";
      }
      if (reply === undefined) return await this.#died();
      onReply(reply);
      // The process ends itself after this reply, whatever it was sent.
      if (reply.kind === "too_many_rows") return "answered";
    }
    return "answered";
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    this.#signalKill();
    this.#input.abort().catch(() => {});
    this.#output.cancel().catch(() => {});
    await this.#child.status;
  }

  async #died(): Promise<BatchEnd> {
    await this.#child.status;
    return "died";
  }

  #signalKill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #receive(): Promise<ExecutorReply | undefined> {
    const header = await this.#take(FRAME_HEADER_BYTES);
    const payload = header && await this.#take(payloadLength(header));
    return payload && decodeReply(payload);
  }

  async #take(length: number): Promise<Uint8Array | undefined> {
    while (this.#bufferedBytes < length) {
      const { value } = await this.#output.read();
      if (value === undefined) return undefined;
      this.#buffered.push(value);
      this.#bufferedBytes += value.length;
    }
    const all = joined(this.#buffered);
    this.#buffered = [all.subarray(length)];
    this.#bufferedBytes -= length;
    return all.subarray(0, length);
  }
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
