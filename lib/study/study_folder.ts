import { existsSync, readdirSync, statSync } from "node:fs";
import { readTextFile, refuseDanglingLink } from "../ground/mod.ts";
import { claimRun, type Recipe, type SweepPlan } from "../runs/mod.ts";
import { BASE } from "./answers/sample_identity.ts";
import type { StudyInputs } from "./inputs/inputs.ts";
import { type AnswerPaths, answerPaths } from "./measures/open_measures.ts";
import { readLimits } from "./results/limits.ts";
import { keepPlan, sweepPlan } from "./sweep/sweep_plan.ts";
import { sweepVariants, type Training } from "./sweep/sweep_variants.ts";

/** The file of a study's plan, below its results folder. */
export const PLAN_FILE = "plan.json";

/** Where a study's files lie below its results folder. */
export interface StudyFolder extends AnswerPaths {
  /** The results folder itself. */
  readonly root: string;
  /** `configHash` of the effective config and all inputs. */
  readonly hash: string;
  /** What was written down before an answer of a tuned variant was read. */
  readonly plan: SweepPlan;
  /** Whether the plan is not written down: it was only asked what it would be. */
  readonly planOnly?: boolean;
  /** The training records. */
  readonly sftData: string;
  /** The run folder of a training, adapter included. */
  training(recipe: Pick<Recipe, "name">): string;
}

/**
 * Takes the results folder of a study, new or its own from before, and writes down its plan; with
 * `lookOnly` it says what both would be, and writes nothing.
 *
 * @throws {UsageError} If the folder holds the results of another study, or another plan, its samples
 * are links to what is not there, or its limits cannot be used.
 */
export function openStudyFolder(
  inputs: StudyInputs,
  out?: string,
  { lookOnly = false }: { readonly lookOnly?: boolean } = {},
): StudyFolder {
  const { folder, hash } = claimRun(inputs.config, {
    inputs: inputs.hashes,
    ...(out ? { out } : {}),
    lookOnly,
  });
  // what is written at the end is checked before anything is asked
  readLimits(folder);
  const plan = sweepPlan(inputs.config, sweepVariants(inputs.config), {
    databases: inputs.config.measures.includes("sql") ? inputs.asked.map(({ dbId }) => dbId) : [],
    written: new Date().toISOString(),
  });
  const planPath = `${folder}/${PLAN_FILE}`;
  const samples = `${folder}/samples`;
  refuseDanglingSamples(samples);
  const paths = answerPaths(samples);
  const { sqlVerdicts: _verdicts, ...answers } = paths;
  const answered = (): boolean => hasTunedAnswers(Object.values(answers));
  return {
    root: folder,
    hash,
    plan: keepPlan(planPath, plan, { answered, lookOnly }),
    ...(existsSync(planPath) ? {} : { planOnly: true }),
    ...paths,
    sftData: `${samples}/sft.jsonl`,
    training: ({ name }) => `${folder}/training/${name}`,
  };
}

/** A study's answers may lie elsewhere; a link to where they are not is no study without answers. */
function refuseDanglingSamples(dir: string): void {
  refuseDanglingLink(dir);
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(dir)) refuseDanglingLink(`${dir}/${entry}`);
}

const OF_THE_BASE = `"variant":"${BASE.name}"`;

/** Whether any answer of a tuned variant is in the stores. */
function hasTunedAnswers(stores: readonly string[]): boolean {
  return stores.filter((path) => existsSync(path)).some((path) =>
    readTextFile(path).split("\n").some((line) =>
      line.includes('"variant":') && !line.includes(OF_THE_BASE)
    )
  );
}

/** One line for each folder of trained adapters that no training of the study is named like. */
export function unnamedTrainings(
  { root }: Pick<StudyFolder, "root">,
  named: readonly Pick<Training, "name">[],
): string[] {
  const dir = `${root}/training`;
  if (!existsSync(dir)) return [];
  const names = new Set(named.map(({ name }) => name));
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !names.has(entry.name))
    .map(({ name }) => `no recipe of the config is named "${name}": ${dir}/${name} is not read`);
}
