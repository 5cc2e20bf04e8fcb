import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { REPOSITORY_ROOT } from "../../lib/ground/mod.ts";
import { VENV_PYTHON } from "../../lib/setup/mod.ts";
import { recordAnswers } from "../../lib/study/results/recorded_answers.ts";
import { copyStudy, type MiniRun, plantAnswer, runMini } from "../../lib/study/testing/mini_run.ts";
import { type MiniStudy, writeMiniStudy } from "../../lib/study/testing/mini_study.ts";
import { writeTinyAdapter } from "../../lib/study/testing/tiny_model.ts";
import { type MadeStudy, writeMadeStudy } from "./testing/made_study.ts";

const TWIN = `${REPOSITORY_ROOT}/tools/twin`;
const missing = existsSync(VENV_PYTHON) ? "" : " [skipped: no .venv: run deno task setup]";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + missing, ignore: missing !== "", fn });
}

async function python(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(VENV_PYTHON, {
    args: [`${TWIN}/${script}`, ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** How many values were compared; the twin has to have found no difference. */
async function agreeing(folder: string): Promise<number> {
  const { code, text } = await python("twin.py", folder);
  assert.equal(code, 0, text);
  return Number(text.match(/: (\d+) values compared, 0 differ/)![1]);
}

const ANIMALS = ["cow", "hen", "pig", "goat", "duck", "horse"];

/** A study of two adapters from elsewhere at two scales, with more questions than the smallest has. */
async function runStudy(): Promise<MiniStudy & { readonly run: MiniRun }> {
  const adapters = ["one", "two"];
  const root = await Deno.makeTempDir({ prefix: "adapters-" });
  for (const [i, name] of adapters.entries()) {
    await writeTinyAdapter(`${root}/${name}`, { seed: 3 + i, rank: 4 });
  }
  const csv = (name: string, n: number): string =>
    Array.from({ length: n }, (_, i) => `${name} ${i}?,a,b,c,d,${"ABCD"[i % 4]}\n`).join("");
  const mini = await writeMiniStudy({
    spider: {
      "dev.json": ANIMALS.flatMap((name) => [
        { db_id: "farm", question: `Is there a ${name}?`, query: "SELECT count(*) FROM cow" },
        { db_id: "music", question: `Songs of a ${name}?`, query: "SELECT title FROM song" },
        { db_id: "choir", question: `The ${name}'s song?`, query: "SELECT title FROM song" },
      ]),
    },
    mmlu: {
      "test/sociology_test.csv": csv("People", 9),
      "test/astronomy_test.csv": csv("Stars", 9),
      "test/philosophy_test.csv": csv("Thoughts", 9),
    },
    config: {
      mmlu: { path: "unset", perCategory: 9, shots: 2 },
      training: { recipes: [] },
      adapters: adapters.map((name) => ({ name, adapter: `${root}/${name}` })),
      sweep: { scales: [0.5, 1], shots: [0], written: 4, delta: 0.2 },
    },
  });
  const config = { ...mini.config, mmlu: { ...mini.config.mmlu, path: `${mini.root}/data/mmlu` } };
  await runMini(config, mini.out);
  // a model of noise is right nowhere
  for (const id of ["dev-0", "dev-4", "dev-7"]) {
    await plantAnswer(mini, id, "SELECT count(*) FROM cow");
  }
  const run = await runMini(config, mini.out);
  Deno.removeSync(root, { recursive: true });
  return { ...mini, run };
}

type Json = Record<string, unknown> | readonly unknown[];

/** Changes one number of a file, by its path. */
function plant(file: string, path: string, change: (value: number) => number): void {
  const whole = JSON.parse(Deno.readTextFileSync(file));
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop()!;
  const place = keys.reduce((value: Json, key) => (value as Record<string, Json>)[key]!, whole);
  const values = place as Record<string, number>;
  assert.equal(typeof values[last], "number", path);
  values[last] = change(values[last]!);
  Deno.writeTextFileSync(file, JSON.stringify(whole));
}

test("the twin's own closed forms agree with counting every case", async () => {
  const { code, text } = await python("testing/small_cases.py");
  assert.equal(code, 0, text);
});

test("the twin agrees with a study that was run, and notices numbers and answers that were changed", async () => {
  using study = await runStudy();
  assert.equal(study.run.summary.variants[0]!.sql!.success, 1);
  // five variants, each with some hundred numbers
  assert.ok(await agreeing(study.out) > 1500);

  using changed = copyStudy(study);
  const planted = [
    ["variants[0].sql.overall.official.ci95[1]", 1e-5],
    ["variants[1].mmlu.letters.letters.entropyBits", 1e-5],
    ["variants[2].versusBase.mmlu.overall.verdict.worst", -1e-5],
    ["variants[4].versusBase.prose.overall.evidence.difference", 1e-3],
    ["findings.recommendation.level", 1e-5],
    ["plan.needs[3].items", 1],
  ] as const;
  for (const [path, by] of planted) {
    plant(`${changed.out}/summary.json`, path, (value) => value + by);
  }
  const { code, text } = await python("twin.py", changed.out);
  assert.equal(code, 1);
  const named = text.split("\n").filter((line) => line.includes(", recomputed "));
  assert.deepEqual(
    named.map((line) => line.split(": stored")[0]).sort(),
    planted.map(([path]) => path).sort(),
  );

  using other = copyStudy(study);
  const letters = `${other.out}/letters.jsonl`;
  const text2 = Deno.readTextFileSync(letters);
  Deno.writeTextFileSync(letters, text2.replace('"correct":false', '"correct":true'));
  const answer = await python("twin.py", other.out);
  assert.equal(answer.code, 1);
  assert.match(answer.text, /correct True, but chosen/);
  assert.match(answer.text, /variants\[0\].mmlu.overall.accuracy.successes: stored/);
});

const MADE: readonly (MadeStudy & { readonly outcome: string })[] = [
  { seed: 1, sweep: { delta: 0.25 }, gain: 0.3, loss: 0.02, outcome: "recommended" },
  {
    seed: 2,
    sweep: { gauge: "prose", delta: 0.06, checkpoints: 2, earlier: "curve" },
    gain: 0.02,
    loss: 0.1,
    outcome: "not_confirmed",
  },
];

test("the twin agrees with studies of many seeds, scales and outcomes, as JSON lines and as Parquet", async () => {
  using mini = await writeMiniStudy();
  await writeTinyAdapter(`${mini.out}/training/qv`);
  const { summary } = await runMini(mini.config, mini.out);
  for (const { outcome, ...made } of MADE) {
    const root = `${mini.root}/made-${made.seed}`;
    const { findings } = writeMadeStudy(root, summary, made);
    assert.equal(findings.recommendation!.outcome, outcome);
    assert.ok(await agreeing(root) > 12_000);
  }
  const root = `${mini.root}/made-1`;
  const whole = Deno.readTextFileSync(`${root}/summary.json`);
  const { plan, ...others } = JSON.parse(whole);
  const fewer = { ...plan, paths: plan.paths.slice(1) };
  Deno.writeTextFileSync(`${root}/summary.json`, JSON.stringify({ ...others, plan: fewer }));
  const planted = await python("twin.py", root);
  assert.equal(planted.code, 1);
  assert.match(planted.text, /^plan\.paths: stored /m);
  Deno.writeTextFileSync(`${root}/summary.json`, whole);
  const compact = `${mini.root}/compact`;
  Deno.mkdirSync(compact);
  Deno.copyFileSync(`${root}/summary.json`, `${compact}/summary.json`);
  for (const kind of ["verdicts", "letters", "prose"] as const) {
    recordAnswers(kind, {
      from: `${root}/${kind}.jsonl`,
      to: `${compact}/${kind}.parquet`,
      logProbsOf: new Set(["base", "qv"]),
    });
  }
  const { code, text } = await python("twin.py", compact);
  assert.equal(code, 0, text);
  assert.match(text, /not recomputed, as the files do not hold enough for it: variants\[1\].mmlu/);
  assert.doesNotMatch(text, /not recomputed, .*: variants\[[02]\].mmlu/);
});

test("the twin refuses a folder that it cannot read in one line", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const { code, text } = await python("twin.py", dir);
    assert.equal(code, 2);
    assert.match(text, /^error: Cannot read [^\n]*summary.json: [^\n]*\n$/);
    Deno.writeTextFileSync(`${dir}/summary.json`, '{"schemaVersion":1}');
    const old = await python("twin.py", dir);
    assert.equal(old.code, 2);
    assert.match(
      old.text,
      /^error: Cannot check [^\n]*its form is 1, and 2 is read: run it again\n$/,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
