import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { InferenceSession } from "onnxruntime-node";
import { EMBEDDED_MODEL_DIR, VENV_PYTHON } from "../setup/mod.ts";
import { REPOSITORY_ROOT } from "../ground/mod.ts";

import { parseConfig, readSummary, type Summary } from "../runs/mod.ts";
import { SILENT } from "../ground/mod.ts";
import { openStudy } from "./open_study.ts";
import { runPipeline } from "./run_pipeline.ts";
import { PLAN_FILE } from "./study_folder.ts";
import { RESULT_FILES } from "./results/write_results.ts";

const SQL = 8;
const MMLU = 9;
const PROSE = 4;
const VARIANTS = ["base", "all-2e-3", "qv-1e-3"];
const KILL_WITHIN_MS = 120_000;

const RECIPE = { maxTokens: 600, batchSize: 2 };

const CONFIG = JSON.stringify({
  name: "pipeline-test",
  label: "sample",
  model: { id: "HuggingFaceTB/SmolLM2-135M-Instruct", source: "embedded" },
  // draws questions on six databases: several batches
  seed: 379,
  engine: { batchSize: 4 },
  spider: { path: "spider_db/sample", limit: SQL, shots: 1, maxNewTokens: 24 },
  mmlu: { path: "mmlu_db/sample", perCategory: MMLU / 3, shots: 1 },
  prose: { path: "lib/study/testdata/passages.jsonl" },
  training: {
    examples: 24,
    recipes: [
      { ...RECIPE, name: VARIANTS[1], learningRate: 2e-3, targetModules: "all-linear" },
      { ...RECIPE, name: VARIANTS[2], learningRate: 1e-3 },
    ],
  },
});

/** Runs the study into a folder, in this process, and keeps the notes. */
async function run(out: string): Promise<{ summary: Summary; notes: string[] }> {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  const study = await openStudy(parseConfig(CONFIG, { path: "the test" }), { out, progress });
  return { summary: await runPipeline(study, { progress }), notes };
}

/** The bytes of every result file, but for the plan's time and the state of the code's repository. */
function results(out: string): Record<string, string> {
  const { plan: { written } } = JSON.parse(Deno.readTextFileSync(`${out}/summary.json`));
  const read = (file: string): string =>
    Deno.readTextFileSync(`${out}/${file}`).replaceAll(written, "its time");
  const { provenance: { git: _git, ...provenance }, sum: _sum, ...rest } = JSON.parse(
    read("summary.json"),
  );
  const others = Object.values(RESULT_FILES).filter((file) => file !== RESULT_FILES.summary);
  return {
    ...Object.fromEntries(others.map((file) => [file, read(file)])),
    [RESULT_FILES.summary]: JSON.stringify({ ...rest, provenance }),
  };
}

/** The lines of a store, sorted: the order is that of the batches. */
function stored(out: string, name: "sql" | "mmlu"): string[] {
  const path = `${out}/samples/${name}.jsonl`;
  if (!existsSync(path)) return [];
  return Deno.readTextFileSync(path).split("\n").slice(0, -1).sort();
}

/** Starts the study as a process and kills it as soon as a batch is stored. */
async function killMidway(out: string): Promise<void> {
  const config = `${out}.json`;
  Deno.writeTextFileSync(config, CONFIG);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "lib/cli/main.ts"].concat(
      ["pipeline", "--config", config, "--out", out],
    ),
    cwd: REPOSITORY_ROOT,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const until = performance.now() + KILL_WITHIN_MS;
  while (stored(out, "sql").length === 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill("SIGKILL");
  assert.equal((await child.status).signal, "SIGKILL");
}

const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`]
  .filter((path) => !existsSync(path)).map((path) => path.slice(REPOSITORY_ROOT.length + 1));

Deno.test({
  name: "runPipeline takes the embedded model through training to the table" +
    (missing.length > 0 ? ` [skipped: no ${missing.join(", ")}: run deno task setup]` : ""),
  ignore: missing.length > 0,
  async fn(t): Promise<void> {
    const root = await Deno.makeTempDir({ prefix: "pipeline-test-" });
    const out = `${root}/first`;
    let first: Summary;

    await t.step("a first run measures every variant and writes every file", async () => {
      const { summary, notes } = await run(out);
      first = summary;
      assert.deepEqual(summary.variants.map(({ name }) => name), VARIANTS);
      assert.deepEqual(summary.counts, {
        sql: {
          title: "text-to-SQL",
          asked: SQL,
          scored: SQL,
          missing: 0,
          shots: 1,
          databases: 6,
          missingDatabases: [],
        },
        mmlu: {
          title: "MMLU",
          asked: MMLU,
          scored: MMLU,
          missing: 0,
          subjects: MMLU,
          shots: 1,
        },
        prose: { title: "general text", asked: PROSE, scored: PROSE, missing: 0, topics: PROSE },
      });
      for (const { sql, mmlu, versusBase, name } of summary.variants) {
        assert.equal(sql!.overall.official.n, SQL);
        assert.equal(sql!.success + sql!.failure, SQL);
        assert.equal(mmlu!.overall.accuracy.n, MMLU);
        const categories = Object.values(mmlu!.byCategory).map(({ accuracy }) => accuracy.n);
        assert.deepEqual(categories, [MMLU / 3, MMLU / 3, MMLU / 3]);
        assert.equal(
          versusBase?.sql?.overall.official.evidence.n,
          name === "base" ? undefined : SQL,
        );
        assert.equal(versusBase?.mmlu?.overall.evidence.n, name === "base" ? undefined : MMLU);
      }
      assert.deepEqual(readSummary(`${out}/summary.json`), JSON.parse(JSON.stringify(summary)));
      const figures = ["trade_off.svg", "trade_off_prose.svg"];
      const names = [...Object.values(RESULT_FILES), ...figures, PLAN_FILE, "run.json"];
      assert.deepEqual(readdirSync(out).sort(), [...names, "samples", "training"].sort());
      const lines = (file: string): number =>
        Deno.readTextFileSync(`${out}/${file}`).trim().split("\n").length;
      assert.equal(lines("verdicts.jsonl"), SQL * VARIANTS.length);
      assert.equal(lines("letters.jsonl"), MMLU * VARIANTS.length);
      for (const file of ["summary.md", "trade_off.svg"]) {
        assert.match(Deno.readTextFileSync(`${out}/${file}`), /sample/, `${file} has the label`);
      }
      for (const recipe of VARIANTS.slice(1)) {
        const steps = Deno.readTextFileSync(`${out}/training/${recipe}/loss.jsonl`).trim();
        const { tokens } = JSON.parse(steps.split("\n").at(-1)!);
        assert.ok(tokens > 0 && tokens <= 600, `${recipe} trained on ${tokens} tokens`);
      }
      assert.deepEqual(notes.filter((note) => note.startsWith("base: reused")), []);
    });

    await t.step("training changed what the model says, and differently for each recipe", () => {
      const answers = VARIANTS.map((variant) =>
        stored(out, "mmlu").map((line) => JSON.parse(line))
          .filter((sample) => sample.variant === variant)
          .map(({ id, logProbs }) => `${id} ${logProbs}`).sort().join("\n")
      );
      assert.equal(new Set(answers).size, VARIANTS.length);
      assert.equal(
        new Set(
          Object.values(first.provenance.adapters).map((files) =>
            files["adapter_model.safetensors"]
          ),
        ).size,
        2,
      );
    });

    await t.step("a second run opens no engine, trains nothing and writes the same", async () => {
      const before = results(out);
      const stores = [stored(out, "sql"), stored(out, "mmlu")];
      const adapter = `${out}/training/${VARIANTS[1]}/adapter_model.safetensors`;
      const written = Deno.statSync(adapter).mtime;
      const create = InferenceSession.create;
      let opened = 0;
      InferenceSession.create = ((...args: Parameters<typeof create>) => {
        opened++;
        return create.apply(InferenceSession, args);
      }) as typeof create;
      try {
        const { notes } = await run(out);
        for (const recipe of VARIANTS.slice(1)) {
          assert.ok(notes.includes(`${recipe}: trained earlier`), notes.join("\n"));
        }
      } finally {
        InferenceSession.create = create;
      }
      assert.equal(opened, 0);
      assert.deepEqual(results(out), before);
      assert.deepEqual([stored(out, "sql"), stored(out, "mmlu")], stores);
      assert.deepEqual(Deno.statSync(adapter).mtime, written);
    });

    await t.step("a run killed amid its answers goes on to the same numbers", async () => {
      const killed = `${root}/killed`;
      await killMidway(killed);
      const survived = stored(killed, "sql").length;
      assert.ok(
        survived > 0 && survived < SQL,
        `${survived} answers were stored when it was killed`,
      );
      // its training would give the first run's adapters: training has its own tests of being killed
      cpSync(`${out}/training`, `${killed}/training`, { recursive: true });
      const { notes } = await run(killed);
      assert.ok(
        notes.some((note) => note === `base: reused ${survived} of ${SQL} stored answers`),
        notes.join("\n"),
      );
      assert.deepEqual(stored(killed, "sql"), stored(out, "sql"));
      assert.deepEqual(stored(killed, "mmlu"), stored(out, "mmlu"));
      assert.deepEqual(results(killed), results(out));
    });

    await Deno.remove(root, { recursive: true });
  },
});
