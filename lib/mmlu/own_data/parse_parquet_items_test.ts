import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import pl from "nodejs-polars";
import { realDataRoot, UsageError } from "../../ground/mod.ts";
import { loadMultipleChoice, type MmluQuestion } from "../mod.ts";
import { parseParquetItems } from "./parse_parquet_items.ts";
import { withOwnFiles } from "../testing/own_files.ts";

type Compression = "uncompressed" | "snappy" | "gzip" | "brotli" | "zstd" | "lz4";

/** Columns as a Parquet file, by a writer that is not ours. */
async function parquet(
  columns: Readonly<Record<string, unknown>>,
  compression: Compression = "snappy",
): Promise<Uint8Array> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    pl.DataFrame(columns).writeParquet(path, { compression });
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}

const COLUMNS = {
  question: ["Größe?", "Two?"],
  subject: ["maße", "maße"],
  choices: [["a", "b", "c", "d", "e"], ["yes", "no"]],
  answer: [4, 0],
};

Deno.test("parseParquetItems() reads the columns of cais/mmlu, however they are compressed", async () => {
  for (const compression of ["uncompressed", "snappy", "gzip", "brotli", "zstd"] as const) {
    const items = await parseParquetItems(await parquet(COLUMNS, compression), "x.parquet");
    assert.deepEqual(items, [
      {
        question: "Größe?",
        subject: "maße",
        choices: ["a", "b", "c", "d", "e"],
        answer: 4,
        place: "x.parquet, row 0",
      },
      {
        question: "Two?",
        subject: "maße",
        choices: ["yes", "no"],
        answer: 0,
        place: "x.parquet, row 1",
      },
    ], compression);
  }
});

Deno.test("parseParquetItems() reads letters, categories and nulls", async () => {
  const columns = { ...COLUMNS, answer: ["E", "B"], category: ["units", null] };
  const items = await parseParquetItems(await parquet(columns), "x.parquet");
  assert.deepEqual(items.map(({ answer, category }) => [answer, category]), [
    [4, "units"],
    [1, undefined],
  ]);
});

Deno.test("parseParquetItems() refuses other columns, other values and other files in one line", async () => {
  const refuses = (bytes: Uint8Array, expected: RegExp): Promise<void> =>
    assert.rejects(parseParquetItems(bytes, "x.parquet"), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.ok(!error.message.includes("\n"), error.message);
      assert.match(error.message, expected);
      return true;
    });
  const { choices, ...rest } = COLUMNS;
  await refuses(
    await parquet({ ...rest, options: choices }),
    /row 0: unknown key "options": rename/,
  );
  await refuses(
    await parquet({ ...COLUMNS, answer: [4, 2] }),
    /row 1: "answer" must be .*: current value is 2/,
  );
  await refuses(
    await parquet({ ...COLUMNS, question: ["a", null] }),
    /row 1: "question" .*missing/,
  );
  await refuses(await parquet(COLUMNS, "lz4"), /cannot be read as Parquet: .*LZ4/);
  await refuses(new TextEncoder().encode("not a parquet file"), /cannot be read as Parquet/);
  const whole = await parquet(COLUMNS);
  await refuses(whole.slice(0, whole.length - 9), /cannot be read as Parquet/);
});

Deno.test("loadMultipleChoice() reads the folder of a hub data set: dev, test, and what it leaves out", async () => {
  const dev = { ...COLUMNS, question: ["D1?", "D2?"] };
  const files = {
    "test-00000-of-00001.parquet": await parquet(COLUMNS),
    "dev-00000-of-00001.parquet": await parquet(dev),
    "auxiliary_train-00000-of-00001.parquet": "not read",
  };
  await withOwnFiles(files, async (dir) => {
    const data = await loadMultipleChoice(dir);
    assert.equal(data.title, "exam");
    assert.deepEqual(data.categories, ["exam"]);
    assert.equal(data.test.get("maße")?.length, 2);
    assert.equal(data.dev.get("maße")?.length, 2);
    assert.equal(data.notes.length, 1);
    const one = await loadMultipleChoice(join(dir, "test-00000-of-00001.parquet"));
    assert.equal(one.title, "exam");
  });
});

const root = realDataRoot();
const skipped = root === undefined || !existsSync(join(root, "mmlu"));

Deno.test({
  name:
    "loadMultipleChoice() reads MMLU as Parquet as it reads the release, ids and categories too" +
    (skipped ? " [skipped: no MMLU at LAB_DATA_ROOT]" : ""),
  ignore: skipped,
  fn: async () => {
    const release = await loadMultipleChoice(join(root!, "mmlu"));
    const columns = (subjects: ReadonlyMap<string, readonly MmluQuestion[]>): typeof COLUMNS => {
      const all = [...subjects.values()].flat();
      return {
        question: all.map(({ question }) => question),
        subject: all.map(({ subject }) => subject),
        choices: all.map(({ choices }) => [...choices]),
        answer: all.map(({ answer }) => answer),
      };
    };
    const files = {
      "test-00000-of-00001.parquet": await parquet(columns(release.test)),
      "dev-00000-of-00001.parquet": await parquet(columns(release.dev)),
    };
    await withOwnFiles(files, async (dir) => {
      const { title, isMmlu, categories, test, dev } = await loadMultipleChoice(dir);
      assert.deepEqual({ title, isMmlu, categories }, {
        title: "MMLU",
        isMmlu: true,
        categories: release.categories,
      });
      assert.deepEqual([...test], [...release.test]);
      assert.deepEqual([...dev], [...release.dev]);
    });
  },
});
