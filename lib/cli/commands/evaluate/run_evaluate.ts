import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { auditTokens, checkAdapterFiles, threadsFor } from "../../../engine/mod.ts";
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
import { ensureSample, isHubId } from "../../../setup/mod.ts";
import {
  answerLetters,
  answerMmlu,
  answerSql,
  beginMmluPrompts,
  countCut,
  databaseHashes,
  expectGolds,
  fittingSqlSample,
  judgeSamples,
  leavesTime,
  mmluShortfalls,
  noteUnjudged,
  openAnswers,
  openMmluInputs,
  openSqlInputs,
  samplePrompt,
  sqlShortfalls,
} from "../../../study/mod.ts";
import { refuseMissingData, SAMPLES, type StudyConfig, weightsWords } from "../../../runs/mod.ts";
import { KEPT_VERDICTS } from "../../../sql/mod.ts";
import { proportion } from "../../../stats/mod.ts";
import { folderOrId } from "../../adapter_place.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import {
  evaluationConfig,
  evaluationName,
  evaluationNameWords,
  type EvaluationRun,
  type Task,
} from "../../evaluation_config.ts";
import { outputFile } from "../../output_file.ts";
import { refuseHubModel } from "../../study_config.ts";
import { configPath } from "../../study_flags.ts";
import { onOwnDevice, type OpenedModel, openModel } from "./open_model.ts";

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
  refuseMissingData(config, ["spider"]);
  checkOutput(flags, "spider", config.spider.path);
  await using early = await openEarly(flags, config, context);
  const sql = await openSqlInputs(config);
  for (const line of sqlShortfalls(config, sql)) progress.note(line);
  const data = { ...sql.spider.hashes, ...await databaseHashes(sql) };
  await using opening = early ?? await openModel(flags, config, context);
  const { engine, variant } = opening;
  const files = openRun(flags, { task: "spider", data }, opening);
  const model = await opening.tokenized();
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
  refuseMissingData(config, ["mmlu"]);
  const choices = await openMmluInputs(config);
  for (const line of mmluShortfalls(config, choices)) progress.note(line);
  checkOutput(flags, "mmlu", config.mmlu.path);
  const { questions, mmlu: { hashes: data } } = choices;
  const threads = threadsFor(questions.length);
  await using opening = await openModel(flags, config, context, threads);
  const { engine, variant } = opening;
  const files = openRun(flags, { task: "mmlu", data }, opening);
  const model = await opening.tokenized();
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
  if (given !== undefined) return filesAt(outputFile(given, name));
  const folder = join(SCRATCH, evaluationName(run));
  return {
    out: join(folder, name),
    samples: join(folder, "samples.jsonl"),
    verdicts: join(folder, "kept_verdicts.jsonl"),
  };
}

function filesAt(out: string): RunFiles {
  return { out, samples: `${out}.samples`, verdicts: `${out}.verdicts` };
}

/** Where a run's result, its samples and their verdicts go. */
type RunFiles = Readonly<Record<"out" | "samples" | "verdicts", string>>;

/**
 * Opens the model and begins to open its engine before the data are read, which takes half a second:
 * where a GPU of this machine answers, model and adapter are folders that are there, and no answer can
 * be stored.
 */
async function openEarly(
  flags: FlagValues,
  config: StudyConfig,
  context: CommandContext,
): Promise<OpenedModel | undefined> {
  const adapter = text(flags, "adapter-path");
  const isThere = config.model.source === "path" &&
    (adapter === undefined || !isHubId(folderOrId(adapter)));
  if (!onOwnDevice(config) || !isThere) return undefined;
  const opened = await openModel(flags, config, context);
  if (!mayBeStored(flags, opened)) opened.engine.begin();
  return opened;
}

/** Whether answers of a run of `evaluate` may be stored, by what is known before its data are. */
function mayBeStored(flags: FlagValues, { weights, variant }: OpenedModel): boolean {
  const given = text(flags, "out");
  if (given !== undefined) {
    return existsSync(filesAt(outputFile(given, RESULT_NAMES.spider)).samples);
  }
  const begins = evaluationNameWords({ task: "spider", model: weights, variant });
  return existsSync(SCRATCH) && readdirSync(SCRATCH).some((name) => name.startsWith(begins));
}

/** The files of a run; where a GPU answers it and has nothing stored, its engine begins to open. */
function openRun(
  flags: FlagValues,
  { task, data }: Pick<EvaluationRun, "task" | "data">,
  { weights, variant, engine }: OpenedModel,
): RunFiles {
  const files = runFiles(flags, { task, model: weights, data, variant });
  for (const kept of [files.samples, files.verdicts]) refuseDanglingLink(kept);
  if (onOwnDevice(weights.config) && !existsSync(files.samples)) engine.begin();
  return files;
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
