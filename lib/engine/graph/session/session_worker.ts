/**
 * The thread that a session runs in, for `session_thread.ts`.
 *
 * @module
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { ModelBuilder } from "../graph_builder.ts";
import { DataType, valueInfo } from "../onnx.ts";
import { openSession } from "./open_session.ts";
import type { SentTensor, SessionReply, SessionRequest } from "./session_messages.ts";
import { received, toSend } from "./session_thread.ts";

interface WorkerScope {
  onmessage: (event: MessageEvent<SessionRequest>) => void;
  postMessage(message: SessionReply): void;
}

const scope = self as unknown as WorkerScope;

let session: InferenceSession;
/** The tensors of the last run, by their numbers. */
let held = new Map<number, Tensor>();
/** Requests are done one after another, in the order in which they came. */
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }): void => {
  last = last.then(async () => {
    try {
      scope.postMessage({ outputs: await done(data) });
    } catch (error) {
      scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
    }
  });
};

async function done(request: SessionRequest): Promise<Record<string, SentTensor>> {
  switch (request.kind) {
    case "load":
      await runProduct(request.options);
      return {};
    case "open":
      session = await openSession(request.path, request.options);
      return {};
    case "run":
      return await run(request);
    case "release":
      if (request.profiled) session.endProfiling();
      await session.release();
      return {};
  }
}

/** Runs a product of two numbers, for which a provider loads what every product needs. */
async function runProduct(options: InferenceSession.SessionOptions): Promise<void> {
  const model = new ModelBuilder();
  const x = model.input("x", DataType.FLOAT, [1, 1]);
  model.main.outputs("MatMul", [x, x], ["y"]);
  const small = await openSession(model.toBytes([valueInfo("y", DataType.FLOAT, [1, 1])]), options);
  await small.run({ x: new Tensor("float32", [2], [1, 1]) });
  await small.release();
}

async function run(
  { feeds, outputs }: Extract<SessionRequest, { kind: "run" }>,
): Promise<Record<string, SentTensor>> {
  const now = new Map<number, Tensor>();
  const own: Record<string, Tensor> = {};
  for (const [name, { number, sent }] of Object.entries(feeds)) {
    const tensor = sent ? received(sent) : held.get(number)!;
    now.set(number, tensor);
    own[name] = tensor;
  }
  held = now;
  const out = await session.run(own, [...outputs]);
  return Object.fromEntries(Object.entries(out).map(([name, tensor]) => [name, toSend(tensor)]));
}
