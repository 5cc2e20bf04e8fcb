import { storedHalfType } from "../../engine/mod.ts";
import { MMLU_PROMPT_VERSION } from "../../mmlu/mod.ts";
import { PROSE_PROMPT_VERSION } from "../../prose/mod.ts";
import {
  type AdapterSettings,
  gitState,
  type Provenance,
  recordedConfig,
  recordedPath,
  SCHEMA_VERSION,
  type Summary,
  type SummaryCounts,
  TASK_VERSION,
  toolVersions,
  type VariantSummary,
  weightsWords,
} from "../../runs/mod.ts";
import { sqlPromptVersion } from "../../spider/mod.ts";
import { readTrainingManifest, trainingManifestPath } from "../training/data/training_manifest.ts";
import { sourceHashes, type StudyInputs } from "../inputs/inputs.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { compareVariants, type Tolerances } from "../numbers/compare_variants.ts";
import { scoreMmlu, scoreProse, scoreSql } from "../numbers/score_variant.ts";
import { adapterFileHash, adapterSettings } from "../training/recipe_adapter.ts";
import type { StudyFolder } from "../study_folder.ts";
import { studyFindings, tolerancesOf } from "../sweep/study_findings.ts";
import { adapterFolders } from "../open_variants.ts";

const ADAPTER_FILES = ["adapter_config.json", "adapter_model.safetensors"];

/**
 * Puts a study's numbers together with all that made them.
 *
 * @param answers The base model's first, all judged on the same examples.
 */
export async function buildSummary(
  inputs: StudyInputs,
  folder: StudyFolder,
  answers: readonly VariantAnswers[],
): Promise<Summary> {
  const { config } = inputs;
  const [base, ...tuned] = answers;
  if (!base) throw new RangeError("Cannot summarize a study without answers");
  const { plan } = folder;
  const variants = summarizeVariants(answers, tolerancesOf(plan));
  const compared = tuned.map((variant, i) => ({
    answers: variant,
    versusBase: variants[i + 1]!.versusBase!,
  }));
  return {
    schemaVersion: SCHEMA_VERSION,
    taskVersion: TASK_VERSION,
    name: config.name,
    ...(config.label ? { label: config.label } : {}),
    configHash: folder.hash,
    config: recordedConfig(config),
    counts: counts(inputs, base),
    plan,
    variants,
    findings: studyFindings(plan, base, compared),
    provenance: await provenance(inputs, folder),
  };
}

/**
 * The scores of variants, the tuned ones compared with the base model example by example.
 *
 * @param answers The base model's first.
 */
export function summarizeVariants(
  answers: readonly VariantAnswers[],
  tolerances: Tolerances = {},
): VariantSummary[] {
  const [base, ...tuned] = answers;
  if (!base) throw new RangeError("Cannot summarize a study without answers");
  return [
    scores(base),
    ...tuned.map((variant) => ({
      ...scores(variant),
      versusBase: compareVariants(base, variant, tolerances),
    })),
  ];
}

function scores({ name, origin, ...answers }: VariantAnswers): VariantSummary {
  const { verdicts, byShots, letters, prose } = answers;
  return {
    name,
    origin,
    ...(verdicts.length > 0 && { sql: scoreSql(verdicts) }),
    ...(byShots && {
      sqlByShots: Object.fromEntries(
        Object.entries(byShots).map(([shots, judged]) => [shots, scoreSql(judged)]),
      ),
    }),
    ...(letters.length > 0 && { mmlu: scoreMmlu(letters) }),
    ...(prose.length > 0 && { prose: scoreProse(prose) }),
  };
}

function counts(inputs: StudyInputs, base: VariantAnswers): SummaryCounts {
  const { drawn, questions, mmlu, prose } = inputs;
  const { unjudged = [], verdicts, letters, prose: passages } = base;
  return {
    ...(verdicts.length > 0 && {
      sql: {
        title: "text-to-SQL",
        asked: drawn.length,
        scored: verdicts.length,
        missing: drawn.length - verdicts.length,
        shots: inputs.shots.length,
        databases: new Set(verdicts.map(({ dbId }) => dbId)).size,
        missingDatabases: missingDatabases(inputs),
        ...(unjudged.length > 0 ? { unjudged } : {}),
      },
    }),
    ...(letters.length > 0 && {
      mmlu: {
        title: mmlu.title,
        asked: questions.length,
        scored: letters.length,
        missing: questions.length - letters.length,
        subjects: new Set(letters.map(({ subject }) => subject)).size,
      },
    }),
    ...(passages.length > 0 && {
      prose: {
        title: "general text",
        asked: prose.passages.length,
        scored: passages.length,
        missing: prose.passages.length - passages.length,
        topics: new Set(passages.map(({ topic }) => topic)).size,
      },
    }),
  };
}

function missingDatabases({ drawn, asked, spider }: StudyInputs): SummarizedDatabases {
  const there = new Set(asked);
  const missing = new Map<string, number>();
  for (const example of drawn) {
    if (!there.has(example)) missing.set(example.dbId, (missing.get(example.dbId) ?? 0) + 1);
  }
  return spider.missingDatabases.flatMap(({ dbId }) =>
    missing.has(dbId) ? [{ dbId, examples: missing.get(dbId)! }] : []
  );
}

type SummarizedDatabases = NonNullable<SummaryCounts["sql"]>["missingDatabases"];

async function provenance(inputs: StudyInputs, folder: StudyFolder): Promise<Provenance> {
  const { config } = inputs;
  const { seed } = config;
  const { data, modelFiles } = sourceHashes(inputs);
  const adapters: Record<string, Record<string, string>> = {};
  const settings: Record<string, AdapterSettings> = {};
  const training = readTrainingManifest(trainingManifestPath(folder.sftData));
  for (const [name, dir] of adapterFolders(inputs, folder)) {
    adapters[name] = Object.fromEntries(
      await Promise.all(
        ADAPTER_FILES.map(async (file) => [file, await adapterFileHash(dir, file)]),
      ),
    );
    settings[name] = adapterSettings(dir, training);
  }
  return {
    modelFiles,
    adapters,
    adapterSettings: settings,
    ...adapterSources(inputs),
    prompts: {
      sql: sqlPromptVersion(config.spider.schema),
      mmlu: MMLU_PROMPT_VERSION,
      prose: PROSE_PROMPT_VERSION,
    },
    data,
    seeds: { questions: seed, shots: seed, suite: seed, training: seed },
    tools: await toolVersions(),
    git: await gitState(),
    ...hardware(inputs),
  };
}

/** Which commits of the hub the adapters are that the config names by their ids. */
function adapterSources(
  { config, hubAdapters }: StudyInputs,
): Pick<Provenance, "adapterSources"> {
  const sources = config.adapters.flatMap(({ name, adapter }) => {
    const found = hubAdapters.get(adapter);
    if (found === undefined) return [];
    const { dir, revision: commit } = found;
    return [[name, { id: adapter, commit, folder: recordedPath(dir) }] as const];
  });
  return sources.length === 0 ? {} : { adapterSources: Object.fromEntries(sources) };
}

/** What computed, and in which number format. */
function hardware({ config, checkpoint }: StudyInputs): Pick<Provenance, "device" | "dtype"> {
  const { kind, device } = config.engine;
  if (kind === "server") return { device: "completions server", dtype: "as served" };
  const type = (computing: string): string =>
    [computing, ...weightsWords(config.engine)].join(", ");
  if (device === "cuda") return { device: "NVIDIA GPU", dtype: type(storedHalfType(checkpoint)) };
  const cores = navigator.hardwareConcurrency;
  return { device: `CPU, ${cores} cores, ${Deno.build.arch}`, dtype: type("float32") };
}
