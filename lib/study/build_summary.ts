import { storedHalfType } from "../engine/mod.ts";
import { MMLU_PROMPT_VERSION } from "../mmlu/mod.ts";
import { sha256OfFile } from "../ground/mod.ts";

import {
  type AdapterSettings,
  gitState,
  type Provenance,
  recordedConfig,
  SCHEMA_VERSION,
  type Summary,
  TASK_VERSION,
  toolVersions,
} from "../runs/mod.ts";
import { SQL_PROMPT_VERSION } from "../spider/mod.ts";
import type { StudyInputs } from "./inputs.ts";
import { adapterSettings } from "./recipe_adapter.ts";
import type { StudyFolder } from "./run_study.ts";
import { summarizeVariants, type VariantAnswers } from "./summarize.ts";

const ADAPTER_FILES = ["adapter_config.json", "adapter_model.safetensors"];

/** Puts a study's numbers together with all that made them. */
export async function buildSummary(
  inputs: StudyInputs,
  folder: StudyFolder,
  answers: readonly VariantAnswers[],
): Promise<Summary> {
  const { config, drawn, asked, questions, spider } = inputs;
  const unjudged = answers[0]?.unjudged ?? [];
  const scored = asked.length - unjudged.length;
  const missing = new Map<string, number>();
  const drawnOnly = new Set(asked);
  for (const example of drawn) {
    if (!drawnOnly.has(example)) {
      missing.set(example.dbId, (missing.get(example.dbId) ?? 0) + 1);
    }
  }
  const missingDatabases = spider.missingDatabases.flatMap(({ dbId }) =>
    missing.has(dbId) ? [{ dbId, examples: missing.get(dbId)! }] : []
  );
  return {
    schemaVersion: SCHEMA_VERSION,
    taskVersion: TASK_VERSION,
    name: config.name,
    ...(config.label ? { label: config.label } : {}),
    configHash: folder.hash,
    config: recordedConfig(config),
    counts: {
      sql: {
        asked: drawn.length,
        scored,
        missing: drawn.length - scored,
        missingDatabases,
        ...(unjudged.length > 0 ? { unjudged } : {}),
      },
      mmlu: { asked: questions.length, scored: questions.length, missing: 0 },
    },
    variants: summarizeVariants(answers),
    provenance: await provenance(inputs, folder),
  };
}

async function provenance(inputs: StudyInputs, folder: StudyFolder): Promise<Provenance> {
  const { config, modelHashes, templateHashes, hashes } = inputs;
  const { seed, training } = config;
  const adapters: Record<string, Record<string, string>> = {};
  const settings: Record<string, AdapterSettings> = {};
  for (const recipe of training.recipes) {
    const dir = folder.training(recipe);
    adapters[recipe.name] = Object.fromEntries(
      await Promise.all(
        ADAPTER_FILES.map(async (file) => [file, await sha256OfFile(`${dir}/${file}`)]),
      ),
    );
    settings[recipe.name] = adapterSettings(dir);
  }
  const data = Object.entries(hashes).filter(([name]) => !name.startsWith("model/"));
  return {
    modelFiles: { ...modelHashes, ...templateHashes },
    adapters,
    adapterSettings: settings,
    prompts: { sql: SQL_PROMPT_VERSION, mmlu: MMLU_PROMPT_VERSION },
    data: Object.fromEntries(data),
    seeds: { questions: seed, shots: seed, suite: seed, training: seed },
    tools: await toolVersions(),
    git: await gitState(),
    ...hardware(inputs),
  };
}

/** What computed, and in which number format. */
function hardware({ config, checkpoint }: StudyInputs): Pick<Provenance, "device" | "dtype"> {
  const { kind, device } = config.engine;
  if (kind === "server") return { device: "completions server", dtype: "as served" };
  if (device === "cuda") return { device: "NVIDIA GPU", dtype: storedHalfType(checkpoint) };
  const cores = navigator.hardwareConcurrency;
  return { device: `CPU, ${cores} cores, ${Deno.build.arch}`, dtype: "float32" };
}
