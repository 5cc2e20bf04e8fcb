import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { SILENT } from "../ground/mod.ts";
import type { StudyConfig, Summary } from "../runs/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { openStudy, runPipeline, summaryTexts } from "../study/mod.ts";
import { checkAnswerSums } from "../study/results/answer_sums.ts";
import { modelFolder } from "./model_folder.ts";
import { type RecordOptions, recordStudy } from "./commands/record/run_record.ts";

interface Recordable extends Disposable {
  readonly summary: Summary;
  /** The study's results. */
  readonly from: string;
  /** Where recordings go. */
  readonly results: string;
  /** The model's folder. */
  readonly model: string;
  readonly record: (more?: Partial<RecordOptions>) => Promise<void>;
}

/** A finished study whose adapter is from elsewhere, so that nothing has to be trained. */
async function finished(engine: Partial<StudyConfig["engine"]> = {}): Promise<Recordable> {
  const mini: MiniStudy = await writeMiniStudy();
  const config = { ...mini.config, engine: { ...mini.config.engine, ...engine } };
  const study = await openStudy(config, { out: mini.out, progress: SILENT });
  await writeTinyAdapter(study.folder.training(mini.config.training.recipes[0]!));
  const summary = await runPipeline(study, { progress: SILENT });
  const results = `${mini.root}/kept`;
  return {
    summary,
    from: mini.out,
    results,
    model: mini.model,
    record: (more = {}) => recordStudy(summary, mini.out, { results, replace: false, ...more }),
    [Symbol.dispose]: () => mini[Symbol.dispose](),
  };
}

/** All files below a folder, hidden ones too. */
function tree(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => Deno.statSync(`${folder}/${name}`).isFile).sort();
}

Deno.test("record keeps the results, and of an adapter from elsewhere its config", async () => {
  using study = await finished();
  await study.record();
  assert.deepEqual(
    tree(study.results),
    [
      ...["summary.json", "summary.md", "failures.md", "plan.json"],
      // what flipped follows from the answers, which are Parquet
      ...["verdicts.parquet", "letters.parquet", "prose.parquet", "answers.sha256"],
      ...["trade_off.svg", "trade_off_prose.svg"],
      "training/qv/adapter_config.json",
    ].map((file) => `recorded/mini/${file}`).sort(),
  );
  assert.deepEqual(checkAnswerSums(`${study.results}/recorded/mini`), []);
});

Deno.test("record keeps of a mean in a recipe's folder what it is the mean of", async () => {
  using study = await finished();
  const { summary, from, results } = study;
  const { provenance } = summary;
  const averageOf = ["a", "b"].map((name) => ({ name, sha256: "0".repeat(64) }));
  const adapterSettings = { qv: { ...provenance.adapterSettings["qv"]!, averageOf } };
  const mean = { ...summary, provenance: { ...provenance, adapterSettings } };
  for (const [file, text] of Object.entries(summaryTexts(mean))) {
    Deno.writeTextFileSync(`${from}/${file}`, text);
  }
  await assert.rejects(recordStudy(mean, from, { results, replace: false }), {
    message: /training\/qv\/average\.json is missing/,
  });
  Deno.writeTextFileSync(`${from}/training/qv/average.json`, "{}");
  await recordStudy(mean, from, { results, replace: false });
  assert.ok(existsSync(`${results}/recorded/mini/training/qv/average.json`));
});

Deno.test("record keeps the limits that were written by hand beside the last recording", async () => {
  using study = await finished();
  await study.record();
  const limits = `${study.results}/recorded/mini/limits.json`;
  await Deno.writeTextFile(limits, '{"en": ["a"], "pt": ["b"]}');
  await study.record({ replace: true });
  assert.equal(await Deno.readTextFile(limits), '{"en": ["a"], "pt": ["b"]}');
  const table = (): string => Deno.readTextFileSync(`${study.results}/recorded/mini/summary.md`);
  assert.match(table(), /\n### Limits.*\n\n- a\n/);
  // those beside the results are the newer ones
  Deno.writeTextFileSync(`${study.from}/limits.json`, '{"en": ["c"], "pt": ["d"]}');
  await assert.rejects(
    study.record({ replace: true }),
    /summary\.md is not the summary's: its numbers make another text: run the study again$/,
  );
});

Deno.test("record names a missing file, and leaves no part and the old recording as it was", async () => {
  using study = await finished();
  await study.record();
  const before = tree(study.results);
  for (const file of ["trade_off.svg", "training/qv/adapter_config.json", "letters.jsonl"]) {
    await Deno.rename(`${study.from}/${file}`, `${study.from}/aside`);
    await assert.rejects(study.record({ replace: true }), {
      name: "UsageError",
      message: `Cannot record "mini": ${study.from}/${file} is missing`,
    });
    await Deno.rename(`${study.from}/aside`, `${study.from}/${file}`);
    assert.deepEqual(tree(study.results), before);
  }
});

Deno.test("record wants the loss log of a recipe that was trained here", async () => {
  using study = await finished();
  const { provenance } = study.summary;
  const { qv } = provenance.adapterSettings!;
  const here = { ...provenance, adapterSettings: { qv: { ...qv!, trained: "here" as const } } };
  await assert.rejects(
    recordStudy({ ...study.summary, provenance: here }, study.from, {
      results: study.results,
      replace: false,
    }),
    { name: "UsageError", message: /training\/qv\/config.json is missing$/ },
  );
  assert.deepEqual(tree(study.results), []);
});

Deno.test("record refuses an adapter that is not the one that the numbers are of", async () => {
  using study = await finished();
  const path = `${study.from}/training/qv/adapter_model.safetensors`;
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(path, bytes);
  await assert.rejects(study.record(), {
    name: "UsageError",
    message:
      /adapter_model.safetensors is not the file that its numbers are of: run the study again/,
  });
  assert.deepEqual(tree(study.results), []);
  // weights that were taken away are no fault: they are not recorded
  await Deno.remove(path);
  await study.record();
});

Deno.test("record hashes the model's files anew, and refuses one that is not the summary's", async () => {
  using study = await finished();
  const modelDir = study.model;
  await study.record({ modelDir });
  for (const file of ["model.safetensors", "config.json", "tokenizer_config.json"]) {
    const path = `${modelDir}/${file}`;
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder().decode(bytes);
    const changed = file.endsWith(".json") ? new TextEncoder().encode(`${text} `) : bytes.slice();
    changed[changed.length - 1]! ^= file.endsWith(".json") ? 0 : 1;
    await Deno.writeFile(path, changed);
    await assert.rejects(study.record({ modelDir, replace: true }), {
      name: "UsageError",
      message: `Cannot record "mini": ${path} is not the file that its numbers are of: ` +
        "run the study again",
    });
    await Deno.writeFile(path, bytes);
  }
  await Deno.writeTextFile(`${modelDir}/chat_template.jinja`, "x");
  await assert.rejects(study.record({ modelDir, replace: true }), /chat_template.jinja is not the/);
  await Deno.remove(`${modelDir}/chat_template.jinja`);
  await study.record({ modelDir, replace: true });
});

Deno.test("record takes a study with 4-bit weights, and refuses one of another scheme", async () => {
  using study = await finished({ weights: "int4" });
  const modelDir = study.model;
  await study.record({ modelDir });
  const { provenance } = study.summary;
  const modelFiles = { ...provenance.modelFiles, "4-bit weights": "0".repeat(64) };
  const older = { ...study.summary, provenance: { ...provenance, modelFiles } };
  await assert.rejects(
    recordStudy(older, study.from, { results: study.results, replace: true, modelDir }),
    /4-bit weights is not the file that its numbers are of: run the study again/,
  );
});

Deno.test("record compares no template with a summary from before templates were hashed", async () => {
  using study = await finished();
  const { "tokenizer_config.json": _, ...modelFiles } = study.summary.provenance.modelFiles;
  const provenance = { ...study.summary.provenance, modelFiles };
  await recordStudy({ ...study.summary, provenance }, study.from, {
    results: study.results,
    replace: false,
    modelDir: study.model,
  });
});

Deno.test("modelFolder finds a model by its path, and none that is not here", async () => {
  using study = await finished();
  const { model } = study.summary.config;
  assert.equal(await modelFolder(model, study.model), study.model);
  assert.equal(await modelFolder(model, `${study.model}-gone`), undefined);
  const hub = { id: "owner/none-such-model", source: "hub" as const, revision: "0".repeat(40) };
  assert.equal(await modelFolder(hub, undefined), undefined);
});

Deno.test("record that is stopped, or fails midway, leaves the old recording and nothing half", async () => {
  using study = await finished();
  await study.record();
  const marked = `${study.results}/recorded/mini/summary.md`;
  await Deno.writeTextFile(marked, "old");
  const before = tree(study.results);
  const reason = new Error("stopped");
  await assert.rejects(
    study.record({ replace: true, signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
  assert.deepEqual(tree(study.results), before);
  // it fails after some files were copied
  let checks = 0;
  const midway = {
    throwIfAborted: () => {
      if (++checks > 3) throw reason;
    },
  } as unknown as AbortSignal;
  await assert.rejects(
    study.record({ replace: true, signal: midway }),
    (error) => error === reason,
  );
  assert.deepEqual(tree(study.results), before);
  // a folder in a file's place
  await Deno.remove(`${study.from}/verdicts.jsonl`);
  await Deno.mkdir(`${study.from}/verdicts.jsonl`);
  await assert.rejects(study.record({ replace: true }), {
    name: "UsageError",
    message: `Cannot record "mini": ${study.from}/verdicts.jsonl is not a file`,
  });
  assert.deepEqual(tree(study.results), before);
  assert.equal(await Deno.readTextFile(marked), "old");
});

Deno.test("record puts back the old recording of one that was killed between its last steps", async () => {
  using study = await finished();
  await study.record();
  await Deno.rename(`${study.results}/recorded/mini`, `${study.results}/.recording-mini.old`);
  await Deno.mkdir(`${study.results}/.recording-mini.part`);
  await assert.rejects(study.record(), { name: "UsageError", message: /is recorded already/ });
  assert.ok(existsSync(`${study.results}/recorded/mini/summary.json`));
  await study.record({ replace: true });
  assert.deepEqual(readdirSync(study.results), ["recorded"]);
});
