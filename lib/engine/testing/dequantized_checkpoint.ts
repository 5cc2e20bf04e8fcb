import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { readWeight } from "../checkpoint/int4/read_weight.ts";
import { writeSafetensors } from "../checkpoint/safetensors.ts";

/**
 * Writes a checkpoint that has, as float32, the weights that another answers
 * with in 4 bits: what other programs can compute with.
 *
 * @param dir The folder, which must be empty or absent.
 */
export async function dequantizedCheckpoint(
  int4: Checkpoint,
  dir: string,
): Promise<Checkpoint> {
  await Deno.mkdir(dir, { recursive: true });
  for (const name of ["config.json", "generation_config.json"]) {
    await Deno.copyFile(`${int4.dir}/${name}`, `${dir}/${name}`);
  }
  const tensors = await Promise.all(
    [...int4.tensors].map(async ([name, { shape }]) => {
      const values = await readWeight(int4, name);
      return { name, shape, values: () => values };
    }),
  );
  await writeSafetensors(`${dir}/model.safetensors`, tensors);
  return await openCheckpoint(dir);
}
