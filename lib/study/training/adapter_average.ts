import { existsSync } from "node:fs";
import { z } from "zod";
import {
  checkRecord,
  parseJson,
  readTextFile,
  SHA256,
  sha256Of,
  UsageError,
} from "../../ground/mod.ts";
import { type AdapterParent, PARENT_KEYS } from "../../runs/mod.ts";
import { AVERAGE_FILE } from "../../setup/mod.ts";

const WEIGHTS = "adapter_model.safetensors";

const AVERAGE = z.strictObject({
  /** The adapters that it is the mean of, in their order. */
  parents: z.array(z.strictObject(PARENT_KEYS)).min(2),
  /** Of its own weights. */
  sha256: SHA256,
});

/**
 * Of which adapters the one in a folder is the mean, as `training/average_lora.py` wrote it.
 *
 * @returns Undefined where it wrote nothing there.
 * @throws {UsageError} If `average.json` is damaged, or is of other weights than those beside it.
 */
export function adapterAverage(dir: string): readonly AdapterParent[] | undefined {
  const path = `${dir}/${AVERAGE_FILE}`;
  if (!existsSync(path)) return undefined;
  const { parents, sha256 } = checkRecord(AVERAGE, parseJson(readTextFile(path), path), path);
  const weights = `${dir}/${WEIGHTS}`;
  if (!existsSync(weights) || sha256Of(Deno.readFileSync(weights)) === sha256) return parents;
  throw new UsageError(
    `Cannot use ${path}: it is of other weights than ${WEIGHTS} beside it: copy the adapter again ` +
      `with all its files, or take ${AVERAGE_FILE} away`,
  );
}
