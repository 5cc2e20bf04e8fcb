/**
 * The program of an executor process: it opens one database, says that it is ready, and answers one
 * request after another until its input ends. It is started by `executor_pool.ts`, never imported.
 *
 * @module
 */
import { openSandbox, type Sandbox } from "./open_sandbox.ts";
import {
  decodeRequest,
  encodeFrame,
  type ExecutorReply,
  type ExecutorRequest,
  type ExecutorSetup,
  FRAME_HEADER_BYTES,
  payloadLength,
} from "./protocol.ts";
import { runStatement } from "./run_statement.ts";

function serve(): void {
  let sandbox: Sandbox;
  try {
    sandbox = openSandbox(JSON.parse(Deno.args[0]!) as ExecutorSetup);
  } catch (error) {
    send({ kind: "fault", message: (error as Error).message, elapsedMs: 0 });
    return;
  }
  send({ kind: "ready", elapsedMs: performance.now() });
  for (let request = receive(); request !== undefined; request = receive()) {
    const started = performance.now();
    const reply = runStatement(sandbox, request);
    send({ ...reply, elapsedMs: performance.now() - started });
    // A statement that was left half-way keeps its sorters until it is collected.
    if (reply.kind === "too_many_rows") return;
  }
}

function send(reply: ExecutorReply): void {
  const frame = encodeFrame(reply);
  for (let sent = 0; sent < frame.length;) sent += Deno.stdout.writeSync(frame.subarray(sent));
}

function receive(): ExecutorRequest | undefined {
  const header = readFully(FRAME_HEADER_BYTES);
  const payload = header && readFully(payloadLength(header));
  return payload && decodeRequest(payload);
}

// Requests come in batches; what was read beyond one request waits here for the next.
let buffer = new Uint8Array(64 * 1024);
let have = 0;

function readFully(length: number): Uint8Array | undefined {
  if (length > buffer.length) {
    const larger = new Uint8Array(length);
    larger.set(buffer.subarray(0, have));
    buffer = larger;
  }
  while (have < length) {
    const count = Deno.stdin.readSync(buffer.subarray(have));
    if (count === null) return undefined;
    have += count;
  }
  const bytes = buffer.slice(0, length);
  buffer.copyWithin(0, length, have);
  have -= length;
  return bytes;
}

serve();
