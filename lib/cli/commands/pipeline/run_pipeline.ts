import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { briefTable, closingText, formatCounted, summaryRows } from "../../../report/mod.ts";
import {
  beginEngine,
  besideNumbers,
  checkGivenVariants,
  costLines,
  isBegun,
  type OpenStudy,
  openStudy,
  type Part,
  planReport,
  RESULT_FILES,
  resultFiles,
  runPart,
  runPipeline,
  storedPart,
  studyCost,
  summaryTexts,
  tookLine,
} from "../../../study/mod.ts";
import { type SpareThread, visibleGpus } from "../../../engine/mod.ts";
import { UsageError } from "../../../ground/mod.ts";
import type { StudyConfig } from "../../../runs/mod.ts";
import { type CommandContext, type FlagValues, number, text } from "../../command.ts";
import { studyConfig } from "../../study_config.ts";

/** The work of `pipeline` and `study`. */
export async function runPipelineOrPart(flags: FlagValues, context: CommandContext): Promise<void> {
  const { progress, signal } = context;
  const config = studyConfig(flags);
  const planOnly = flags.plan === true;
  const part = partOf(text(flags, "part"));
  const wanted = number(flags, "devices");
  if (part && (planOnly || wanted !== undefined)) {
    throw new UsageError("--part goes with neither --plan nor --devices");
  }
  const devices = await devicesOf(config, wanted);
  const spare = await onlyForOne(devices, context);
  const study = await openStudy(config, {
    out: text(flags, "out"),
    training: !planOnly && config.training.recipes.length > 0,
    planOnly,
    plans: !part,
    progress,
    signal,
  });
  if (part) return await runPart(study, part, { progress, signal, spare });
  await runStudy(study, context, { planOnly, devices, wanted, spare });
}

/** More than any machine has. */
const MOST_DEVICES = 1024;

/**
 * The devices of a study: as many as were asked for, else every GPU where the engine runs on one.
 *
 * @throws {UsageError} If it is no number of devices, or there are fewer GPUs.
 */
export async function devicesOf(
  { engine }: StudyConfig,
  wanted: number | undefined,
): Promise<readonly string[]> {
  if (
    wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_DEVICES)
  ) {
    throw new UsageError(`--devices must be an integer from 1 to ${MOST_DEVICES}: ${wanted}`);
  }
  if (engine.kind === "server") return [];
  if (engine.device === "cpu") {
    return Array.from({ length: wanted ?? 1 }, (_, index) => `${index}`);
  }
  const gpus = await visibleGpus();
  if (wanted !== undefined && wanted > gpus.length) {
    throw new UsageError(
      `--devices ${wanted}: this machine shows ${formatCounted(gpus.length, "GPU")}`,
    );
  }
  return gpus.slice(0, wanted);
}

/** The thread that was started for the one engine of a study; it is ended where there will be one a device. */
export async function onlyForOne(
  devices: readonly string[],
  { spare }: CommandContext,
): Promise<SpareThread | undefined> {
  if (devices.length < 2) return spare;
  await spare?.[Symbol.asyncDispose]();
  return undefined;
}

/** @throws {UsageError} If it is no share such as 2/4. */
function partOf(value: string | undefined): Part | undefined {
  if (value === undefined) return undefined;
  const [, index = 0, of = 0] = /^(\d+)\/(\d+)$/.exec(value)?.map(Number) ?? [];
  if (index >= 1 && index <= of) return { index, of };
  throw new UsageError(`--part must be a share such as 2/4: "${value}"`);
}

/** Planned for fewer seconds of one device, a study is done sooner by one process: each takes some to start. */
const WORTH_SHARING = 60;

/**
 * The devices that a study is worth.
 *
 * @param devices Those that it may take.
 * @param wanted How many were asked for, if any number was: then it takes them.
 * @param seconds What is planned on one device.
 */
export function worthDevices(
  devices: readonly string[],
  { wanted, seconds }: { readonly wanted: number | undefined; readonly seconds: number },
): readonly string[] {
  return wanted === undefined && seconds < WORTH_SHARING ? devices.slice(0, 1) : devices;
}

/** How a study is run. */
export interface RunStudyOptions {
  /** Whether only its plan is said. */
  readonly planOnly: boolean;
  /** The devices that it may take. */
  readonly devices: readonly string[];
  /** How many were asked for, if any number was. */
  readonly wanted: number | undefined;
  /** A thread for the engine, where one was started. */
  readonly spare?: SpareThread | undefined;
}

/** Says a study's plan, runs it and prints its report; with `planOnly` only the first. */
export async function runStudy(
  study: OpenStudy,
  { progress, print, signal }: CommandContext,
  { planOnly, devices, wanted, spare }: RunStudyOptions,
): Promise<void> {
  if (planOnly) {
    for (const line of await checkGivenVariants(study.inputs, study.folder)) progress.note(line);
    print(await planReport(study));
    return;
  }
  const started = performance.now();
  const wentOn = isBegun(study);
  await using engines = await beginEngine(study, { devices, progress, spare });
  progress.step("Plan");
  const cost = await studyCost(study.inputs);
  const stored = storedPart(study.inputs.config, study.folder, cost);
  for (const line of costLines(cost, stored)) progress.note(line);
  const summary = await runPipeline(study, {
    progress,
    signal,
    open: engines.open,
    devices: worthDevices(devices, { wanted, seconds: cost.seconds.all }),
  });
  progress.note(tookLine(cost, { seconds: (performance.now() - started) / 1000, wentOn }));
  print(briefTable(summary));
  const root = relative(Deno.cwd(), study.folder.root) || ".";
  // where nothing flipped there is an empty file
  const written = [
    ...new Set([
      ...resultFiles(summary.config).map((file) => RESULT_FILES[file]),
      ...Object.keys(summaryTexts(summary)),
    ]),
  ]
    .filter((file) => statSync(join(study.folder.root, file)).size > 0);
  progress.step(`Done: ${written.map((file) => `${root}/${file}`).join(", ")}`);
  // its answer is to be the last thing on the screen
  const answer = closingText(summaryRows(summary, besideNumbers(summary, study.folder.root)));
  if (answer !== "") print(answer);
  const flips = written.includes(RESULT_FILES.flips)
    ? `; the questions that changed: ${root}/${RESULT_FILES.flips}`
    : "";
  print(`The whole report: ${root}/${RESULT_FILES.table}${flips}`);
}
