import { SpareThread } from "../graph/light.ts";

/** The options of a session on a GPU. */
export function cudaProvider(
  deviceId: number,
): { readonly executionProviders: { readonly name: "cuda"; readonly deviceId: number }[] } {
  return { executionProviders: [{ name: "cuda", deviceId }] };
}

/** A thread that loads CUDA while it is not known yet what is opened in it. */
export function spareCudaThread(device = 0): SpareThread {
  return new SpareThread(cudaProvider(device));
}
