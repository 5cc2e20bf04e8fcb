import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fromRoot, type Progress, UsageError } from "../../ground/mod.ts";
import { loadMultipleChoice, type MmluData } from "../../mmlu/mod.ts";
import { type BrowserData, type ListedVariant, shotsName } from "../../report/mod.ts";
import { modelTitle, readSummary, type StudyConfig, type Summary } from "../../runs/mod.ts";
import { ensureSample } from "../../setup/mod.ts";
import { loadSpider, type SpiderData, withShownSchemas } from "../../spider/mod.ts";
import { databaseHashes } from "../inputs/database_hashes.ts";
import { prefixed } from "../inputs/prefixed.ts";
import { READINGS } from "../../sql/mod.ts";
import { checkCounts, type CountedAnswers } from "../results/check_counts.ts";
import { RESULT_FILES } from "../results/write_results.ts";
import { browsedChanges } from "./browsed_changes.ts";
import { browsedChoices } from "./browsed_choices.ts";
import { browsedSql } from "./browsed_sql.ts";
import { SHOWN } from "./compare_rows.ts";
import {
  type BrowsedVariant,
  type BrowsedVerdict,
  OWN_PROMPT,
  readBrowsedAnswers,
} from "./read_browsed_answers.ts";
import { MOST_ROWS } from "./shown_results.ts";

/** What to browse, and where the user's own copies of the data are. */
export interface BrowseOptions {
  /** The folder of results: a working one, or a recorded one. */
  readonly folder: string;
  /** The study's config, where it is not to be the summary's. */
  readonly config?: StudyConfig | undefined;
  /** In place of the config's text-to-SQL data. */
  readonly spider?: string | undefined;
  /** In place of the config's multiple-choice data. */
  readonly mmlu?: string | undefined;
  /** Is told how far it is. */
  readonly progress: Progress;
  /** Ends the work between two questions. */
  readonly signal?: AbortSignal | undefined;
}

const OFFICIAL = READINGS.indexOf("official");

/** When a statement is ended, in milliseconds, where no config says so. */
const TIMEOUT_MS = 5_000;

/**
 * All that the flip browser shows of a study: its recorded answers, the texts out of the user's own
 * copy of the data, what the statements give on it, and the words of the report on each pair.
 *
 * @throws {UsageError} If there are no answers or of one variant alone, data are missing, or they
 * are not the data that were asked.
 */
export async function browseStudy(options: BrowseOptions): Promise<BrowserData> {
  const { folder, progress, signal } = options;
  progress.step("Reading the answers");
  const summary = summaryOf(folder);
  const config = options.config ?? summary?.config;
  const answers = readBrowsedAnswers(folder, (line) => progress.note(line));
  const variants = orderedVariants(answers, summary, folder);
  if (summary) checkCounts(summary, variants.map(countedBrowsed), `browse ${folder}`);
  const asksSql = variants.some(({ verdicts }) => verdicts.size > 0);
  const asksChoices = variants.some(({ letters }) => letters.length > 0);
  const spider = asksSql ? await openSpider(options, config) : undefined;
  const mmlu = asksChoices ? await openChoices(options, config) : undefined;
  progress.step("Running the statements whose results are shown");
  const sql = spider && await browsedSql(variants, {
    spider,
    ownPrompt: ownPrompt(summary, config),
    timeoutMs: config?.spider.timeoutMs ?? TIMEOUT_MS,
    progress,
    signal,
  });
  const choices = mmlu && browsedChoices(variants, mmlu);
  progress.step("Comparing every pair of variants");
  const names = variants.map(({ name }) => name);
  const label = summary?.label ?? config?.label;
  return {
    name: summary?.name ?? config?.name ?? basename(resolve(folder)),
    ...(label === undefined ? {} : { label }),
    model: config ? modelTitle(config) : "recorded without a summary",
    facts: factsOf(summary, { sql, choices, variants }),
    notes: await notesOf(summary, { spider, mmlu, sql, choices }),
    variants: variants.map((variant) => listedVariant(variant, summary)),
    first: { from: names[0]!, to: firstTuned(names, summary) },
    ...(sql && { sql }),
    ...(choices && { choices }),
    changes: browsedChanges({ names, sql, choices }, summary, progress),
  };
}

function countedBrowsed({ name, verdicts, letters }: BrowsedVariant): CountedAnswers {
  const right = (of: readonly BrowsedVerdict[]): [string, boolean][] =>
    of.map(({ id, readings }) => [id, readings[OFFICIAL]!]);
  const others = [...verdicts].filter(([shots]) => shots !== OWN_PROMPT);
  return {
    name,
    sql: right(verdicts.get(OWN_PROMPT) ?? []),
    sqlByShots: Object.fromEntries(others.map(([shots, of]) => [shots, right(of)])),
    mmlu: letters.map(({ id, correct }) => [id, correct]),
  };
}

function summaryOf(folder: string): Summary | undefined {
  const path = join(folder, RESULT_FILES.summary);
  return existsSync(path) ? readSummary(path) : undefined;
}

/** The variants in the order of the summary, the base model first. */
function orderedVariants(
  found: readonly BrowsedVariant[],
  summary: Summary | undefined,
  folder: string,
): readonly BrowsedVariant[] {
  if (found.length < 2) {
    throw new UsageError(
      `Cannot browse "${folder}": it has answers of "${
        found[0]!.name
      }" alone, and two are compared`,
    );
  }
  if (!summary) return found;
  const byName = new Map(found.map((variant) => [variant.name, variant]));
  const names = summary.variants.map(({ name }) => name);
  const other = found.find(({ name }) => !names.includes(name)) ??
    names.map((name) => ({ name })).find(({ name }) => !byName.has(name));
  if (other) {
    throw new UsageError(
      `Cannot browse "${folder}": "${other.name}" is only in one of its summary and its answers`,
    );
  }
  return names.map((name) => byName.get(name)!);
}

async function openSpider(
  { spider, progress }: BrowseOptions,
  config: StudyConfig | undefined,
): Promise<SpiderData> {
  const path = dataPath(spider, config?.spider.path, "spider");
  if (spider === undefined && config) await ensureSample(config, progress);
  const database = spider === undefined ? config?.spider.database : undefined;
  progress.note(`text-to-SQL out of ${path}`);
  const released = await loadSpider(
    path,
    database === undefined ? {} : { database: fromRoot(database) },
  );
  return await withShownSchemas(released, config?.spider.schema);
}

async function openChoices(
  { mmlu, progress }: BrowseOptions,
  config: StudyConfig | undefined,
): Promise<MmluData> {
  const path = dataPath(mmlu, config?.mmlu.path, "mmlu");
  const title = config?.mmlu.title;
  progress.note(`multiple choice out of ${path}`);
  return await loadMultipleChoice(path, title === undefined ? {} : { title });
}

/** Where the data are: what was given, else what the config says if it is a place on this machine. */
function dataPath(
  given: string | undefined,
  configured: string | undefined,
  flag: "spider" | "mmlu",
): string {
  if (given !== undefined) return given;
  const fault = configured === undefined
    ? "the study has no summary that says where its data are"
    : configured.startsWith(".../")
    ? `the study's data lay outside of its project, and of where only "${configured}" is recorded`
    : existsSync(fromRoot(configured))
    ? undefined
    : `there is no ${configured}`;
  if (fault === undefined) return fromRoot(configured!);
  throw new UsageError(`Cannot browse: ${fault}: give your copy with --${flag} or --data-root`);
}

function ownPrompt(summary: Summary | undefined, config: StudyConfig | undefined): string {
  const shots = summary?.counts.sql?.shots ?? config?.spider.shots;
  return shots === undefined ? "the study's own prompt" : shotsName(shots);
}

function listedVariant({ name }: BrowsedVariant, summary: Summary | undefined): ListedVariant {
  const origin = summary?.variants.find((variant) => variant.name === name)?.origin;
  const group = origin && origin.source !== "base" ? { group: origin.source } : {};
  if (recommended(summary) === name) {
    return { name, note: "recommended", ...group };
  }
  return summary?.plan.primary.includes(name)
    ? { name, note: "primary", ...group }
    : { name, ...group };
}

/** The recommended variant, else the first primary one, else the first. */
function firstTuned(names: readonly string[], summary: Summary | undefined): string {
  return recommended(summary) ?? summary?.plan.primary.find((name) => names.includes(name)) ??
    names[1]!;
}

function recommended(summary: Summary | undefined): string | undefined {
  const recommendation = summary?.findings.recommendation;
  return recommendation?.outcome === "recommended" ? recommendation.chosen : undefined;
}

function factsOf(
  summary: Summary | undefined,
  { sql, choices, variants }: {
    readonly sql: BrowserData["sql"] | undefined;
    readonly choices: BrowserData["choices"] | undefined;
    readonly variants: readonly BrowsedVariant[];
  },
): string[] {
  const facts = [`${variants.length} variants, the base model among them`];
  if (sql) {
    const databases = new Set(sql.questions.map(({ dbId }) => dbId));
    facts.push(
      `text-to-SQL: ${sql.questions.length} questions of ${databases.size} databases, ` +
        `${sql.prompts.join(", ")}`,
    );
  }
  if (choices) {
    const subjects = new Set(choices.questions.map(({ subject }) => subject));
    facts.push(
      `${choices.title}: ${choices.questions.length} questions of ${subjects.size} subjects`,
    );
  }
  if (summary) {
    const { prompts, git, device, dtype } = summary.provenance;
    facts.push(
      `prompts ${
        [prompts.sql, prompts.mmlu].join(", ")
      }; seed ${summary.config.seed}; ${device}, ` +
        `${dtype}; commit ${git.commit?.slice(0, 10) ?? "not known"}`,
    );
  } else facts.push("recorded without a summary: all words are of pairs alone, unadjusted");
  facts.push(
    "The texts are of the data sets that were asked: pass this page on only as their licences allow.",
  );
  return facts;
}

async function notesOf(
  summary: Summary | undefined,
  { spider, mmlu, sql, choices }: {
    readonly spider: SpiderData | undefined;
    readonly mmlu: MmluData | undefined;
    readonly sql: BrowserData["sql"];
    readonly choices: BrowserData["choices"];
  },
): Promise<string[]> {
  const notes: string[] = [];
  if (sql) {
    notes.push(
      `Of a result at most ${SHOWN.rows} rows, ${SHOWN.columns} columns and ${SHOWN.characters} ` +
        `characters of a value are shown; results of more than ${MOST_ROWS} rows are left out.`,
    );
  }
  const kept = choices?.answers.filter(({ logProbs }) => logProbs).length ?? 0;
  if (choices && kept < choices.answers.length) {
    notes.push(
      `Log-probabilities of letters were recorded of ${kept} of ${choices.answers.length} variants.`,
    );
  }
  if (!summary) return notes;
  const asked = sql?.questions.map(({ id, dbId }) => ({ id, dbId, question: "", query: "" })) ?? [];
  const now = {
    ...prefixed("spider/", {
      ...spider?.hashes,
      ...(spider && await databaseHashes({ asked, spider })),
    }),
    ...prefixed("mmlu/", mmlu?.hashes ?? {}),
  };
  const recorded = summary.provenance.data;
  const others = Object.keys(now).filter((name) =>
    recorded[name] !== undefined && recorded[name] !== now[name]
  );
  if (others.length > 0) {
    notes.push(
      `${others.length} data files are not the ones that the study read (${
        others.slice(0, 3).join(", ")
      }${others.length > 3 ? ", ..." : ""}): texts and results may differ from what was judged.`,
    );
  }
  return notes;
}
