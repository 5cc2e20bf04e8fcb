import { existsSync } from "node:fs";

/** What `CUDA_VISIBLE_DEVICES` names: indices or UUIDs. */
function namedGpus(visible: string): string[] {
  return visible.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** What the driver calls the GPU that a process sees at a place: an index, or a UUID. */
export function driverId(device: number, visible: string | undefined): string {
  return namedGpus(visible ?? "")[device] ?? `${device}`;
}

/**
 * The GPUs that a process may use, as `CUDA_VISIBLE_DEVICES` names them: those that it names, else
 * all that `nvidia-smi` lists; none where there is none.
 */
export async function visibleGpus(
  named: string | undefined = Deno.env.get("CUDA_VISIBLE_DEVICES"),
): Promise<string[]> {
  if (named !== undefined) return namedGpus(named);
  try {
    const { stdout } = await new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=index", "--format=csv,noheader"],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim())
      .filter((line) => /^\d+$/.test(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Where the driver lists a machine's GPUs, one folder each. */
const DRIVER_FOLDER = "/proc/driver/nvidia/gpus";

/** Whether a process sees more than one GPU, told without a command: no, where that is not known. */
export function seesSeveralGpus(
  named: string | undefined = Deno.env.get("CUDA_VISIBLE_DEVICES"),
  folder = DRIVER_FOLDER,
): boolean {
  if (named !== undefined) return namedGpus(named).length > 1;
  return existsSync(folder) && [...Deno.readDirSync(folder)].length > 1;
}
