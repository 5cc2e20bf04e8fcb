import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint/mod.ts";

/**
 * Writes a graph beside the weights that it points into, because ONNX Runtime
 * reads external data only from the graph's own folder. The name depends on the
 * content, so that a graph is written once; `device` is a part of the name.
 * One that is there is named without waiting for the disk: whoever opens it goes on at once.
 *
 * @throws {UsageError} If the weights lie in several folders, or theirs cannot be written.
 */
export async function writeGraph(
  checkpoint: Checkpoint,
  graph: Uint8Array,
  device: "cpu" | "cuda",
): Promise<string> {
  // the weights may be symbolic links (the Hugging Face cache): the graph belongs beside their targets
  const paths = checkpoint.files.map((file) => realpathSync(file));
  const [folder, ...others] = [...new Set(paths.map((path) => dirname(path)))];
  if (others.length > 0) {
    throw new UsageError(
      `Cannot open "${checkpoint.dir}": its weights lie in ${
        others.length + 1
      } folders; put them into one`,
    );
  }
  // an empty list of files cannot be: a checkpoint has its tensors in at least one
  if (folder === undefined) throw new RangeError("Cannot write a graph without weights");
  const hash = createHash("sha256").update(graph).digest("hex").slice(0, 12);
  const path = `${folder}/graph.${device}.${hash}.onnx`;
  if (existsSync(path)) return path;
  const temporary = `${path}.${Deno.pid}.part`;
  try {
    await Deno.writeFile(temporary, graph);
    await Deno.rename(temporary, path);
  } catch (error) {
    throw new UsageError(
      `Cannot write the graph beside the weights in "${folder}": ${(error as Error).message}`,
    );
  }
  return path;
}
