import assert from "node:assert/strict";
import { join } from "node:path";
import { fromRoot, UsageError } from "../../ground/mod.ts";
import { readSummary, writeSummary } from "../../runs/mod.ts";
import { readPaperInputs } from "./read_paper_inputs.ts";

const SAMPLE = fromRoot("results/recorded/sample");

/** A copy of the recorded sample, to be damaged. */
async function withCopy(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const file of ["summary.json", "verdicts.parquet"]) {
      await Deno.copyFile(join(SAMPLE, file), join(folder, file));
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A folder with `spider/`, as a user's copy of the data lies. */
async function withData(
  change: (dev: string) => string,
  work: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "spider"));
    for (const file of ["train.json", "tables.json", "dev.json"]) {
      const text = await Deno.readTextFile(fromRoot(`spider_db/sample/${file}`));
      await Deno.writeTextFile(
        join(root, "spider", file),
        file === "dev.json" ? change(text) : text,
      );
    }
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readPaperInputs() has trainings, drawn questions with their texts, and a prompt", async () => {
  const { en } = await readPaperInputs(SAMPLE, { authors: ["A"] });
  assert.deepEqual(en.trainings.map(({ variant }) => variant), ["all-linear-lr2e-3", "qv-lr2e-3"]);
  assert.equal(en.trainings[0]?.steps, 28);
  // the recommended variant's, counted in the recorded failures.md
  const { repaired, broken } = en.failures;
  assert.deepEqual([repaired.of, repaired.rows.length, broken.of], [26, 3, 3]);
  const [first] = repaired.rows;
  assert.equal(first?.question, "Show the name and weight of animals of species lion.");
  assert.deepEqual(first?.answers.map(({ status }) => status), ["sql_error", "match"]);
  assert.match(en.prompt?.at(-1)?.content ?? "", /animal\(id, name.*species lion\.$/s);
  assert.deepEqual([en.authors, en.limits], [["A"], []]);
});

Deno.test("readPaperInputs() takes the limits of each language, and refuses others", async () => {
  await withCopy(async (folder) => {
    const path = join(folder, "limits.json");
    await Deno.writeTextFile(path, '{"en": ["one"], "pt": ["um", "dois"]}');
    const { en, pt } = await readPaperInputs(folder);
    assert.deepEqual([en.limits, pt.limits], [["one"], ["um", "dois"]]);
    assert.deepEqual([en.repetition, pt.repetition], [false, false]);
    await Deno.writeTextFile(path, '{"en": [], "pt": [], "repetition": true}');
    const again = await readPaperInputs(folder);
    assert.deepEqual([again.en.repetition, again.pt.repetition], [true, true]);
    await Deno.writeTextFile(path, '{"en": "one"}');
    await assert.rejects(readPaperInputs(folder), { name: "UsageError", message: /limits\.json/ });
    await Deno.writeTextFile(path, '{"en": ["one", "The adapter lost nothing."], "pt": []}');
    await assert.rejects(readPaperInputs(folder), {
      name: "UsageError",
      message: /limits\.json: it has a sentence that no number warrants \(.*\): "The adapter lost/,
    });
  });
});

Deno.test("readPaperInputs() says which files it wants where the data are not here", async () => {
  await assert.rejects(
    readPaperInputs(SAMPLE, { dataRoot: "/no/such/place" }),
    (error: Error) =>
      error instanceof UsageError &&
      /spider\/dev\.json and tables\.json: .*--data-root/.test(error.message),
  );
});

Deno.test("readPaperInputs() wants no tables.json of questions of one's own, but their file", async () => {
  await withCopy(async (folder) => {
    const path = join(folder, "summary.json");
    const summary = readSummary(path);
    const { config, provenance } = summary;
    const { "spider/dev.json": questions, "spider/tables.json": _, ...others } = provenance.data;
    writeSummary(path, {
      ...summary,
      config: { ...config, spider: { ...config.spider, path: ".../questions.jsonl" } },
      provenance: { ...provenance, data: { ...others, "spider/questions.jsonl": questions! } },
    });
    await assert.rejects(
      readPaperInputs(folder),
      /; wanted is questions\.jsonl with its databases beside it: give your copy with --spider FILE$/,
    );
  });
});

Deno.test("readPaperInputs() takes a copy of the data, and refuses other questions", async () => {
  await withData((dev) => dev, async (dataRoot) => {
    const { en } = await readPaperInputs(SAMPLE, { dataRoot });
    assert.equal(en.failures.repaired.of, 26);
  });
  await withData((dev) => dev.replace("lion", "puma"), async (dataRoot) => {
    await assert.rejects(
      readPaperInputs(SAMPLE, { dataRoot }),
      { name: "UsageError", message: /spider\/dev\.json .* is not the file that the study/ },
    );
  });
});

Deno.test("readPaperInputs() refuses a folder without verdicts", async () => {
  await withCopy(async (folder) => {
    await Deno.remove(join(folder, "verdicts.parquet"));
    await assert.rejects(
      readPaperInputs(folder),
      { name: "UsageError", message: /neither verdicts\.jsonl nor verdicts\.parquet/ },
    );
  });
});

Deno.test("readPaperInputs() refuses verdicts that are not those of the summary", async () => {
  await withCopy(async (folder) => {
    await Deno.copyFile(
      fromRoot("results/recorded/qwen_coder_0_5b_pilot/verdicts.parquet"),
      join(folder, "verdicts.parquet"),
    );
    await assert.rejects(readPaperInputs(folder), UsageError);
    const rows = ["base", "all-linear-lr2e-3"].map((variant) =>
      JSON.stringify({
        variant,
        id: "dev-0",
        dbId: "village_bank",
        hardness: "easy",
        status: "match",
        official: true,
        assignment: true,
        strict: true,
      })
    );
    await Deno.writeTextFile(join(folder, "verdicts.jsonl"), `${rows.join("\n")}\n`);
    await assert.rejects(
      readPaperInputs(folder),
      /summary has 4 right of 154 for "base" on sql, its answers have 1 right of 1/,
    );
  });
});
