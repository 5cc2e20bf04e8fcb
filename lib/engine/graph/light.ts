/**
 * The thread that a session will run in: what can be started before ONNX Runtime is loaded here.
 * `mod.ts` has what opens a session in it.
 *
 * @module
 */
export { SpareThread } from "./session/spare_thread.ts";
