import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Progress, UsageError } from "../../ground/mod.ts";
import {
  type BrowserData,
  type ListedVariant,
  recommendedVariant,
  shotsName,
} from "../../report/mod.ts";
import {
  modelTitle,
  readSummary,
  type StudyConfig,
  type Summary,
  withFetchedData,
} from "../../runs/mod.ts";
import { READINGS } from "../../sql/mod.ts";
import { checkCounts, type CountedAnswers } from "../results/check_counts.ts";
import { RESULT_FILES } from "../results/write_results.ts";
import { browsedChanges, type ScoredPassages } from "./browsed_changes.ts";
import { browsedChoices } from "./browsed_choices.ts";
import { factsOf, notesOf, otherDataNote, unscored } from "./browsed_facts.ts";
import { browsedSql } from "./browsed_sql.ts";
import { checkCopies, type Copied, openChoices, openSpider } from "./open_copies.ts";
import {
  type BrowsedVariant,
  type BrowsedVerdict,
  OWN_PROMPT,
  readBrowsedAnswers,
} from "./read_browsed_answers.ts";

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
  const config = options.config ?? (summary && withFetchedData(summary.config));
  const places = { spider: options.spider, mmlu: options.mmlu, config };
  // before answers are read, which takes a while
  if (summary) checkCopies(places, asked(!!summary.counts.sql, !!summary.counts.mmlu));
  const answers = readBrowsedAnswers(
    folder,
    (line) => progress.note(line),
    (...read) => progress.update(...read),
  );
  const variants = orderedVariants(answers, summary, folder);
  if (summary) checkCounts(summary, variants.map(countedBrowsed), `browse ${folder}`);
  const asksSql = variants.some(({ verdicts }) => verdicts.size > 0);
  const asksChoices = variants.some(({ letters }) => letters.length > 0);
  checkCopies(places, asked(asksSql, asksChoices));
  progress.step("Reading the data that were asked");
  const spider = asksSql ? await openSpider(places, progress) : undefined;
  const mmlu = asksChoices ? await openChoices(places, progress) : undefined;
  progress.step("Running the statements whose results are shown");
  const judged = spider && await browsedSql(variants, {
    spider,
    ownPrompt: ownPrompt(summary, config),
    timeoutMs: config?.spider.timeoutMs ?? TIMEOUT_MS,
    progress,
    signal,
  });
  const left = spider && judged && unscored(summary, judged.questions, spider);
  const sql = judged && { ...judged, ...(left && { unscored: left }) };
  const choices = mmlu && browsedChoices(variants, mmlu);
  const other = summary && await otherDataNote(summary, { spider, mmlu, sql });
  if (other !== undefined) progress.note(other);
  progress.step("Comparing every pair of variants");
  const names = variants.map(({ name }) => name);
  const label = summary?.label ?? config?.label;
  return {
    name: summary?.name ?? config?.name ?? basename(resolve(folder)),
    ...(label === undefined ? {} : { label }),
    model: config ? modelTitle(config) : "recorded without a summary",
    facts: factsOf(summary, { sql, choices, variants }),
    notes: [...notesOf({ sql, choices }), ...(other === undefined ? [] : [other])],
    variants: variants.map((variant) => listedVariant(variant, summary)),
    first: { from: names[0]!, to: firstTuned(names, summary) },
    ...(sql && { sql }),
    ...(choices && { choices }),
    changes: browsedChanges(
      { names, sql, choices, prose: passagesOf(variants) },
      summary,
      progress,
    ),
  };
}

function passagesOf(variants: readonly BrowsedVariant[]): ScoredPassages[] {
  return variants.flatMap(({ name, prose }) => prose.length > 0 ? [{ name, scores: prose }] : []);
}

function countedBrowsed({ name, verdicts, letters, prose }: BrowsedVariant): CountedAnswers {
  const right = (of: readonly BrowsedVerdict[]): [string, boolean][] =>
    of.map(({ id, readings }) => [id, readings[OFFICIAL]!]);
  const others = [...verdicts].filter(([shots]) => shots !== OWN_PROMPT);
  return {
    name,
    sql: right(verdicts.get(OWN_PROMPT) ?? []),
    sqlByShots: Object.fromEntries(others.map(([shots, of]) => [shots, right(of)])),
    mmlu: letters.map(({ id, correct }) => [id, correct]),
    // results may be without the file
    ...(prose.length > 0 && { prose: prose.length }),
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

function asked(sql: boolean, choices: boolean): Copied[] {
  return [...(sql ? ["spider" as const] : []), ...(choices ? ["mmlu" as const] : [])];
}

function ownPrompt(summary: Summary | undefined, config: StudyConfig | undefined): string {
  const shots = summary?.counts.sql?.shots ?? config?.spider.shots;
  return shots === undefined ? "the study's own prompt" : shotsName(shots);
}

function listedVariant({ name }: BrowsedVariant, summary: Summary | undefined): ListedVariant {
  const origin = summary?.variants.find((variant) => variant.name === name)?.origin;
  const group = origin && origin.source !== "base" ? { group: origin.source } : {};
  const note = recommendedVariant(summary?.findings.recommendation) === name
    ? "recommended"
    : summary?.plan.primary.includes(name)
    ? "primary"
    : undefined;
  return { name, ...(note && { note }), ...group };
}

/** The recommended variant, else the first primary one, else the first. */
function firstTuned(names: readonly string[], summary: Summary | undefined): string {
  return recommendedVariant(summary?.findings.recommendation) ??
    summary?.plan.primary.find((name) => names.includes(name)) ??
    names[1]!;
}
