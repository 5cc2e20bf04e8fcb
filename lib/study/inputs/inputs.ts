import {
  auditTokens,
  type Checkpoint,
  loadTokenizer,
  openCheckpoint,
  type TokenAudit,
  type Tokenizer,
} from "../../engine/mod.ts";
import {
  letterCount,
  loadMultipleChoice,
  type MmluData,
  type MmluQuestion,
  selectSuite,
} from "../../mmlu/mod.ts";
import { fromRoot, UsageError } from "../../ground/mod.ts";
import { loadPassages, type ProseData } from "../../prose/mod.ts";
import { pcg32, shuffled } from "../../stats/mod.ts";

import type { Provenance, StudyConfig } from "../../runs/mod.ts";
import {
  loadSpider,
  sampleExamples,
  selectShots,
  type SpiderData,
  type SpiderExample,
  sqlPrompt,
  withShownSchemas,
} from "../../spider/mod.ts";
import { checkpointHashes, roundingHash, templateHashes } from "./checkpoint_hashes.ts";
import { databaseHashes } from "./database_hashes.ts";
import type { HubAdapters } from "./hub_adapters.ts";

/** What stands before the names of the model's files among the hashes of a study. */
const MODEL = "model/";

/** The model of a study, opened. */
export interface ModelInputs {
  /** The study's config. */
  readonly config: StudyConfig;
  /** The checkpoint; completions of it end at the chat template's turn end too. */
  readonly checkpoint: Checkpoint;
  /** The end tokens that the model's own configuration names. */
  readonly ownEndTokenIds: readonly number[];
  /** Its tokenizer, with the chat settings of the config. */
  readonly tokenizer: Tokenizer;
  /** SHA-256 of the model's files that answers depend on beside their prompts, by name. */
  readonly modelHashes: Readonly<Record<string, string>>;
  /** SHA-256 of the files that say how its prompts are written, by name. */
  readonly templateHashes: Readonly<Record<string, string>>;
}

/** The text-to-SQL questions of a study. */
export interface SqlInputs {
  /** The data, every split of it. */
  readonly spider: SpiderData;
  /** The fixed examples of every prompt, from the training split. */
  readonly shots: readonly SpiderExample[];
  /** The drawn dev questions, in file order, those of missing databases included. */
  readonly drawn: readonly SpiderExample[];
  /** The drawn questions whose database is there: the ones that are asked. */
  readonly asked: readonly SpiderExample[];
  /** Further sets of examples that the questions are asked with too. */
  readonly otherShots: readonly (readonly SpiderExample[])[];
}

/** The multiple-choice questions of a study. */
export interface MmluInputs {
  /** The data, test and dev questions. */
  readonly mmlu: MmluData;
  /** The suite: as many questions of each category. */
  readonly questions: readonly MmluQuestion[];
  /** Those of them that are answered in writing too. */
  readonly written: readonly MmluQuestion[];
}

/** The general text of a study. */
export interface ProseInputs {
  /** The passages that are scored. */
  readonly prose: ProseData;
}

/** The data of a study, opened and checked before any model is here. */
export interface DataInputs extends SqlInputs, MmluInputs, ProseInputs {
  /** SHA-256 of all data files that the study reads, by name, the asked databases among them. */
  readonly dataHashes: Readonly<Record<string, string>>;
}

/** All that a study reads, opened and checked before any model is asked anything. */
export interface StudyInputs extends ModelInputs, SqlInputs, MmluInputs, ProseInputs {
  /** What the look at the prompt's tokens found. */
  readonly audit: TokenAudit;
  /** SHA-256 of all files that the study reads, by name; part of the run's identity. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The adapters of the hub among those that the config names. */
  readonly hubAdapters: HubAdapters;
}

/**
 * Opens a study's data, checkpoint and tokenizer, draws its questions by its
 * seed, and audits the tokens.
 *
 * @param modelDir The folder of the base model.
 * @param opened The data, if it is open already.
 * @param hubAdapters The adapters of the hub that were fetched for it.
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openInputs(
  config: StudyConfig,
  modelDir: string,
  opened?: DataInputs,
  hubAdapters: HubAdapters = new Map(),
): Promise<StudyInputs> {
  const data = opened ?? await openDataInputs(config);
  const model = await openModelInputs(config, modelDir);
  const audit = auditTokens(model.tokenizer, samplePrompt(data), {
    letters: letterCount(data.questions),
  });
  const { modelHashes, templateHashes } = model;
  const hashes = {
    ...data.dataHashes,
    ...prefixed(MODEL, { ...modelHashes, ...templateHashes }),
  };
  return { ...model, ...data, audit, hashes, hubAdapters };
}

/** The hashes of what a study reads as its summary has them: the data's, and the model's files. */
export function sourceHashes(
  { modelHashes, templateHashes, hashes }: StudyInputs,
): Pick<Provenance, "data" | "modelFiles"> {
  const data = Object.entries(hashes).filter(([name]) => !name.startsWith(MODEL));
  return {
    data: Object.fromEntries(data),
    modelFiles: { ...modelHashes, ...templateHashes },
  };
}

/** Opens the data of a study and draws its questions: what can be checked without the model. */
export async function openDataInputs(config: StudyConfig): Promise<DataInputs> {
  const sql = await openSqlInputs(config);
  const choices = await openMmluInputs(config);
  const text = await openProseInputs(config);
  const dataHashes = {
    ...prefixed("spider/", { ...sql.spider.hashes, ...await databaseHashes(sql) }),
    ...prefixed("mmlu/", choices.mmlu.hashes),
    ...prefixed("prose/", text.prose.hashes),
  };
  return { ...sql, ...choices, ...text, dataHashes };
}

/**
 * Opens the checkpoint and its tokenizer, with the chat settings of the config.
 *
 * The configuration of a base model often does not name the token that ends a
 * turn in its chat template. An adapter learns to end with that token, so
 * completions end there whatever the configuration says.
 *
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openModelInputs(config: StudyConfig, modelDir: string): Promise<ModelInputs> {
  const own = await openCheckpoint(modelDir);
  const { vocabSize, endTokenIds } = own.config;
  const tokenizer = await loadTokenizer(modelDir, { ...config.chat, vocabSize });
  return {
    config,
    // training appends the tokenizer's end token where the template writes none
    checkpoint: withEndToken(own, tokenizer.turnEnd ?? tokenizer.endToken),
    ownEndTokenIds: endTokenIds,
    tokenizer,
    modelHashes: { ...await checkpointHashes(own), ...roundingHash(config) },
    templateHashes: await templateHashes(modelDir),
  };
}

/** The checkpoint with one more token that ends a completion, where it is not one already. */
export function withEndToken(checkpoint: Checkpoint, id: number | undefined): Checkpoint {
  const { config } = checkpoint;
  if (id === undefined || config.endTokenIds.includes(id)) return checkpoint;
  return { ...checkpoint, config: { ...config, endTokenIds: [...config.endTokenIds, id] } };
}

/** Opens Spider and draws the questions. */
export async function openSqlInputs(
  { spider: settings, sweep, seed }: StudyConfig,
): Promise<SqlInputs> {
  const { path, database } = settings;
  const released = await loadSpider(
    fromRoot(path),
    database === undefined ? {} : { database: fromRoot(database) },
  );
  const spider = await withShownSchemas(released, settings.schema);
  // by the lengths of whole schemas, so that all settings of the schema text have the same shots
  const { schemas } = released;
  const shots = selectShots(spider.train, schemas, { count: settings.shots, seed });
  const missing = new Set(spider.missingDatabases.map(({ dbId }) => dbId));
  const count = Math.min(settings.limit ?? spider.dev.length, spider.dev.length);
  const drawn = sampleExamples(spider.dev, { count, seed });
  const asked = drawn.filter(({ dbId }) => !missing.has(dbId));
  if (asked.length === 0) {
    throw new UsageError(
      `Cannot ask any question of "${settings.path}": the databases of all ${count} are missing`,
    );
  }
  for (const dbId of new Set(asked.map((example) => example.dbId))) {
    await checkDatabase(spider.databasePath(dbId));
  }
  const others = sweep.shots.filter((count) => count !== settings.shots);
  const otherShots = [...new Set(others)].map((count) =>
    selectShots(spider.train, schemas, { count, seed })
  );
  return { spider, shots, drawn, asked, otherShots };
}

/** What every SQLite file begins with. Source: https://www.sqlite.org/fileformat.html#magic_header_string */
const SQLITE_MAGIC = "SQLite format 3\0";

/** Finds out before hours of work, rather than when the first answer is judged. */
async function checkDatabase(path: string): Promise<void> {
  if (path.includes(",")) {
    throw new UsageError(
      `Cannot judge on "${path}": its path has a comma: move or rename the folder`,
    );
  }
  using file = await Deno.open(path);
  const head = new Uint8Array(SQLITE_MAGIC.length);
  await file.read(head);
  if (new TextDecoder().decode(head) !== SQLITE_MAGIC) {
    throw new UsageError(`Cannot use the database "${path}": it is not an SQLite file`);
  }
}

/** Opens MMLU, or multiple-choice questions of one's own, and draws the suite. */
export async function openMmluInputs(
  { mmlu: settings, sweep, seed }: StudyConfig,
): Promise<MmluInputs> {
  const { path, title } = settings;
  const mmlu = await loadMultipleChoice(fromRoot(path), title === undefined ? {} : { title });
  const questions = selectSuite(mmlu, { perCategory: settings.perCategory, seed });
  const asked = new Set(questions);
  const written = sweep.written === 0
    ? []
    : selectSuite(mmlu, { perCategory: sweep.written, seed }).filter((one) => asked.has(one));
  return { mmlu, questions, written };
}

/** Opens the passages of general text and draws those that are scored, in the order of the files. */
export async function openProseInputs(
  { prose: settings, measures, seed }: StudyConfig,
): Promise<ProseInputs> {
  const prose = await loadPassages(fromRoot(settings.path));
  if (measures.includes("prose") && prose.passages.length < 2) {
    throw new UsageError(
      `Cannot measure general text by "${settings.path}": one passage has no spread, give two or more`,
    );
  }
  const { limit } = settings;
  if (limit === null || limit >= prose.passages.length) return { prose };
  const drawn = new Set(shuffled(prose.passages, pcg32(seed)).slice(0, limit));
  return { prose: { ...prose, passages: prose.passages.filter((one) => drawn.has(one)) } };
}

/** The first question's prompt: what the token audit looks at. */
export function samplePrompt({ asked, spider, shots }: SqlInputs): ReturnType<typeof sqlPrompt> {
  return sqlPrompt(asked[0]!, { schemas: spider.schemas, shots });
}

/** Hashes with a prefix before each name: "spider/dev.json". */
export function prefixed(
  prefix: string,
  hashes: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [prefix + name, hash]));
}
