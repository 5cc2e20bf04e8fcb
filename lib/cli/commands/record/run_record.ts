import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { explainWriteError, REPOSITORY_ROOT, UsageError } from "../../../ground/mod.ts";
import { summaryTable } from "../../../report/mod.ts";
import { loadConfig, readSummary, type Summary } from "../../../runs/mod.ts";
import { AVERAGE_FILE } from "../../../setup/mod.ts";
import {
  ANSWER_KINDS,
  besideNumbers,
  LIMITS_FILE,
  PLAN_FILE,
  readLimits,
  recordAnswers,
  RESULT_FILES,
  resultFiles,
  summaryTexts,
  trainings,
  writeAnswerSums,
} from "../../../study/mod.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import { configPath } from "../../study_flags.ts";
import { checkModelFiles, checkRecordable } from "../../check_recordable.ts";
import { checkResultFiles } from "../../check_result_files.ts";
import { modelFolder } from "../../model_folder.ts";

/** What of the run folder of a recipe that was trained here is kept. */
const TRAINING_FILES = ["config.json", "environment.json", "loss.jsonl", "adapter_config.json"];

/** The manifest of the training records, and its name in a recording. */
const TRAINING_DATA = { from: "samples/sft.manifest.json", to: "training_data.json" };

/** What of an adapter from elsewhere is kept: there is no record of its training. */
const FOREIGN_FILES = ["adapter_config.json"];

/** How a folder is removed, if it is there. */
const GONE = { recursive: true, force: true };

/** The work of `record`. */
export async function runRecord(
  flags: FlagValues,
  { print, progress, signal }: CommandContext,
): Promise<void> {
  const { name, model } = loadConfig(configPath(flags));
  const results = join(REPOSITORY_ROOT, "results");
  const from = text(flags, "out") ?? join(results, name);
  const summary = readSummary(join(from, RESULT_FILES.summary));
  const modelDir = await modelFolder(summary.config.model, text(flags, "model") ?? model.path);
  if (modelDir === undefined) {
    progress.note("the base model is not here: its files are not compared with the summary's");
  } else progress.step("Hashing the base model's files");
  const replace = flags.replace === true;
  await recordStudy(summary, from, { results, replace, signal, modelDir });
  print(`recorded in results/recorded/${summary.name}`);
}

/** Options of {@linkcode recordStudy}. */
export interface RecordOptions {
  /** The folder that gets `recorded/<name>`. */
  readonly results: string;
  /** Whether an earlier recording of this name may be replaced. */
  readonly replace: boolean;
  readonly signal?: AbortSignal;
  /** The folder of the base model, whose files are compared with the summary's hashes; not if left out. */
  readonly modelDir?: string | undefined;
}

/**
 * Copies what of a study's results is kept. The recording is the old one or the
 * new one at any moment, and a part of one is nowhere that is committed.
 *
 * @param from The study's results folder.
 * @throws {UsageError} If there is a recording already, a file is missing or is not the one that
 * the summary was made of, a file of the model neither, or it cannot be written.
 */
export async function recordStudy(
  summary: Summary,
  from: string,
  { results, replace, signal, modelDir }: RecordOptions,
): Promise<void> {
  const to = join(results, "recorded", summary.name);
  const partial = join(results, `.recording-${summary.name}.part`);
  const old = join(results, `.recording-${summary.name}.old`);
  // a recording that was killed between its last two steps left the old one here
  if (existsSync(old) && !existsSync(to)) await Deno.rename(old, to);
  if (existsSync(to) && !replace) {
    throw new UsageError(`Cannot record: "${basename(to)}" is recorded already: give --replace`);
  }
  const files = recordedFiles(summary);
  for (const file of files) {
    const path = join(from, file);
    const found = await Deno.stat(path).catch(() => undefined);
    if (found?.isFile) continue;
    const why = found === undefined ? "is missing" : "is not a file";
    throw new UsageError(`Cannot record "${summary.name}": ${path} ${why}`);
  }
  await checkRecordable(summary, from);
  checkResultFiles(summary, from);
  if (modelDir !== undefined) await checkModelFiles(summary, modelDir);
  try {
    await rm(partial, GONE);
    for (const file of files) {
      signal?.throwIfAborted();
      const path = join(partial, file);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      const kind = ANSWER_KINDS.find((name) => RESULT_FILES[name] === file);
      if (kind === undefined) await Deno.copyFile(join(from, file), path);
      else {
        const to = join(partial, `${kind}.parquet`);
        recordAnswers(kind, { from: join(from, file), to, logProbsOf: named(summary) });
      }
    }
    writeAnswerSums(partial);
    // which records were trained on, and which were left out
    const data = join(from, TRAINING_DATA.from);
    if (existsSync(data)) await Deno.copyFile(data, join(partial, TRAINING_DATA.to));
    // written by hand, beside the results or beside the last recording
    const limited = [from, to].find((folder) => existsSync(join(folder, LIMITS_FILE)));
    if (limited !== undefined) {
      await Deno.copyFile(join(limited, LIMITS_FILE), join(partial, LIMITS_FILE));
      const table = summaryTable(summary, {
        ...besideNumbers(summary, from),
        limits: readLimits(limited).en,
      });
      await Deno.writeTextFile(join(partial, RESULT_FILES.table), table);
    }
    await Deno.mkdir(join(to, ".."), { recursive: true });
    await rm(old, GONE);
    if (existsSync(to)) await Deno.rename(to, old);
    await Deno.rename(partial, to);
    await rm(old, GONE);
  } catch (error) {
    if (existsSync(old) && !existsSync(to)) await Deno.rename(old, to);
    throw explainWriteError(error, to);
  } finally {
    await rm(partial, GONE);
  }
}

function recordedFiles(summary: Summary): string[] {
  const { config, provenance } = summary;
  const training = trainings(config).flatMap(({ name }) => {
    const { trained, averageOf } = provenance.adapterSettings?.[name] ?? {};
    const files = trained === "elsewhere" ? FOREIGN_FILES : TRAINING_FILES;
    return [...files, ...(averageOf ? [AVERAGE_FILE] : [])]
      .map((file) => `training/${name}/${file}`);
  });
  // what flipped follows from the answers
  const results = resultFiles(config).filter((file) => file !== "flips");
  return [
    ...new Set([
      ...results.map((file) => RESULT_FILES[file]),
      ...Object.keys(summaryTexts(summary)),
    ]),
    PLAN_FILE,
    ...training,
  ];
}

/** The variants that the text names: what their letters' probabilities are kept of. */
function named({ plan, findings }: Summary): ReadonlySet<string> {
  const recommended = findings.recommendation?.chosen;
  return new Set(["base", ...plan.primary, ...(recommended ? [recommended] : [])]);
}
