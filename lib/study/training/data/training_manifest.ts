import { z } from "zod";
import {
  checkRecord,
  COUNT,
  counted,
  firstOf,
  parseJson,
  type RecordOf,
  SHA256,
  TEXT,
  UsageError,
} from "../../../ground/mod.ts";
import { fewAnswersNotes, type GeneralRow, generalRow } from "../../../report/mod.ts";
import { type AdapterSettings, OUTSIDE_TRAIN_SPLIT } from "../../../runs/mod.ts";

const GOLD_FAULT = z.strictObject({ id: TEXT, dbId: TEXT, message: z.string() });

const FILE_KEYS = {
  /** SHA-256 of its bytes. */
  sha256: SHA256,
  /** The recipes that are trained on it. */
  recipes: z.array(TEXT),
  /** Where its records come from. */
  origin: z.enum(["train split only", OUTSIDE_TRAIN_SPLIT]),
  /** Text-to-SQL examples that are trained on. */
  sql: COUNT,
  /** Text-to-SQL examples of held-out databases. */
  heldOut: COUNT,
  /** General records that are trained on like the others. */
  replay: COUNT,
  /** General records on which only the divergence from the base model counts. */
  anchor: COUNT,
};

/** A file of training records. */
export interface TrainingFile extends RecordOf<typeof FILE_KEYS> {}

/** The keys of {@linkcode TrainingManifest}. */
export const MANIFEST_KEYS = {
  /** The form of this file. */
  version: z.literal(1),
  /** Hash of all that the files are made from. */
  madeFrom: SHA256,
  /** By name. */
  files: z.record(TEXT, z.strictObject(FILE_KEYS)),
  /** How the examples are asked. */
  prompt: z.strictObject({
    /** Of the prompt's text. */
    version: TEXT,
    /** With the shots of the evaluation, without, or half and half. */
    form: z.enum(["zero-shot", "few-shot", "mixed"]),
    /** Ids of the shots, where any prompt has them. */
    shots: z.array(TEXT),
  }),
  /** How many examples there were, and what became of them. */
  examples: z.strictObject({
    /** In the train split as it is read. */
    released: COUNT,
    /** The same database, question and gold as an earlier one. */
    repeats: COUNT,
    /** The question is one of dev's too, on another database. */
    devQuestions: COUNT,
    /** Left out as a prompt shows them. */
    shots: COUNT,
    /** Left out as SQLite refuses their golds. */
    failingGolds: COUNT,
    /** On databases whose values cannot be shown, by database; not in `released`. */
    withoutValues: z.record(TEXT, COUNT),
    /** On held-out databases. */
    heldOut: COUNT,
    /** Left to train on. */
    usable: COUNT,
    /** Drawn of them. */
    drawn: COUNT,
  }),
  /** What running the golds came to. */
  golds: z.strictObject({
    /** Ran or failed. */
    checked: COUNT,
    /** SQLite refuses them: they would teach a model what does not run. */
    failing: z.array(GOLD_FAULT),
    /** Ended at a limit of this machine, which says nothing of the query: kept. */
    unfinished: z.array(GOLD_FAULT),
    /** Databases that are missing or damaged: their queries are neither right nor wrong, and kept. */
    unchecked: z.array(z.strictObject({ dbId: TEXT, examples: COUNT, reason: z.string() })),
  }),
  /** Train databases that are held out. */
  heldOutDatabases: z.array(TEXT),
  /** Lengths of the text-to-SQL records, prompt and completion, in tokens. */
  tokens: z.strictObject({
    /** The longest record. */
    longest: COUNT,
    /** Of all that are trained on. */
    total: COUNT,
    /** How many are longer than a recipe's `maxLength`, by that length. */
    longerThan: z.record(TEXT, COUNT),
  }),
  /** The general records; absent where no recipe wants any. */
  general: z.strictObject({
    /** SHA-256 of the prompts' file. */
    promptsSha256: SHA256,
    /** SHA-256 of the base model's files, which wrote the answers, by name. */
    answeredBy: z.record(TEXT, SHA256),
    /** Where an answer is cut, in tokens. */
    maxNewTokens: COUNT,
    /** Answers that came to their end. */
    answers: COUNT,
    /** Ids of answers that were cut and say something: they are anchors alone. */
    cut: z.array(TEXT),
    /** Ids of empty answers, cut or not. */
    empty: z.array(TEXT),
  }).exactOptional(),
};

/** What a study's training data are, and how they came about. */
export interface TrainingManifest extends RecordOf<typeof MANIFEST_KEYS> {}

/** Where the manifest of training records lies: beside their file, such as `samples/sft.jsonl`. */
export function trainingManifestPath(records: string): string {
  return records.replace(/(\.jsonl)?$/, ".manifest.json");
}

/**
 * Reads a manifest.
 *
 * @returns The manifest; `undefined` if there is no file, or one that is damaged or of another
 * form: the data are then made again.
 */
export function readTrainingManifest(path: string): TrainingManifest | undefined {
  try {
    return checkRecord(
      z.strictObject(MANIFEST_KEYS),
      parseJson(Deno.readTextFileSync(path), path),
      path,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof UsageError) return undefined;
    throw error;
  }
}

/** So many names are told, the rest by number. */
const NAMED = 5;

/** What a manifest says, one line for each thing that whoever trains should know. */
export function trainingManifestLines(
  { files, prompt, examples, golds, heldOutDatabases, tokens, general }: TrainingManifest,
): string[] {
  const { released, repeats, devQuestions, shots, failingGolds, usable, drawn } = examples;
  const lost = [
    [repeats, "repeat another"],
    [devQuestions, "ask a question of dev's on another database"],
    [shots, "are shots of the prompts"],
    [failingGolds, "have a gold that fails"],
    [examples.heldOut, "are on held-out databases"],
  ] as const;
  const left = lost.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  return [
    `training examples: ${released}` + (left.length > 0 ? `; of them ${left.join(", ")}` : "") +
    `; ${usable} to train on${drawn < usable ? `, ${drawn} drawn` : ""}`,
    ...Object.entries(examples.withoutValues).map(([dbId, count]) =>
      `missing database: ${dbId} (${
        counted(count, "training example")
      } left out: no values to show)`
    ),
    `golds run: ${golds.checked}, ${golds.failing.length} fail` +
    named(golds.failing.map(({ id, dbId, message }) => `${id} on ${dbId}: ${message}`)),
    ...(golds.unfinished.length > 0
      ? [
        `golds that were ended at a limit and are kept: ${golds.unfinished.length}${
          named(golds.unfinished.map(({ id }) => id))
        }`,
      ]
      : []),
    ...golds.unchecked.map(({ dbId, examples, reason }) =>
      `golds not run: ${examples} on ${dbId}, kept: ${reason}`
    ),
    ...(heldOutDatabases.length > 0
      ? [`held-out databases: ${heldOutDatabases.length}${named(heldOutDatabases)}`]
      : []),
    `prompts: ${prompt.version}, ${prompt.form}; longest record ${tokens.longest} tokens` +
    Object.entries(tokens.longerThan).map(([length, count]) => `, ${count} longer than ${length}`)
      .join(""),
    ...(general === undefined ? [] : [
      `general prompts: ${general.answers} answered by the base model, ${general.cut.length} cut ` +
      `at ${general.maxNewTokens} tokens (as anchors alone) and ${general.empty.length} empty ` +
      "(not used)",
    ]),
    ...Object.entries(files).map(([name, file]) => `${name}: ${fileText(file)}`),
    ...fewAnswersNotes({
      general: Object.values(files).flatMap((file) => generalRows(file, general)),
    }),
  ];
}

function generalRows(
  file: TrainingFile,
  data: TrainingManifest["general"],
): GeneralRow[] {
  const general = generalOfFile(file, data);
  return general === undefined ? [] : file.recipes.map((recipe) => generalRow(recipe, general));
}

/**
 * The general records of an epoch of a file, and the answers that they are drawn from where the data
 * say; undefined where it has none.
 */
export function generalOfFile(
  { sql, replay, anchor }: TrainingFile,
  data: TrainingManifest["general"],
): AdapterSettings["general"] {
  if (replay + anchor === 0) return undefined;
  const of = sql + replay + anchor;
  if (data === undefined) return { replay, anchor, of };
  // answers that were cut are anchors; of both kinds the fewer answers are told
  const pool = replay > 0 ? data.answers : data.answers + data.cut.length;
  return { replay, anchor, of, answers: Math.min(pool, replay + anchor) };
}

function fileText({ sql, heldOut, replay, anchor, recipes, origin }: TrainingFile): string {
  const parts = [
    counted(sql, "record"),
    ...(heldOut > 0 ? [`${heldOut} held out`] : []),
    ...(replay > 0 ? [`${replay} replay`] : []),
    ...(anchor > 0 ? [counted(anchor, "anchor")] : []),
  ];
  const label = origin === OUTSIDE_TRAIN_SPLIT ? `, ${origin}` : "";
  return `${parts.join(", ")}${label}` + (recipes.length > 0 ? ` (${recipes.join(", ")})` : "");
}

function named(all: readonly string[]): string {
  return all.length === 0 ? "" : ` (${firstOf(all, NAMED, "; ")})`;
}
