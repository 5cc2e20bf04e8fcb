import { basename, dirname, join } from "node:path";
import { type Checkpoint, type Int4Event, openInt4Checkpoint } from "../../engine/mod.ts";
import { type Progress, REPOSITORY_ROOT } from "../../ground/mod.ts";
import type { ModelFiles } from "../inputs/model_inputs.ts";

/** For weights in 4 bits of a model in a folder that cannot be written. */
const CACHE = join(REPOSITORY_ROOT, ".cache", "int4");

const MEGABYTE = 1e6;

/**
 * The checkpoint with the weights that the config wants to answer with. Those in
 * 4 bits are made the first time, and a line says so.
 *
 * @throws {UsageError} If they cannot be made.
 */
export async function answeringCheckpoint(
  { config, checkpoint, modelHashes }: ModelFiles,
  progress: Pick<Progress, "note">,
): Promise<Checkpoint> {
  if (config.engine.weights !== "int4") return checkpoint;
  return await openInt4Checkpoint(checkpoint, {
    hashes: modelHashes,
    cache: CACHE,
    onMake: (event) => progress.note(int4Line(event)),
  });
}

function int4Line(event: Int4Event): string {
  const place = `${basename(dirname(event.path))}/${basename(event.path)}`;
  if (event.kind === "making") return `making 4-bit weights, ${place}: ${event.reason}`;
  const megabytes = (event.bytes / MEGABYTE).toFixed(0);
  return `made 4-bit weights, ${place}: ${megabytes} MB in ${event.seconds.toFixed(1)} s`;
}
