import { z } from "zod";
import { COUNT, type RecordOf, SHA256, TEXT, textOfForm, together } from "../ground/mod.ts";
import { ADAPTER_SETTINGS } from "./config/adapter_settings.ts";
import { FINDING_KEYS, PLAN_KEYS } from "./findings.ts";
import {
  COMPARISON_KEYS,
  MEASURE_SCORE_KEYS,
  PROMPT_VERSION_KEYS,
  SUMMARY_COUNT_KEYS,
} from "./measures/measures.ts";
import { STUDY } from "./config/study_config.ts";
import { ORIGIN_KEYS } from "./variant_origin.ts";

/** The form of `summary.json`; raised when a reader of the last form would misread it. */
export const SCHEMA_VERSION = 2;

/** What is measured and how; raised by every fix that moves a number. */
export const TASK_VERSION = 2;

const HASHES = z.record(TEXT, SHA256);

/** The keys of {@linkcode VariantSummary}. */
export const VARIANT_KEYS = {
  /** "base", or a name that no other variant has. */
  name: TEXT,
  /** Which weights it is. */
  origin: z.strictObject(ORIGIN_KEYS),
  ...MEASURE_SCORE_KEYS,
  /** The comparison with the base model; left out for the base model itself. */
  versusBase: z.strictObject(COMPARISON_KEYS).exactOptional(),
};

/** The scores of one variant: each measure that the study has. */
export interface VariantSummary extends RecordOf<typeof VARIANT_KEYS> {}

const VARIANTS = together(z.array(z.strictObject(VARIANT_KEYS)).min(1), (variants) => {
  for (const [i, { name, versusBase }] of variants.entries()) {
    if ((name === "base") !== (i === 0)) {
      return { path: [i, "name"], rule: '"base" first and only there' };
    }
    if ((versusBase === undefined) !== (i === 0)) {
      const rule = i === 0 ? "left out for the base model" : "there for every tuned variant";
      return { path: [i, "versusBase"], rule };
    }
  }
  return undefined;
});

/** Where on the hub an adapter came from. */
export const ADAPTER_SOURCE_KEYS = {
  /** Its id on the hub, as the config has it. */
  id: TEXT,
  /** The commit that was taken. */
  commit: textOfForm(/^[0-9a-f]{40}$/, "a commit's full hash"),
  /** The folder that it was read from, as paths are recorded. */
  folder: TEXT,
};

/** What a completions server said of itself when it was opened. */
export const SERVER_KEYS = {
  /** The base model's name there. */
  name: TEXT,
  /** Its version, where it says one. */
  version: TEXT.exactOptional(),
  /** Most tokens of a prompt with its completion, where it says how many. */
  maxModelLen: z.int().min(1).exactOptional(),
  /** How it gives the log-probabilities of letters. */
  scoring: TEXT,
};

/** A completions server that a study's answers came of. */
export interface Server extends RecordOf<typeof SERVER_KEYS> {}

/** The keys of {@linkcode Provenance}. All hashes are SHA-256, 64 hexadecimal digits. */
export const PROVENANCE_KEYS = {
  /** Hashes of the model's files, by file name. */
  modelFiles: HASHES,
  /** Hashes of each adapter's files, by the name of its training and file name. */
  adapters: z.record(TEXT, HASHES),
  /** What each adapter is by its own config. */
  adapterSettings: z.record(TEXT, ADAPTER_SETTINGS),
  /** Where the adapters of the hub came from, by name; left out where there are none. */
  adapterSources: z.record(TEXT, z.strictObject(ADAPTER_SOURCE_KEYS)).exactOptional(),
  /** Versions of the prompts. */
  prompts: z.strictObject(PROMPT_VERSION_KEYS),
  /** Hashes of the data files, by name, such as `spider/dev.json`. */
  data: HASHES,
  /** Every seed that something was drawn with, by what was drawn. */
  seeds: z.record(TEXT, COUNT),
  /** Versions of what ran and trained the models, by name; `null` for what is not installed. */
  tools: z.record(TEXT, TEXT.nullable()),
  /** The code's state. */
  git: z.strictObject({
    commit: textOfForm(/^[0-9a-f]{40,64}$/, "a commit's full hash").nullable(),
    dirty: z.boolean().nullable(),
  }),
  /** What the models ran on, in words. */
  device: TEXT,
  /** The completions servers that answered, in the order in which they last began; left out where none did. */
  servers: z.array(z.strictObject(SERVER_KEYS)).min(1).exactOptional(),
  /** The number format of the computation, such as "float32". */
  dtype: TEXT,
};

/** What made the numbers. */
export interface Provenance extends RecordOf<typeof PROVENANCE_KEYS> {}

/** The keys of {@linkcode Summary}. */
export const SUMMARY_KEYS = {
  /** The form of this file, {@linkcode SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** What was measured, {@linkcode TASK_VERSION} at the time. Others are not comparable. */
  taskVersion: z.int().min(1),
  /** The study's name. */
  name: TEXT,
  /** Shown wherever a number of the study appears, such as "sample". */
  label: TEXT.exactOptional(),
  /** `configHash` of config and inputs: equal hashes are the same study. */
  configHash: SHA256,
  /** The effective config, flags applied, as `recordedConfig` gives it. */
  config: STUDY,
  /** How many examples were asked for and scored. */
  counts: z.strictObject(SUMMARY_COUNT_KEYS),
  /** What was written down before an answer of a tuned variant was read. */
  plan: z.strictObject(PLAN_KEYS),
  /** The base model first, then the tuned variants in the order of the config. */
  variants: VARIANTS,
  /** What the study says beyond its single variants. */
  findings: z.strictObject(FINDING_KEYS),
  /** What made the numbers. */
  provenance: z.strictObject(PROVENANCE_KEYS),
};

/** `results/<run>/summary.json`: every number of a study with its n and interval, and its origin. */
export interface Summary extends RecordOf<typeof SUMMARY_KEYS> {}

/** A whole summary. */
export const SUMMARY = together(
  z.strictObject(SUMMARY_KEYS),
  // a recording's folder is named after it
  ({ name, config }) =>
    name === config.name
      ? undefined
      : { path: ["name"], rule: `the study's name "${config.name}"` },
);
