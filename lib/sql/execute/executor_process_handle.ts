import {
  decodePayload,
  encodeFrame,
  type ExecutorReply,
  type ExecutorRequest,
  type ExecutorSetup,
  FRAME_HEADER_BYTES,
  payloadLength,
} from "./protocol.ts";

/** How a request ended: with a reply, at the time limit, or because the process was gone. */
export type RequestOutcome =
  | { readonly kind: "reply"; readonly reply: ExecutorReply }
  | { readonly kind: "timeout" }
  | { readonly kind: "died" };

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

  /** Starts the process with permission to read this one file and to do nothing else. */
  constructor(setup: ExecutorSetup) {
    this.dbPath = setup.dbPath;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        "--no-remote",
        "--no-npm",
        `--v8-flags=--max-old-space-size=${V8_HEAP_MEBIBYTES}`,
        // A comma separates paths in this flag; a doubled one stands for itself.
        `--allow-read=${setup.dbPath.replaceAll(",", ",,")}`,
        PROGRAM.href,
        JSON.stringify(setup),
      ],
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
   * Runs one request; the time limit starts when the process is ready for it. At the limit the
   * process is killed and reaped before the outcome is given.
   */
  async run(request: ExecutorRequest, timeoutMs: number): Promise<RequestOutcome> {
    if (!this.#ready) {
      const reply = await this.#receive();
      if (reply?.kind !== "ready") return this.#ended(reply);
      this.#ready = true;
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#signalKill();
    }, timeoutMs);
    try {
      // A broken pipe shows as the end of the output as well.
      this.#input.write(encodeFrame(request)).catch(() => {});
      const reply = await this.#receive();
      if (timedOut) {
        await this.#child.status;
        return { kind: "timeout" };
      }
      return await this.#ended(reply);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    this.#signalKill();
    this.#input.abort().catch(() => {});
    this.#output.cancel().catch(() => {});
    await this.#child.status;
  }

  async #ended(reply: ExecutorReply | undefined): Promise<RequestOutcome> {
    if (reply !== undefined) return { kind: "reply", reply };
    await this.#child.status;
    return { kind: "died" };
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
    return payload && decodePayload<ExecutorReply>(payload);
  }

  async #take(length: number): Promise<Uint8Array | undefined> {
    while (this.#bufferedBytes < length) {
      const { value } = await this.#output.read();
      if (value === undefined) return undefined;
      this.#buffered.push(value);
      this.#bufferedBytes += value.length;
    }
    const all = new Uint8Array(this.#bufferedBytes);
    let at = 0;
    for (const chunk of this.#buffered) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#buffered = [all.subarray(length)];
    this.#bufferedBytes -= length;
    return all.subarray(0, length);
  }
}

function passedEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED_ENVIRONMENT) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
