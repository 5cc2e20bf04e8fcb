/**
 * The program of an executor process: it says that it runs, opens one database, says that it is
 * ready, and answers one request after another until its input ends. It is started by
 * `executor_pool.ts`, never imported.
 *
 * @module
 */
import { openSandbox, type Sandbox } from "./open_sandbox.ts";
import type { ExecutorReply, ExecutorRequest, ExecutorSetup } from "./messages/protocol.ts";
import { runStatement } from "./run_statement.ts";
import { receiveFrame, sendFrame } from "./messages/frames.ts";
import { openingFault } from "./statement_failure.ts";

const SLOW_MS = 50;

function serve(): void {
  send({ kind: "started" });
  let sandbox: Sandbox;
  try {
    sandbox = openSandbox(JSON.parse(Deno.args[0]!) as ExecutorSetup);
  } catch (error) {
    send({ ...openingFault(error), elapsedMs: 0 });
    return;
  }
  send({ kind: "ready" });
  for (let frame = receiveFrame(); frame !== undefined; frame = receiveFrame()) {
    const started = performance.now();
    const onCounted = (): void => {
      // What took no time to count takes none to read.
      if (performance.now() - started > SLOW_MS) send({ kind: "counted" });
    };
    const reply = runStatement(sandbox, frame.message as ExecutorRequest, onCounted);
    send({ ...reply, elapsedMs: performance.now() - started });
    // A statement that was left half-way keeps its sorters until it is collected.
    if (reply.kind === "too_many_rows") return;
  }
}

// Rows go as bytes beside the message.
function send(reply: ExecutorReply): void {
  if (reply.kind !== "rows") return sendFrame(reply);
  const { bytes, ...message } = reply;
  sendFrame(message, bytes);
}

serve();
