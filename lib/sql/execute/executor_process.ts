/**
 * The program of an executor process: it opens one database, says that it is ready, and answers one
 * request after another until its input ends. It is started by `executor_pool.ts`, never imported.
 *
 * @module
 */
import { openSandbox, type Sandbox } from "./open_sandbox.ts";
import {
  decodePayload,
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
    send({ kind: "fault", message: (error as Error).message });
    return;
  }
  send({ kind: "ready" });
  for (let request = receive(); request !== undefined; request = receive()) {
    const reply = runStatement(sandbox, request);
    send(reply);
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
  return payload && decodePayload<ExecutorRequest>(payload);
}

function readFully(length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let have = 0; have < length;) {
    const count = Deno.stdin.readSync(bytes.subarray(have));
    if (count === null) return undefined;
    have += count;
  }
  return bytes;
}

serve();
