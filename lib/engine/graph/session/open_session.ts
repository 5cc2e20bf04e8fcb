import { env, InferenceSession } from "onnxruntime-node";

const FATAL = 4;

/**
 * Opens a graph in ONNX Runtime, from its file or its bytes. What goes wrong is thrown, and so not written
 * to standard error a second time in several lines.
 *
 * @throws {Error} If the graph cannot be opened as the options want it.
 */
export function openSession(
  graph: string | Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  env.logLevel = "fatal"; // taken when the process opens its first session
  const quiet = { ...options, logSeverityLevel: FATAL } as const;
  return typeof graph === "string"
    ? InferenceSession.create(graph, quiet)
    : InferenceSession.create(graph, quiet);
}
