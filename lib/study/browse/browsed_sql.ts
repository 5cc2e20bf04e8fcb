import { type Progress, UsageError } from "../../ground/mod.ts";
import {
  type BrowserOutcome,
  type BrowserQuestion,
  type BrowserSql,
  type BrowserSqlAnswers,
  NO_OUTCOME,
  shotsName,
} from "../../report/mod.ts";
import { serializeSchema, type SpiderData, type SpiderExample } from "../../spider/mod.ts";
import { type BrowsedVariant, type BrowsedVerdict, OWN_PROMPT } from "./read_browsed_answers.ts";
import { type ShownQuestion, shownResults } from "./shown_results.ts";

/** Options of {@linkcode browsedSql}. */
export interface BrowsedSqlOptions {
  /** The user's own copy of the data, with schemas as prompts show them. */
  readonly spider: SpiderData;
  /** What the study's own prompt is called, such as "3-shot". */
  readonly ownPrompt: string;
  /** When a statement is ended. */
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** A question with what each prediction came to, before anything is run. */
interface Asked {
  readonly example: SpiderExample;
  readonly hardness: string;
  /** What each prediction came to, once, without its result. */
  readonly outcomes: BrowserOutcome[];
  readonly indices: Map<string, number>;
}

/**
 * The text-to-SQL part of the flip browser: the questions' texts out of the user's copy of the data,
 * what variants answered, and what the statements give.
 *
 * Of predictions those are run whose rows differ from the gold's as written; the others have the
 * gold's result, or none.
 *
 * @returns `undefined` where no variant was asked.
 * @throws {UsageError} If the copy has not the questions that were answered.
 */
export async function browsedSql(
  variants: readonly BrowsedVariant[],
  options: BrowsedSqlOptions,
): Promise<BrowserSql | undefined> {
  const { spider, ownPrompt } = options;
  const shots = [...new Set(variants.flatMap(({ verdicts }) => [...verdicts.keys()]))];
  if (shots.length === 0) return undefined;
  shots.sort((a, b) => a - b);
  const asked = askedQuestions(variants, spider);
  const places = new Map(asked.map(({ example }, at) => [example.id, at]));
  const local = variants.flatMap(({ verdicts }, variant) =>
    [...verdicts].map(([count, list]) => ({
      variant,
      prompt: shots.indexOf(count),
      chosen: list.map((verdict) => {
        const at = places.get(verdict.id)!;
        return [at, outcomeIndex(asked[at]!, verdict)] as const;
      }),
    }))
  );
  const { results, questions, outcomes, starts } = await withResults(asked, options);
  const answers = local.map(({ variant, prompt, chosen }): BrowserSqlAnswers => {
    const all = new Uint32Array(asked.length).fill(NO_OUTCOME);
    for (const [at, index] of chosen) all[at] = starts[at]! + index;
    return { variant, prompt, outcomes: all };
  });
  const databases = new Set(asked.map(({ example }) => example.dbId));
  return {
    prompts: shots.map((count) => count === OWN_PROMPT ? ownPrompt : shotsName(count)),
    questions,
    schemas: Object.fromEntries(
      [...databases].sort().map((dbId) => [dbId, serializeSchema(spider.schemas.get(dbId)!)]),
    ),
    outcomes,
    answers,
    results,
  };
}

/** The questions that any variant was asked, in the order of the data. */
function askedQuestions(variants: readonly BrowsedVariant[], spider: SpiderData): Asked[] {
  const examples = new Map(spider.dev.map((example) => [example.id, example]));
  const asked = new Map<string, Asked>();
  for (const { verdicts } of variants) {
    for (const { id, dbId, hardness } of [...verdicts.values()].flat()) {
      if (asked.has(id)) continue;
      const example = examples.get(id);
      if (!example || example.dbId !== dbId) {
        throw new UsageError(
          `Cannot browse: "${id}" was answered on database "${dbId}", and ${spider.root} has ` +
            (example ? `"${example.dbId}" there` : "no such question") +
            ": give the copy of the data that the study asked (--spider or --data-root)",
        );
      }
      asked.set(id, { example, hardness, outcomes: [], indices: new Map() });
    }
  }
  return spider.dev.flatMap(({ id }) => asked.get(id) ?? []);
}

function outcomeIndex({ outcomes, indices }: Asked, verdict: BrowsedVerdict): number {
  const { id: _id, dbId: _dbId, hardness: _hardness, ...outcome } = verdict;
  return indices.getOrInsertComputed(JSON.stringify(outcome), () => outcomes.push(outcome) - 1);
}

/** Runs what is to be shown; outcomes of all questions are one behind the other then. */
async function withResults(
  asked: readonly Asked[],
  { spider, timeoutMs, progress, signal }: BrowsedSqlOptions,
): Promise<
  Pick<BrowserSql, "results" | "questions" | "outcomes"> & { readonly starts: readonly number[] }
> {
  const run = asked.map(({ example, outcomes }): ShownQuestion => ({
    dbPath: spider.databasePath(example.dbId),
    gold: example.query,
    predictions: [...new Set(outcomes.filter(isRun).map(({ sql }) => sql))],
  }));
  const shown = await shownResults(run, { timeoutMs, progress, signal });
  const outcomes: BrowserOutcome[] = [];
  const starts = asked.map((question, at) => {
    const start = outcomes.length;
    for (const outcome of question.outcomes) {
      const place = isRun(outcome) ? run[at]!.predictions.indexOf(outcome.sql) : -1;
      const result = place < 0 ? undefined : shown.questions[at]!.predictions[place];
      outcomes.push({ ...outcome, ...(result === undefined ? {} : { result }) });
    }
    return start;
  });
  const questions = asked.map(({ example, hardness }, at): BrowserQuestion => {
    const { id, dbId, question, evidence, query } = example;
    const gold = shown.questions[at]!.gold;
    return {
      id,
      dbId,
      hardness,
      question: evidence === undefined ? question : `${question}\nEvidence: ${evidence}`,
      gold: query,
      ...(gold === undefined ? {} : { result: gold }),
    };
  });
  return { results: shown.results, questions, outcomes, starts };
}

/** Whether it came to rows that are not the gold's in the strictest reading. */
function isRun({ status, readings }: BrowserOutcome): boolean {
  return status === "mismatch" || (status === "match" && readings.includes(false));
}
