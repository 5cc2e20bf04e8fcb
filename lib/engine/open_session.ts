import { env, InferenceSession } from "onnxruntime-node";

const FATAL = 4;

/**
 * Opens a graph in ONNX Runtime. What goes wrong is thrown, and so not written
 * to standard error a second time in several lines.
 *
 * @throws {Error} If the graph cannot be opened as the options want it.
 */
export function openSession(
  path: string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  env.logLevel = "fatal"; // taken when the process opens its first session
  return InferenceSession.create(path, { ...options, logSeverityLevel: FATAL });
}
