import { UsageError } from "../../ground/mod.ts";
import { driverId } from "./visible_gpus.ts";

/**
 * Free memory of a GPU in bytes, as the driver's `nvidia-smi` reports it.
 *
 * @param device Its place among those that this process sees; `nvidia-smi` knows all of them, so it
 * is asked by the name that `CUDA_VISIBLE_DEVICES` has at that place.
 * @throws {UsageError} If there is no `nvidia-smi`, no such GPU, or no number.
 */
export async function freeDeviceMemory(device: number): Promise<number> {
  const id = driverId(device, Deno.env.get("CUDA_VISIBLE_DEVICES"));
  const args = ["--query-gpu=memory.free", "--format=csv,noheader,nounits", `--id=${id}`];
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("nvidia-smi", { args }).output();
  } catch {
    throw new UsageError("Cannot find an NVIDIA GPU: there is no nvidia-smi on the path");
  }
  const text = new TextDecoder().decode(output.stdout).trim();
  const mebibytes = Number(text);
  if (!output.success || !(mebibytes > 0)) {
    throw new UsageError(`Cannot read the free memory of GPU ${device}: nvidia-smi says "${text}"`);
  }
  return mebibytes * 2 ** 20;
}
