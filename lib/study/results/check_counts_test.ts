import assert from "node:assert/strict";
import { fromRoot, SILENT } from "../../ground/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { browseStudy } from "../browse/browse_study.ts";
import { openExport } from "../exports/open_export.ts";
import { readPaperInputs } from "../paper/read_paper_inputs.ts";
import { checkCounts, counted } from "./check_counts.ts";
import { readAllAnswers } from "./read_answers.ts";
import { readRecordedAnswers } from "./recorded_answers.ts";

const SAMPLE = fromRoot("results/recorded/sample");

Deno.test("answers with the right counts and other flips are exported, quoted and browsed by nobody", async () => {
  const folder = Deno.makeTempDirSync();
  for (const file of ["summary.json", "letters.parquet", "prose.parquet"]) {
    Deno.copyFileSync(`${SAMPLE}/${file}`, `${folder}/${file}`);
  }
  const rows = readRecordedAnswers(`${SAMPLE}/verdicts.parquet`);
  // a tuned variant's right answer and a wrong one change places: 4 questions are of other outcomes
  const own = rows.filter(({ variant }) => variant === "all-linear-lr2e-3");
  const base = new Map(
    rows.filter(({ variant }) => variant === "base").map(({ id, official }) => [id, official]),
  );
  const gained = own.find(({ id, official }) => official === true && base.get(id) === false)!;
  const lost = own.find(({ id, official }) => official === false && base.get(id) === true)!;
  const turned = (row: typeof rows[number]): typeof row => ({
    ...row,
    ...(row === gained ? { official: false, status: "mismatch" } : {}),
    ...(row === lost ? { official: true, status: "match" } : {}),
  });
  const lines = rows.map((row) => `${JSON.stringify(turned(row))}\n`).join("");
  Deno.writeTextFileSync(`${folder}/verdicts.jsonl`, lines);
  const why =
    /its summary has 26 gained and 3 lost for "all-linear-lr2e-3" on sql, its answers have 25 gained and 2 lost$/;
  assert.throws(
    () => openExport(folder, { tolerances: { mmlu: 0.03, prose: 0.05 } }),
    { name: "UsageError", message: why },
  );
  for (const work of [readPaperInputs(folder), browseStudy({ folder, progress: SILENT })]) {
    await assert.rejects(work, { name: "UsageError", message: why });
  }
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("checkCounts() takes the recorded answers, and names the measure and the variant that differ", () => {
  const summary = readSummary(`${SAMPLE}/summary.json`);
  const answers = readAllAnswers(SAMPLE, assert.fail).map(counted);
  checkCounts(summary, answers, "use it");
  const [base, tuned] = answers as [typeof answers[number], typeof answers[number]];
  const refused = (changed: typeof base, message: RegExp): void =>
    assert.throws(() => checkCounts(summary, [changed], "use it"), { name: "UsageError", message });
  refused(
    { ...base, name: "other" },
    /^Cannot use it: its summary has no variant "other"$/,
  );
  refused({ ...base, prose: 74 }, /has 75 passages for "base" on prose, its answers have 74/);
  refused(
    { ...tuned, mmlu: tuned.mmlu!.slice(1) },
    new RegExp(`right of 150 for "${tuned.name}" on mmlu, its answers have \\d+ right of 149$`),
  );
  refused(
    { name: "base", sqlByShots: { 7: [["a", true]] } },
    /0 right of 0 .* on sql with 7 shown/,
  );
});

Deno.test("readAllAnswers() tells how many variants it has read, to the last", () => {
  const told: string[] = [];
  const answers = readAllAnswers(
    SAMPLE,
    assert.fail,
    (done, total) => told.push(`${done}/${total}`),
  );
  assert.deepEqual(told, answers.map((_, i) => `${i + 1}/${answers.length}`));
});
