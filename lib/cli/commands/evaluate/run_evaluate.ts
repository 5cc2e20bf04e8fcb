import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { auditTokens, checkAdapterFiles, loadAdapter, threadsFor } from "../../../engine/mod.ts";
import { letterCount } from "../../../mmlu/mod.ts";
import { type AccuracyRow, accuracyTable, formatCounted } from "../../../report/mod.ts";
import {
  checkOutputFile,
  checkOutputFolder,
  checkOutputIsNoInput,
  fromRoot,
  printable,
  refuseDanglingLink,
  REPOSITORY_ROOT,
  UsageError,
  writeAtomic,
} from "../../../ground/mod.ts";
import { ensureModel, ensureSample, isHubId } from "../../../setup/mod.ts";
import {
  adapterFolder,
  adapterNotes,
  answerLetters,
  answerMmlu,
  answerSql,
  BASE,
  beginMmluPrompts,
  countCut,
  databaseHashes,
  expectGolds,
  fetchHubAdapters,
  fittingSqlSample,
  judgeSamples,
  LazyEngine,
  leavesTime,
  mmluShortfalls,
  type ModelFiles,
  type ModelInputs,
  type NamedVariant,
  noteUnjudged,
  openAnswers,
  openEngine,
  openMmluInputs,
  openModelFiles,
  openSqlInputs,
  samplePrompt,
  sqlShortfalls,
  withTokenizer,
} from "../../../study/mod.ts";
import { SAMPLES, type StudyConfig, weightsWords } from "../../../runs/mod.ts";
import { KEPT_VERDICTS } from "../../../sql/mod.ts";
import { proportion } from "../../../stats/mod.ts";
import { folderOrId } from "../../adapter_place.ts";
import { type CommandContext, type FlagValues, number, text } from "../../command.ts";
import {
  evaluationConfig,
  evaluationName,
  type EvaluationRun,
  type Task,
} from "../../evaluation_config.ts";
import { outputFile } from "../../output_file.ts";
import { refuseHubModel } from "../../study_config.ts";
import { configPath } from "../../study_flags.ts";

/** Where runs without `--out` have their folders. */
const SCRATCH = join(REPOSITORY_ROOT, "results", "scratch");

/** The work of `evaluate`. */
export async function runEvaluate(
  flags: FlagValues,
  context: CommandContext,
): Promise<void> {
  const { progress, print, signal } = context;
  const config = evaluationConfig(flags, "spider");
  await checkFlags(flags);
  await ensureSample(config, progress);
  const sql = await openSqlInputs(config);
  for (const line of sqlShortfalls(config, sql)) progress.note(line);
  const data = { ...sql.spider.hashes, ...await databaseHashes(sql) };
  checkOutput(flags, "spider", config.spider.path);
  await using opening = await openRun(flags, { config, task: "spider", data }, context);
  const { engine, files, variant } = opening;
  const model = await opening.model;
  auditTokens(model.tokenizer, samplePrompt(sql));
  using store = openAnswers(files.samples, fittingSqlSample(model), progress);
  using kept = openAnswers(files.verdicts, KEPT_VERDICTS.line, progress);
  if (store.size === 0) engine.begin();
  const { timeoutMs } = config.spider;
  const isNew = store.size === 0 && kept.size === 0;
  await using judge = isNew && leavesTime(config)
    ? expectGolds(sql, { timeoutMs, signal })
    : undefined;
  const inputs = { ...model, ...sql };
  progress.step(`${variant.name}: text-to-SQL, ${formatCounted(sql.asked.length, "question")}`);
  const samples = await answerSql(inputs, engine, { variant, store, progress, signal });
  const { verdicts, unjudged } = await judgeSamples(sql, samples, {
    timeoutMs,
    judge,
    store: kept,
    progress,
    signal,
  });
  noteUnjudged(unjudged, progress);
  writeAtomic(files.out, toLines(verdicts));
  print(`Text-to-SQL execution accuracy${headWords(config)}\n`);
  const row = accuracyRow("sql", variant.name, verdicts.map(({ official }) => official));
  print(accuracyTable([{ ...row, ...countCut(verdicts) }]));
  print(`verdicts: ${shown(files.out)}`);
}

/** The work of `mmlu`. */
export async function runMmlu(
  flags: FlagValues,
  context: CommandContext,
): Promise<void> {
  const { progress, print, signal } = context;
  if (flags.all && flags.limit !== undefined) {
    throw new UsageError("mmlu: --all and --limit exclude each other");
  }
  const config = evaluationConfig(flags, "mmlu");
  await checkFlags(flags);
  const choices = await openMmluInputs(config);
  for (const line of mmluShortfalls(config, choices)) progress.note(line);
  checkOutput(flags, "mmlu", config.mmlu.path);
  const { questions, mmlu: { hashes: data } } = choices;
  const threads = threadsFor(questions.length);
  await using opening = await openRun(flags, { config, task: "mmlu", data, threads }, context);
  const { engine, files, variant } = opening;
  const model = await opening.model;
  using tokenizer = model.tokenizer;
  const audit = auditTokens(tokenizer, undefined, { letters: letterCount(choices.questions) });
  using store = openAnswers(files.samples, SAMPLES.mmlu, progress);
  if (store.size === 0) engine.begin();
  const inputs = { ...model, ...choices, audit };
  beginMmluPrompts(inputs);
  progress.step(
    `${variant.name}: multiple choice, ${formatCounted(choices.questions.length, "question")}`,
  );
  const samples = await answerMmlu(inputs, engine, { variant, store, progress, signal });
  const letters = answerLetters(choices.questions, samples);
  writeAtomic(files.out, toLines(letters));
  const categories = new Set(letters.map(({ category }) => category));
  // one category alone is the whole
  const groups = categories.size > 1 ? [...categories] : [];
  const rows = groups.map((group) => {
    const chosen = letters.filter(({ category }) => category === group);
    return { ...accuracyRow("mmlu", variant.name, chosen.map(({ correct }) => correct)), group };
  });
  const all = accuracyRow("mmlu", variant.name, letters.map(({ correct }) => correct));
  print(`Multiple-choice accuracy${headWords(config)}\n`);
  print(accuracyTable([...rows, all]));
  print(`answers: ${shown(files.out)}`);
}

/** What can be told of the flags alone, before any data or model is opened. */
async function checkFlags(flags: FlagValues): Promise<void> {
  refuseHubModel(flags);
  const dir = text(flags, "adapter-path");
  if (dir === undefined) {
    if (flags.scale !== undefined) throw new UsageError("--scale needs an --adapter-path");
    return;
  }
  const place = folderOrId(dir);
  // whether it fits is told with the model; a folder or file that is not there at once
  if (!isHubId(place)) await checkAdapterFiles(place);
}

/** The result's file by task, in a folder. */
const RESULT_NAMES: Readonly<Record<Task, string>> = {
  spider: "verdicts.jsonl",
  mmlu: "answers.jsonl",
};

function checkOutput(flags: FlagValues, task: Task, data: string): void {
  const given = text(flags, "out");
  if (given === undefined) return checkOutputFolder(SCRATCH);
  const out = outputFile(given, RESULT_NAMES[task]);
  checkOutputFile(out);
  const read = ["model", "adapter-path"].flatMap((name) => text(flags, name) ?? []);
  const config = configPath(flags);
  checkOutputIsNoInput(out, [config, ...read, fromRoot(data)]);
}

/** The files of a run: beside each other, and no other run's. */
function runFiles(flags: FlagValues, run: EvaluationRun): RunFiles {
  const given = text(flags, "out");
  const name = RESULT_NAMES[run.task];
  if (given !== undefined) {
    const out = outputFile(given, name);
    return { out, samples: `${out}.samples`, verdicts: `${out}.verdicts` };
  }
  const folder = join(SCRATCH, evaluationName(run));
  return {
    out: join(folder, name),
    samples: join(folder, "samples.jsonl"),
    verdicts: join(folder, "kept_verdicts.jsonl"),
  };
}

/** Where a run's result, its samples and their verdicts go. */
type RunFiles = Readonly<Record<"out" | "samples" | "verdicts", string>>;

/** A run whose engine and tokenizer are being opened. */
interface Opening extends AsyncDisposable {
  readonly variant: NamedVariant;
  readonly files: RunFiles;
  readonly engine: LazyEngine;
  /** The model with its tokenizer. */
  readonly model: Promise<ModelInputs>;
}

/**
 * Begins to open a run's engine and its tokenizer. On a GPU the weights load while the tokenizer does.
 * Elsewhere nothing is gained by that, and what is wrong with the tokenizer would be told the later: as
 * where weights in 4 bits may have to be made, or answers are stored, the engine begins when the store
 * is open.
 */
async function openRun(
  flags: FlagValues,
  { config, task, data, threads = 0 }: Pick<EvaluationRun, "task" | "data"> & {
    readonly config: StudyConfig;
    /** How many threads encode the prompts. */
    readonly threads?: number;
  },
  { progress, signal, spare }: CommandContext,
): Promise<Opening> {
  const ready = await ensureModel(config, progress, { signal });
  const weights = await openModelFiles(ready.config, ready.dir);
  const variant = await namedVariant(flags, weights, { progress, signal });
  for (const line of adapterNotes(variant, weights)) progress.note(line);
  const files = runFiles(flags, { task, model: weights, data, variant });
  for (const kept of [files.samples, files.verdicts]) refuseDanglingLink(kept);
  const { kind, device, weights: format } = weights.config.engine;
  const isServed = kind === "server";
  const model = withTokenizer(weights, { threads });
  const engine = new LazyEngine(async () =>
    await openEngine(isServed ? await model : weights, [variant], progress, spare)
  );
  const isOwnDevice = !isServed && device === "cuda" && format !== "int4";
  if (isOwnDevice && !existsSync(files.samples)) engine.begin();
  const dispose = (): Promise<void> => engine[Symbol.asyncDispose]();
  return { variant, files, engine, model, [Symbol.asyncDispose]: dispose };
}

async function namedVariant(
  flags: FlagValues,
  { checkpoint }: ModelFiles,
  { progress, signal }: Pick<CommandContext, "progress" | "signal">,
): Promise<NamedVariant> {
  const given = text(flags, "adapter-path");
  if (given === undefined) return BASE;
  const place = folderOrId(given);
  const fetched = await fetchHubAdapters([{ name: given, adapter: place }], progress, { signal });
  const adapter = await loadAdapter(adapterFolder(place, fetched), checkpoint);
  const scale = number(flags, "scale") ?? 1;
  const folder = basename(resolve(given));
  // "base" is the model without an adapter, and "@" begins a scale
  const name = folder === BASE.name ? `${folder} (adapter)` : folder;
  return {
    name: scale === 1 && !name.includes("@") ? name : `${name}@${scale}`,
    origin: { source: name, scale },
    weights: { adapter, scale },
    adapterHash: adapter.hash,
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

function toLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** What a table's heading says of the weights and of the data. */
function headWords({ engine, label }: StudyConfig): string {
  const weights = weightsWords(engine).map((words) => `, ${words}`).join("");
  return label === undefined ? weights : `${weights} (${printable(label)})`;
}

/** A path below the working directory as a person would type it. */
function shown(path: string): string {
  const inside = relative(Deno.cwd(), resolve(path));
  return inside.startsWith("..") ? path : inside;
}
