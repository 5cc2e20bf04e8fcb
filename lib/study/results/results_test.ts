import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { sha256OfFile } from "../../ground/mod.ts";

import { readSummary } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";
import { buildSummary } from "./build_summary.ts";
import { type OpenStudy, openStudy } from "../open_study.ts";
import { answerVariants } from "../answers/answer_variants.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { allVariants } from "../open_variants.ts";
import { RESULT_FILES, resultFiles, writeResults } from "./write_results.ts";

/** The study answered by the base model and an adapter that no training made. */
async function answered(
  { config, out }: MiniStudy,
): Promise<{ study: OpenStudy; answers: VariantAnswers[]; notes: string[] }> {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  const study = await openStudy(config, { out, progress });
  await writeTinyAdapter(study.folder.training(config.training.recipes[0]!));
  const variants = await allVariants(study.inputs, study.folder);
  return {
    study,
    notes,
    answers: await answerVariants(study.inputs, study.folder, variants, { progress }),
  };
}

Deno.test("buildSummary has the numbers of every variant and all that made them", async () => {
  using mini = await writeMiniStudy();
  const { study: { inputs, folder }, answers } = await answered(mini);
  const summary = await buildSummary(inputs, folder, answers);
  assert.deepEqual(summary.variants.map(({ name }) => name), ["base", "qv"]);
  assert.equal(summary.label, "test");
  assert.equal(summary.configHash, folder.hash);
  const { provenance, config } = summary;
  assert.deepEqual(provenance.modelFiles, { ...inputs.modelHashes, ...inputs.templateHashes });
  assert.deepEqual(provenance.adapters, {
    qv: {
      "adapter_config.json": await sha256OfFile(`${mini.out}/training/qv/adapter_config.json`),
      "adapter_model.safetensors": await sha256OfFile(
        `${mini.out}/training/qv/adapter_model.safetensors`,
      ),
    },
  });
  assert.deepEqual(
    Object.keys(provenance.data).sort(),
    Object.keys(inputs.hashes).filter((name) => !name.startsWith("model/")).sort(),
  );
  assert.equal(provenance.tools.deno, Deno.version.deno);
  // with which seed the adapter was trained is not known
  assert.equal(provenance.adapterSettings.qv?.trained, "elsewhere");
  assert.deepEqual(provenance.seeds, { questions: 42, shots: 42, suite: 42 });
  assert.equal(provenance.dtype, "float32");
  // a result says nothing of the machine's folders
  assert.ok(!JSON.stringify(summary).includes(mini.root));
  assert.equal(config.model.path, ".../model");
  assert.equal(config.spider.path, ".../spider");
});

Deno.test("buildSummary counts and names the databases that are missing among the drawn examples", async () => {
  using mini = await writeMiniStudy();
  await Deno.remove(`${mini.root}/data/spider/database/music`, { recursive: true });
  const { study: { inputs, folder }, answers, notes } = await answered(mini);
  assert.ok(notes.includes("missing database: music (1 dev questions cannot be judged)"));
  const { counts, variants } = await buildSummary(inputs, folder, answers);
  assert.deepEqual(counts, {
    sql: {
      title: "text-to-SQL",
      asked: 3,
      scored: 2,
      missing: 1,
      shots: 1,
      databases: 1,
      missingDatabases: [{ dbId: "music", examples: 1 }],
    },
    mmlu: { title: "MMLU", asked: 3, scored: 3, missing: 0, subjects: 3, shots: 2 },
    prose: { title: "general text", asked: 2, scored: 2, missing: 0, topics: 2 },
  });
  assert.deepEqual(variants.map(({ sql }) => sql?.overall.official.n), [2, 2]);
});

Deno.test("writeResults writes each file of RESULT_FILES, the same bytes each time", async () => {
  using mini = await writeMiniStudy();
  const { study: { inputs, folder }, answers } = await answered(mini);
  const summary = await buildSummary(inputs, folder, answers);
  writeResults(folder, summary, answers, "");
  const read = (): string[] =>
    Object.values(RESULT_FILES).map((file) => Deno.readTextFileSync(`${mini.out}/${file}`));
  const first = read();
  assert.deepEqual(readSummary(`${mini.out}/summary.json`), JSON.parse(JSON.stringify(summary)));
  const lines = (file: string): Record<string, unknown>[] =>
    Deno.readTextFileSync(`${mini.out}/${file}`).trim().split("\n").map((line) => JSON.parse(line));
  const verdicts = lines(RESULT_FILES.verdicts);
  assert.deepEqual(verdicts.map(({ variant, id }) => `${variant} ${id}`), [
    "base dev-0",
    "base dev-1",
    "base dev-2",
    "qv dev-0",
    "qv dev-1",
    "qv dev-2",
  ]);
  assert.ok(verdicts.every((verdict) => !("elapsedMs" in verdict)), "a time would differ each run");
  const letters = lines(RESULT_FILES.letters);
  assert.equal(letters.length, 6);
  for (const { correct, chosen, id } of letters) {
    const question = inputs.questions.find((candidate) => candidate.id === id)!;
    assert.equal(correct, chosen === question.answer);
  }
  // as slow another time: nothing of it is in the files
  const slower = answers.map((variant) => ({
    ...variant,
    verdicts: variant.verdicts.map((verdict) => ({ ...verdict, elapsedMs: verdict.elapsedMs + 9 })),
  }));
  writeResults(folder, await buildSummary(inputs, folder, slower), slower, "");
  assert.deepEqual(read(), first);
  assert.deepEqual(readdirSync(mini.out).filter((name) => name.endsWith(".tmp")), []);
});

Deno.test("writeResults writes no file of what was not asked, and an empty one where nothing flipped", async () => {
  const always = ["summary.json", "summary.md"];
  for (
    const { asked, files } of [
      { asked: ["prose"], files: ["prose.jsonl"] },
      { asked: ["mmlu", "prose"], files: ["flips.jsonl", "letters.jsonl", "prose.jsonl"] },
      { asked: ["sql"], files: ["failures.md", "flips.jsonl", "verdicts.jsonl"] },
    ]
  ) {
    using mini = await writeMiniStudy({ config: { measures: asked } });
    const { study: { inputs, folder }, answers } = await answered(mini);
    const summary = await buildSummary(inputs, folder, answers);
    // of an earlier version, which wrote an empty one
    Deno.writeTextFileSync(`${mini.out}/letters.jsonl`, "");
    writeResults(folder, summary, [answers[0]!, { ...answers[0]!, name: "qv" }], "none\n");
    const names = Object.values(RESULT_FILES).filter((file) => existsSync(`${mini.out}/${file}`));
    assert.deepEqual(names.sort(), [...files, ...always].sort(), asked.join());
    const written = resultFiles(summary.config).map((file) => RESULT_FILES[file]);
    assert.deepEqual(names, written.sort());
    if (files.includes("flips.jsonl")) {
      assert.equal(Deno.readTextFileSync(`${mini.out}/flips.jsonl`), "");
    }
  }
});

Deno.test("writeResults writes no summary that its own reader would refuse", async () => {
  using mini = await writeMiniStudy();
  const { study: { inputs, folder }, answers } = await answered(mini);
  const summary = await buildSummary(inputs, folder, answers);
  const [base, ...tuned] = summary.variants;
  const wrong = {
    ...summary,
    variants: [{ ...base!, sql: { ...base!.sql!, success: 99 } }, ...tuned],
  };
  assert.throws(() => writeResults(folder, wrong, answers, ""), /Cannot write a wrong summary/);
  assert.ok(!existsSync(`${mini.out}/summary.json`));
});
