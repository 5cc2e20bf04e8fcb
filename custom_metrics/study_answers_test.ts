import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { LLMTestCase } from "deepeval";
import { fromRoot, REPOSITORY_ROOT, SILENT } from "../lib/ground/mod.ts";
import { loadConfig, readSummary, writeSummary } from "../lib/runs/mod.ts";
import { ensureSample } from "../lib/setup/mod.ts";
import { READINGS } from "../lib/sql/mod.ts";
import { ExecutionAccuracyMetric } from "./execution_accuracy.ts";
import { studyAnswers } from "./study_answers.ts";

const SAMPLE = fromRoot("results/recorded/sample");
const KINDS = ["verdicts", "letters", "prose"];

interface CopiedStudy extends Disposable {
  /** The study's folder. */
  readonly study: string;
  /** Its text-to-SQL data. */
  readonly spider: string;
}

/** The recorded sample and its data, copied so that they can be changed. */
async function copiedStudy(
  { kinds = KINDS, change = () => {} }: {
    readonly kinds?: readonly string[];
    // deno-lint-ignore no-explicit-any -- takes parts out of JSON
    readonly change?: (summary: any) => void;
  } = {},
): Promise<CopiedStudy> {
  await ensureSample(loadConfig(fromRoot("config/sample.json")), SILENT);
  const folder = Deno.makeTempDirSync({ prefix: "study-answers-" });
  const [study, spider] = [`${folder}/study`, `${folder}/spider`];
  Deno.mkdirSync(study);
  for (const kind of kinds) {
    Deno.copyFileSync(`${SAMPLE}/${kind}.parquet`, `${study}/${kind}.parquet`);
  }
  cpSync(fromRoot("spider_db/sample"), spider, { recursive: true });
  const summary = JSON.parse(JSON.stringify(readSummary(`${SAMPLE}/summary.json`)));
  summary.config.spider.path = spider;
  change(summary);
  writeSummary(`${study}/summary.json`, summary);
  return {
    study,
    spider,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

Deno.test("ExecutionAccuracyMetric says of a tuned variant's recorded answers what their study has", async () => {
  const answers = await studyAnswers(SAMPLE);
  assert.equal(answers.length, 5 * 154);
  const tuned = answers.filter(({ variant }) => variant === "all-linear-lr2e-3");
  assert.equal(tuned.length, 154);
  await using metric = new ExecutionAccuracyMetric({
    dbPath: (testCase) => testCase.additionalMetadata?.db as string,
    timeoutMs: answers[0]!.timeoutMs,
  });
  for (const { id, question, gold, dbPath, statement, recorded } of tuned) {
    const testCase = new LLMTestCase({
      name: id,
      input: question,
      actualOutput: statement,
      expectedOutput: gold,
    });
    testCase.additionalMetadata = { db: dbPath };
    await metric.measure(testCase);
    const keys = ["status", ...READINGS] as const;
    const got = Object.fromEntries(keys.map((key) => [key, metric.verdict![key as "status"]]));
    assert.deepEqual(got, recorded, id);
    assert.equal(metric.isSuccessful(), recorded.assignment);
  }
});

Deno.test("studyAnswers() refuses in one line what it cannot read", async () => {
  const refused = async (study: string, message: RegExp): Promise<void> =>
    await assert.rejects(studyAnswers(study), { name: "UsageError", message });
  await refused("no_study", /no study of that name/);
  await refused(fromRoot("results/recorded/qwen_coder_0_5b_pilot"), /no summary\.json/);
});

Deno.test("studyAnswers() refuses data that are not those that the study asked, by the file's name", async () => {
  using copied = await copiedStudy();
  const { study, spider } = copied;
  assert.equal((await studyAnswers(study)).length, 5 * 154);
  const refused = async (message: RegExp): Promise<void> =>
    await assert.rejects(studyAnswers(study), { name: "UsageError", message });
  const dev = Deno.readTextFileSync(`${spider}/dev.json`);
  const edits = [["How many", "How few"], ["SELECT count(*)", "SELECT max(1)"]] as const;
  for (const [from, to] of edits) {
    assert.ok(dev.includes(from), from);
    Deno.writeTextFileSync(`${spider}/dev.json`, dev.replace(from, to));
    await refused(/^Cannot read the answers of ".*": spider\/dev\.json is not the file that was/);
  }
  Deno.writeTextFileSync(`${spider}/dev.json`, dev);
  const zoo = "database/city_zoo/city_zoo.sqlite";
  Deno.removeSync(`${spider}/${zoo}`);
  await refused(new RegExp(`spider/${zoo}, which was asked, is not there`));
});

Deno.test("studyAnswers() says that a study asked no text-to-SQL before it looks for data", async () => {
  using copied = await copiedStudy({
    kinds: ["letters", "prose"],
    change: (summary) => {
      summary.config.spider.path = ".../nowhere";
      delete summary.counts.sql;
      for (const variant of summary.variants) {
        delete variant.sql;
        delete variant.versusBase?.sql;
      }
    },
  });
  await assert.rejects(studyAnswers(copied.study), /: it asked no text-to-SQL$/);
});

Deno.test("studyAnswers() says what cannot be done with answers that are not their summary's", async () => {
  using copied = await copiedStudy({ kinds: ["letters", "prose"] });
  await assert.rejects(
    studyAnswers(copied.study),
    /^UsageError: Cannot read the answers of .*study: its summary has 4 right of 154 for "base"/,
  );
});

Deno.test({
  name: "study_answers.ts ends quietly when nobody reads it any more",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    const program = `'${Deno.execPath()}' run -A --no-check custom_metrics/study_answers.ts`;
    const script = `(${program} ${SAMPLE}; echo "code $?" >&2) | head -n 1`;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      cwd: REPOSITORY_ROOT,
    }).output();
    const text = new TextDecoder();
    assert.equal(JSON.parse(text.decode(stdout)).id, "dev-0");
    assert.equal(text.decode(stderr), "code 0\n");
  },
});
