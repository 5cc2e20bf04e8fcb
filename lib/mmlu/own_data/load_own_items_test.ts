import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { devShots, fewerShots, loadMultipleChoice, mmluPrompt, selectSuite } from "../mod.ts";
import { SUBJECT_CATEGORIES } from "../subject_categories.ts";
import { refusesItems, withOwnFiles } from "../testing/own_files.ts";

const ITEM = { question: "Which is even?", choices: ["1", "2", "3", "5", "7"], answer: "B" };

Deno.test("loadMultipleChoice() reads a file of JSON lines; what questions leave open is called after the file", async () => {
  const lines = [ITEM, { ...ITEM, id: 7, subject: "sums", category: "maths", answer: 1 }];
  await withOwnFiles({ "small_numbers.jsonl": lines }, async (dir) => {
    const path = join(dir, "small_numbers.jsonl");
    const data = await loadMultipleChoice(path);
    assert.equal(data.title, "small_numbers");
    assert.equal(data.isMmlu, false);
    assert.deepEqual(data.categories, ["small_numbers", "maths"]);
    assert.deepEqual([...data.test.values()].flat(), [
      {
        id: "small_numbers-0",
        subject: "small_numbers",
        category: "small_numbers",
        question: ITEM.question,
        choices: ITEM.choices,
        answer: 1,
      },
      {
        id: "7",
        subject: "sums",
        category: "maths",
        question: ITEM.question,
        choices: ITEM.choices,
        answer: 1,
      },
    ]);
    const sha256 = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    assert.deepEqual(data.hashes, { "small_numbers.jsonl": sha256 });
  });
});

Deno.test("mmluPrompt() begins with the subject of one's own, or the title where there is none", async () => {
  await withOwnFiles({ "a.jsonl": [ITEM, { ...ITEM, subject: "prime_numbers" }] }, async (dir) => {
    const { test } = await loadMultipleChoice(join(dir, "a.jsonl"), { title: "small sums" });
    const texts = [...test.values()].flat().map((one) => mmluPrompt(one, []).own);
    const rest = "\n\nWhich is even?\nA. 1\nB. 2\nC. 3\nD. 5\nE. 7\nAnswer:";
    const header = "The following are multiple choice questions (with answers) about ";
    assert.deepEqual(texts, [`${header}small sums.${rest}`, `${header}prime numbers.${rest}`]);
  });
});

Deno.test("loadMultipleChoice() reads a folder: dev.* gives shots, each other file is asked, README is passed over", async () => {
  const files = {
    "algebra.csv": "One?,a,b,A\nTwo?,a,b,c,C\n",
    "logic.jsonl": [ITEM],
    "dev.jsonl": [
      { ...ITEM, subject: "algebra", question: "D1?" },
      { ...ITEM, subject: "algebra", question: "D2?" },
    ],
    "README.md": "about",
    ".hidden.csv": "x",
    "validation-00000-of-00001.parquet": "not read",
  };
  await withOwnFiles(files, async (dir) => {
    const data = await loadMultipleChoice(dir);
    assert.equal(data.title, "exam");
    assert.deepEqual([...data.test.keys()], ["algebra", "logic"]);
    assert.deepEqual(data.categories, ["algebra", "logic"]);
    assert.deepEqual(data.notes, [
      "validation-00000-of-00001.parquet is not read: questions are asked of other files",
    ]);
    assert.deepEqual(Object.keys(data.hashes), ["algebra.csv", "dev.jsonl", "logic.jsonl"]);
    assert.deepEqual(devShots(data, "algebra", 1).map(({ id }) => id), ["dev-0"]);
    assert.equal(devShots(data, "algebra", 4).length, 2);
    assert.deepEqual(devShots(data, "logic", 4), []);
    const suite = selectSuite(data, { perCategory: null, seed: 1 });
    assert.deepEqual(fewerShots(data, suite, 4), [
      "4 dev questions of each subject are wanted as shots and there are fewer, all of which are " +
      "shown: algebra 2, logic 0",
    ]);
    assert.deepEqual(fewerShots(data, suite, 0), []);
    assert.deepEqual(fewerShots({ ...data, dev: new Map() }, suite, 4), [
      "4 dev questions of each subject are wanted as shots and there are none: questions are asked " +
      "without (0-shot)",
    ]);
  });
});

Deno.test('loadMultipleChoice() takes questions marked "split": "dev" for shots, in one file with the others', async () => {
  const lines = [{ ...ITEM, split: "dev", question: "Shown?" }, { ...ITEM, split: "test" }];
  await withOwnFiles({ "exam.jsonl": lines }, async (dir) => {
    const data = await loadMultipleChoice(join(dir, "exam.jsonl"));
    assert.deepEqual([...data.test.values()].flat().map(({ id }) => id), ["exam-1"]);
    assert.deepEqual(devShots(data, "exam", 4).map(({ id }) => id), ["exam-0"]);
  });
});

Deno.test("loadMultipleChoice() reads MMLU's layout with subjects of one's own, dev/ or not", async () => {
  const test = { "test/baking_test.csv": "One?,a,b,c,d,e,E\n", "test/sailing.csv": "Two?,a,b,B\n" };
  const dev = { "dev/baking_dev.csv": "question,A,B,C,answer,category\nDev?,a,b,c,A,food\n" };
  for (const files of [test, { ...test, ...dev }]) {
    await withOwnFiles(files, async (dir) => {
      const data = await loadMultipleChoice(dir, { title: "Hobbies" });
      assert.equal(data.isMmlu, false);
      assert.deepEqual(data.categories, ["Hobbies"]);
      assert.deepEqual([...data.test.keys()], ["baking", "sailing"]);
      assert.equal(data.test.get("baking")?.[0]?.choices.length, 5);
      assert.equal(devShots(data, "baking", 4).length, "dev/baking_dev.csv" in files ? 1 : 0);
    });
  }
});

Deno.test("loadMultipleChoice() does not miss the categories of MMLU that its subjects do not have", async () => {
  const lines = ["astronomy", "anatomy"].map((subject) => ({ ...ITEM, subject }));
  await withOwnFiles({ "a.jsonl": lines }, async (dir) => {
    const data = await loadMultipleChoice(dir);
    assert.deepEqual(data.categories, ["STEM", "Other"]);
    assert.equal(selectSuite(data, { perCategory: 50, seed: 1 }).length, 2);
  });
  const row = "One?,a,b,c,d,C\n";
  const part = { "test/astronomy.csv": row, "dev/astronomy.csv": "Dev?,a,b,c,d,C\n" };
  await withOwnFiles(part, async (dir) => {
    const data = await loadMultipleChoice(dir);
    assert.equal(data.title, "MMLU");
    assert.deepEqual(data.categories, ["STEM"]);
    assert.equal(data.notes.length, 1);
    assert.match(data.notes[0]!, /no question of Humanities and Social sciences/);
    assert.equal(selectSuite(data, { perCategory: 50, seed: 1 }).length, 1);
  });
});

Deno.test("loadMultipleChoice() takes JSON lines with MMLU's subjects of all categories for MMLU, with its ids", async () => {
  const four = { question: "One?", choices: ["a", "b", "c", "d"], answer: 3 };
  const lines = ["sociology", "philosophy", "astronomy"].flatMap((subject) => [
    { ...four, subject },
    { ...four, subject, question: "Dev?", split: "dev" },
  ]);
  await withOwnFiles({ "test.jsonl": lines }, async (dir) => {
    const data = await loadMultipleChoice(dir);
    assert.equal(data.isMmlu, true);
    assert.equal(data.title, "MMLU");
    assert.deepEqual(data.categories, ["STEM", "Humanities", "Social sciences"]);
    assert.deepEqual([...data.test.keys()], ["astronomy", "philosophy", "sociology"]);
    assert.equal(data.test.get("philosophy")?.[0]?.id, "philosophy-0");
    assert.equal(data.test.get("philosophy")?.[0]?.category, "Humanities");
    assert.equal(devShots(data, "sociology", 1)[0]?.id, "sociology-dev-0");
    assert.throws(() => devShots(data, "sociology", 2), /dev\/ has 1: ask for fewer/);
  });
});

Deno.test("loadMultipleChoice() refuses what it cannot tell, by name", async () => {
  await refusesItems("/nowhere", /there is no such file or folder/);
  await withOwnFiles({ "a.txt": "x", "b.jsonl": [ITEM] }, async (dir) => {
    await refusesItems(dir, /a\.txt is none of \.jsonl, \.csv, \.parquet/);
    await refusesItems(join(dir, "a.txt"), /a\.txt is none of .*, and no folder/);
  });
  await withOwnFiles({ "dev.jsonl": [ITEM] }, async (dir) => {
    await refusesItems(dir, /the folder has no questions to ask/);
  });
  await withOwnFiles({ "dev/a.csv": "One?,a,b,A\n" }, async (dir) => {
    await refusesItems(dir, /no folder test\/ beside dev\//);
  });
  await withOwnFiles({ "a.jsonl": [{ ...ITEM, split: "dev" }] }, async (dir) => {
    await refusesItems(dir, /all of them are dev questions/);
  });
  await withOwnFiles(
    { "a.jsonl": [ITEM], "dev.jsonl": [{ ...ITEM, subject: "a" }] },
    async (dir) => {
      await refusesItems(
        dir,
        /dev\.jsonl, line 1: this dev question is asked too, at a\.jsonl, line 1/,
      );
    },
  );
  const twice = [{ ...ITEM, id: "x" }, { ...ITEM, id: "x" }];
  await withOwnFiles({ "a.jsonl": twice }, async (dir) => {
    await refusesItems(dir, /two have one id: "x"/);
  });
  const [known] = SUBJECT_CATEGORIES.keys();
  const mixed = { [`test/${known}.csv`]: "One?,a,b,c,d,A\n", "test/astronmy.csv": "One?,a,b,A\n" };
  await withOwnFiles({ ...mixed, [`dev/${known}.csv`]: "D?,a,b,c,d,A\n" }, async (dir) => {
    await refusesItems(dir, /test\/astronmy\.csv: unknown subject, not one of MMLU's 57, beside/);
  });
});
