import assert from "node:assert/strict";
import { UsageError } from "../../../ground/mod.ts";
import { tinyTensors, withTinyCheckpoint } from "../../testing/tiny_checkpoint.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint.ts";
import type { TensorEntry } from "../safetensors.ts";
import { int4Layout } from "./int4_layout.ts";
import { packRows } from "./pack_rows.ts";
import { startPackers } from "./packers.ts";
import { writeInt4 } from "./write_int4.ts";

/** The tiny model, `last` in place of the last value of each weight. */
function withCheckpoint(
  last: number,
  test: (checkpoint: Checkpoint) => Promise<void>,
): Promise<void> {
  const tensors = tinyTensors().map((tensor, at) => ({
    ...tensor,
    values: (): Float32Array =>
      tensor.values().map((_, i, all) => i === all.length - 1 ? last : Math.sin(at * 1000 + i)),
  }));
  return withTinyCheckpoint(async (dir) => await test(await openCheckpoint(dir)), { tensors });
}

function aMatrix({ tensors }: Checkpoint): { entry: TensorEntry; columns: number } {
  const entry = [...tensors.values()].find(({ shape }) => shape.length === 2)!;
  return { entry, columns: entry.shape[1]! };
}

Deno.test("startPackers() packs in threads what this thread packs", () =>
  withCheckpoint(0.5, async (checkpoint) => {
    const rows = aMatrix(checkpoint);
    const expected = await packRows(rows);
    using packers = startPackers(1, 2);
    const found = await Promise.all([packers.pack(rows), packers.pack(rows)]);
    assert.deepEqual(found, [expected, expected]);
    assert.deepEqual(await packers.pack(rows), expected);
    await assert.rejects(
      Promise.all([packers.pack(rows), packers.pack(rows), packers.pack(rows)]),
      /more than 2 parts at once/,
    );
  }));

Deno.test("startPackers() says in this thread what was wrong in another", () =>
  withCheckpoint(NaN, async (checkpoint) => {
    const rows = aMatrix(checkpoint);
    using packers = startPackers(1, 2);
    assert.equal(await packers.pack(rows), undefined);
    const gone = { ...rows, entry: { ...rows.entry, file: `${rows.entry.file}.gone` } };
    await assert.rejects(packers.pack(gone), {
      message: /model\.safetensors\.gone/,
      code: "ENOENT",
    });
    // and the thread packs on
    assert.equal(await packers.pack(rows), undefined);
  }));

Deno.test("startPackers() starts no thread for a small model", () => {
  using packers = startPackers(1000);
  assert.equal(packers.atOnce, 1);
});

Deno.test("writeInt4() writes the same bytes with one thread and with several", () =>
  withCheckpoint(0.5, async (checkpoint) => {
    const files = await Promise.all([1, 3].map(async (workers) => {
      const path = `${checkpoint.dir}/${workers}.int4`;
      const layout = int4Layout(checkpoint, { file: path, source: {} });
      await writeInt4(checkpoint, { layout, path, workers });
      return Deno.readFileSync(path);
    }));
    assert.deepEqual(files[0], files[1]);
  }));

Deno.test("writeInt4() names the first weight that is not finite, however fast its thread is", () =>
  withCheckpoint(Infinity, async (checkpoint) => {
    const path = `${checkpoint.dir}/broken.int4`;
    const layout = int4Layout(checkpoint, { file: path, source: {} });
    const [first] = layout.weights.keys();
    for (const workers of [1, 2, 3, 4]) {
      await assert.rejects(
        writeInt4(checkpoint, { layout, path, workers }),
        (error) =>
          error instanceof UsageError &&
          error.message.includes(`"${first}" holds a value that is not finite`),
      );
    }
  }));
