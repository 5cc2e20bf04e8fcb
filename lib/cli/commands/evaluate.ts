import { resolve } from "node:path";
import { type Adapter, loadAdapter } from "../../engine/adapter.ts";
import { auditTokens } from "../../engine/audit_tokens.ts";
import type { Checkpoint } from "../../engine/checkpoint.ts";
import { type AccuracyRow, accuracyTable } from "../../report/mod.ts";
import {
  checkMmluSample,
  checkSqlSample,
  openStore,
  sha256OfFile,
  type StudyConfig,
  UsageError,
  validateConfig,
  writeAtomic,
} from "../../runs/mod.ts";
import { ensureModel, ensureSample } from "../../setup/mod.ts";
import {
  answerLetters,
  answerMmlu,
  answerSql,
  judgeSamples,
  type NamedVariant,
  openEngine,
  openMmluInputs,
  openModelInputs,
  openSqlInputs,
  samplePrompt,
} from "../../study/mod.ts";
import { proportion } from "../../stats/mod.ts";
import { type Command, type Flag, type FlagValues, number, text } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

const MODEL_FLAGS: Readonly<Record<string, Flag>> = {
  config: STUDY_FLAGS.config!,
  model: { type: "text", value: "DIR", help: "checkpoint folder (default: the config's model)" },
  "adapter-path": { type: "text", value: "DIR", help: "LoRA adapter as PEFT saves it" },
  scale: { type: "number", value: "S", help: "factor on the adapter (default 1; 0 is the base)" },
  engine: { type: "text", value: "NAME", help: "onnx or server (default: the config's)" },
  device: { type: "text", value: "NAME", help: "cpu or cuda (default: the config's)" },
  data: { type: "text", value: "DIR", help: "the data set's folder (default: the config's)" },
  limit: { type: "number", value: "N", help: "only N questions (mmlu: N of each category)" },
  seed: STUDY_FLAGS.seed!,
  out: { type: "text", value: "FILE", help: "JSON lines, one an example (resumed when there)" },
};

/** `evaluate`: execution accuracy of one checkpoint or adapter. */
export const EVALUATE: Command = {
  name: "evaluate",
  summary: "execution accuracy of one model, with or without an adapter",
  flags: MODEL_FLAGS,
  async run(flags, { progress, print, signal }): Promise<void> {
    const config = evaluationConfig(flags, "spider");
    await ensureSample(config, progress);
    const sql = await openSqlInputs(config);
    const ready = await ensureModel(config, progress);
    const model = await openModelInputs(ready.config, ready.dir);
    auditTokens(model.tokenizer, samplePrompt(sql));
    const variant = await namedVariant(flags, model.checkpoint);
    const out = text(flags, "out") ?? "results/scratch/evaluate.jsonl";
    using store = openStore(`${out}.samples`, { check: checkSqlSample });
    await using engine = await openEngine(model, [variant], progress);
    const inputs = { ...model, ...sql };
    progress.step(`${variant.name}: text-to-SQL, ${sql.asked.length} questions`);
    const samples = await answerSql(inputs, engine, { variant, store, progress, signal });
    const { timeoutMs } = config.spider;
    const verdicts = await judgeSamples(sql, samples, { timeoutMs, progress });
    writeAtomic(out, verdicts.map((verdict) => JSON.stringify(verdict) + "\n").join(""));
    const row = accuracyRow("sql", variant.name, verdicts.map(({ official }) => official));
    print(accuracyTable([row]));
    print(`verdicts: ${out}`);
  },
};

/** `mmlu`: multiple-choice accuracy of one checkpoint or adapter. */
export const MMLU: Command = {
  name: "mmlu",
  summary: "multiple-choice accuracy of one model, with or without an adapter",
  flags: { ...MODEL_FLAGS, all: { type: "switch", help: "all test questions of all subjects" } },
  async run(flags, { progress, print, signal }): Promise<void> {
    if (flags.all && flags.limit !== undefined) {
      throw new UsageError("mmlu: --all and --limit exclude each other");
    }
    const config = evaluationConfig(flags, "mmlu");
    const choices = await openMmluInputs(config);
    const ready = await ensureModel(config, progress);
    const model = await openModelInputs(ready.config, ready.dir);
    const audit = auditTokens(model.tokenizer);
    const variant = await namedVariant(flags, model.checkpoint);
    const out = text(flags, "out") ?? "results/scratch/mmlu.jsonl";
    using store = openStore(`${out}.samples`, { check: checkMmluSample });
    await using engine = await openEngine(model, [variant], progress);
    const inputs = { ...model, ...choices, audit };
    progress.step(`${variant.name}: multiple choice, ${choices.questions.length} questions`);
    const samples = await answerMmlu(inputs, engine, { variant, store, progress, signal });
    const letters = answerLetters(choices.questions, samples);
    writeAtomic(out, letters.map((letter) => JSON.stringify(letter) + "\n").join(""));
    const groups = [...new Set(letters.map(({ category }) => category))];
    const rows = groups.map((group) => {
      const chosen = letters.filter(({ category }) => category === group);
      return { ...accuracyRow("mmlu", variant.name, chosen.map(({ correct }) => correct)), group };
    });
    const all = accuracyRow("mmlu", variant.name, letters.map(({ correct }) => correct));
    print(accuracyTable([...rows, all]));
    print(`answers: ${out}`);
  },
};

function evaluationConfig(flags: FlagValues, task: "spider" | "mmlu"): StudyConfig {
  const config = studyConfig({ config: flags.config, seed: flags.seed });
  const model = text(flags, "model");
  const data = text(flags, "data");
  const limit = flags.all ? null : number(flags, "limit");
  const limits = task === "spider" ? { limit } : { perCategory: limit };
  const { label: _label, ...rest } = config;
  return validateConfig({
    // numbers from other data than the config's do not carry its label
    ...(data ? rest : config),
    ...(model ? { model: { id: model, source: "path", path: resolve(model) } } : {}),
    engine: {
      ...config.engine,
      ...(flags.engine ? { kind: flags.engine } : {}),
      ...(flags.device ? { device: flags.device } : {}),
    },
    [task]: {
      ...config[task],
      ...(data ? { path: resolve(data) } : {}),
      ...(limit === undefined ? {} : limits),
    },
  }, { path: "the flags" });
}

async function namedVariant(flags: FlagValues, checkpoint: Checkpoint): Promise<NamedVariant> {
  const dir = text(flags, "adapter-path");
  if (dir === undefined) return { name: "base", weights: {} };
  const adapter: Adapter = await loadAdapter(dir, checkpoint);
  const scale = number(flags, "scale") ?? 1;
  const adapterHash = await sha256OfFile(`${dir}/adapter_model.safetensors`);
  const name = dir.replace(/\/+$/, "").split("/").at(-1)!;
  return {
    name: scale === 1 ? name : `${name}@${scale}`,
    weights: { adapter, scale },
    adapterHash,
  };
}

function accuracyRow(
  measure: AccuracyRow["measure"],
  variant: string,
  right: readonly boolean[],
): AccuracyRow {
  const { n, successes, mean, ci95 } = proportion(right.filter(Boolean).length, right.length);
  return { measure, variant, group: "all", successes, n, mean, ci95 };
}
