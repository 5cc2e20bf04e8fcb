import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { realDataRoot } from "../ground/mod.ts";
import { UsageError } from "../ground/mod.ts";
import { MINI_FILES, writeMiniMmlu } from "./testing/mini_mmlu.ts";
import { loadMmlu } from "./mod.ts";
import { SUBJECT_CATEGORIES } from "./subject_categories.ts";

async function withFolder(
  files: Readonly<Record<string, string | undefined>>,
  test: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "mmlu_" });
  try {
    await test(await writeMiniMmlu(dir, files));
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function failsWith(
  files: Readonly<Record<string, string | undefined>>,
  ...parts: readonly string[]
): Promise<void> {
  await withFolder(files, async (dir) => {
    await assert.rejects(loadMmlu(dir), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.ok(!error.message.includes("\n"), "one line");
      for (const part of parts) assert.ok(error.message.includes(part), error.message);
      return true;
    });
  });
}

Deno.test("loadMmlu() reads subjects, categories, ids and hashes", async () => {
  const files = { "test/.DS_Store": "x", "test/._astronomy_test.csv": "x", "test/notes.txt": "x" };
  await withFolder(files, async (dir) => {
    const data = await loadMmlu(dir);
    assert.deepEqual([...data.test.keys()], ["astronomy", "philosophy"]);
    assert.deepEqual(data.test.get("astronomy")?.[2], {
      id: "astronomy-2",
      subject: "astronomy",
      category: "STEM",
      question: "Three?",
      choices: ["a", "b", "c", "d"],
      answer: 2,
    });
    assert.equal(data.dev.get("philosophy")?.[1]?.id, "philosophy-dev-1");
    assert.equal(data.dev.get("philosophy")?.[1]?.category, "Humanities");
    const path = "test/philosophy_test.csv";
    const hash = createHash("sha256").update(MINI_FILES[path]!).digest("hex");
    assert.equal(data.hashes[path], hash);
    assert.equal(Object.keys(data.hashes).length, 4);
  });
});

Deno.test("loadMmlu() names the files of other kinds that it does not read", async () => {
  const files = {
    "test/anatomy_test.jsonl": "{}",
    "test/virology_test.csv.gz": "x",
    "dev/anatomy_dev.CSV": "x",
    "dev/README.txt": "x",
  };
  await withFolder(files, async (dir) => {
    const [note] = (await loadMmlu(dir)).notes;
    assert.equal(
      note,
      "not read, since MMLU's files end in .csv: test/anatomy_test.jsonl, " +
        "test/virology_test.csv.gz, dev/anatomy_dev.CSV",
    );
  });
});

Deno.test("loadMmlu() takes file names without the split", async () => {
  const files = {
    "test/philosophy_test.csv": undefined,
    "test/philosophy.csv": "question,A,B,C,D,answer\nOne?,a,b,c,d,D\n",
  };
  await withFolder(files, async (dir) => {
    const one = (await loadMmlu(dir)).test.get("philosophy")?.[0];
    assert.equal(one?.id, "philosophy-0");
    assert.equal(one?.question, "One?");
  });
});

Deno.test("loadMmlu() refuses an unknown subject, naming it", async () => {
  await failsWith({ "test/alchemy_test.csv": "a,b,c,d,e,A\n" }, "test/alchemy", "unknown subject");
});

Deno.test("loadMmlu() refuses two files of one subject", async () => {
  await failsWith({ "dev/astronomy.csv": "a,b,c,d,e,A\n" }, "dev/astronomy", "a second file");
});

Deno.test("loadMmlu() refuses a folder without dev questions or without questions", async () => {
  await failsWith({ "dev/philosophy_dev.csv": undefined }, "dev/philosophy_dev.csv is missing");
  await failsWith({ "test/philosophy_test.csv": "" }, "test/philosophy_test.csv has no question");
  await assert.rejects(loadMmlu("/nowhere"), /no folder test\/: pass the folder that holds dev\//);
});

const root = realDataRoot();
const skipped = root === undefined || !existsSync(join(root, "mmlu"));
const reason = skipped ? " [skipped: no MMLU at LAB_DATA_ROOT]" : "";

Deno.test(`loadMmlu() reads the release: 14042 test and 285 dev questions${reason}`, {
  ignore: skipped,
}, async () => {
  const { test, dev } = await loadMmlu(join(root!, "mmlu"));
  const questions = [...test.values()].flat();
  assert.equal(questions.length, 14042);
  assert.deepEqual([...test.keys()].sort(), [...SUBJECT_CATEGORIES.keys()].sort());
  assert.deepEqual([...dev.values()].map((shots) => shots.length), new Array(57).fill(5));
  assert.equal(new Set(questions.map(({ id }) => id)).size, 14042);
  // The sizes of the authors' categories: anatomy's 135 are in Other, not in STEM.
  const sizes = Object.fromEntries(
    Map.groupBy(questions, ({ category }) => category).entries()
      .map(([category, members]) => [category, members.length]),
  );
  assert.deepEqual(sizes, {
    "STEM": 3018,
    "Humanities": 4705,
    "Social sciences": 3077,
    "Other": 3242,
  });
  const letters = [0, 1, 2, 3].map((at) => questions.filter(({ answer }) => answer === at).length);
  assert.deepEqual(letters, [3222, 3462, 3582, 3776]);
});
