import { storedHalfType } from "../../engine/mod.ts";
import {
  type AdapterSettings,
  type Comparison,
  GAUGES,
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
import { readTrainingManifest, trainingManifestPath } from "../training/data/training_manifest.ts";
import { sourceHashes, type StudyInputs } from "../inputs/inputs.ts";
import { keptServers } from "../answers/kept_servers.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { compareVariants, type Tolerances } from "../numbers/compare_variants.ts";
import { adapterFileHash, adapterSettings, ANSWERING_FILES } from "../training/recipe_adapter.ts";
import type { StudyFolder } from "../study_folder.ts";
import { studyFindings, tolerancesOf } from "../sweep/study_findings.ts";
import { adapterFolders, checkSameAdapter } from "../open_variants.ts";

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
      versusBase: versusBase(base, variant, tolerances),
    })),
  ];
}

/** Scores that were made, by the answers. */
const SCORED = new WeakMap<VariantAnswers, VariantSummary>();
/** Comparisons that were made, by the base model's answers and the variant's, and the tolerances. */
const COMPARED = new WeakMap<VariantAnswers, WeakMap<VariantAnswers, Map<string, Comparison>>>();

/** As {@linkcode compareVariants}, once: a study of several processes begins before all have answered. */
function versusBase(
  base: VariantAnswers,
  variant: VariantAnswers,
  tolerances: Tolerances,
): Comparison {
  return COMPARED.getOrInsertComputed(base, () => new WeakMap())
    .getOrInsertComputed(variant, () => new Map<string, Comparison>())
    .getOrInsertComputed(
      JSON.stringify(tolerances),
      () => compareVariants(base, variant, tolerances),
    );
}

function scores(variant: VariantAnswers): VariantSummary {
  return SCORED.getOrInsertComputed(variant, ({ name, origin, ...answers }) =>
    Object.assign(
      { name, origin },
      ...GAUGES.map((gauge) => MEASURES[gauge].score(answers)),
    ));
}

function counts(inputs: StudyInputs, base: VariantAnswers): SummaryCounts {
  return Object.assign({}, ...GAUGES.map((gauge) => MEASURES[gauge].counts(inputs, base)));
}

async function provenance(inputs: StudyInputs, folder: StudyFolder): Promise<Provenance> {
  const { config } = inputs;
  const { seed } = config;
  const { data, modelFiles } = sourceHashes(inputs);
  const adapters: Record<string, Record<string, string>> = {};
  const settings: Record<string, AdapterSettings> = {};
  const training = readTrainingManifest(trainingManifestPath(folder.sftData));
  const servers = config.engine.kind === "server" ? keptServers(folder) : [];
  for (const [name, dir] of adapterFolders(inputs, folder)) {
    await checkSameAdapter(inputs, name, dir);
    adapters[name] = Object.fromEntries(
      await Promise.all(
        ANSWERING_FILES.map(async (file) => [file, await adapterFileHash(dir, file)]),
      ),
    );
    settings[name] = adapterSettings(dir, training);
  }
  return {
    modelFiles,
    adapters,
    adapterSettings: settings,
    ...adapterSources(inputs),
    prompts: Object.fromEntries(
      GAUGES.map((gauge) => [gauge, MEASURES[gauge].promptVersion(config)]),
    ) as Provenance["prompts"],
    data,
    seeds: {
      questions: seed,
      shots: seed,
      suite: seed,
      // with which seed others trained is not known
      ...(Object.values(settings).some(({ trained }) => trained === "here")
        ? { training: seed }
        : {}),
    },
    tools: await toolVersions(),
    git: await gitState(),
    ...hardware(inputs),
    ...servers.length > 0 && { servers },
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
