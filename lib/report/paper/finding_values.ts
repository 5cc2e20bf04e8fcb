import { confirmedGain } from "../findings/recommendation_finding.ts";
import { letterReading } from "../findings/letter_sentences.ts";
import { correlationReading } from "../findings/recipe_findings.ts";
import type { ChangeRow, Measure, StudyRows } from "../rows/row_types.ts";
import { ALL } from "../rows/change_rows.ts";
import { BASE_NAME, overallAccuracy, overallChange } from "../rows/study_lookup.ts";
import { movesText } from "../tables/letter_table.ts";
import { formatDecimal, formatNats, formatPercent } from "../words/format_numbers.ts";
import { changeBounds } from "../words/measures.ts";
import { changeIn, changeSentenceIn } from "../words/verdict_words.ts";
import { percentIn } from "./change_cells.ts";
import type { PaperContext } from "./paper_inputs.ts";
import { listIn, nameIn, type PaperWords } from "./paper_words.ts";
import { identifierOf } from "./typst_text.ts";
import type { TemplateValue, TemplateValues } from "./template.ts";

/** Differences between recipes that a text names. */
const NAMED_PAIRS = 6;
/** Moves of letters that a text names. */
const NAMED_MOVES = 2;
/** From this share of moved letters on, one target is named. */
const MOST = 0.6;

/** What a study found, as values of a template: sentences are worded by its verdicts alone. */
export function findingValues(context: PaperContext): TemplateValues {
  const { rows, variants } = context;
  const value = (name: string): TemplateValues => variantValues(context, name);
  return {
    variants: variants.shown.map(value),
    main: { ...value(variants.main), ...mainValues(context) },
    forgets: variants.forgets === undefined ? null : value(variants.forgets),
    forgetsIsMain: variants.forgets === variants.main,
    rec: recommendationValues(context),
    pairs: pairValues(context),
    seeds: seedValues(context),
    correlation: correlationValues(rows, context.words),
  };
}

function variantValues(context: PaperContext, name: string): TemplateValues {
  const { rows, words, variants } = context;
  const sql = overallChange(rows, "sql", name);
  const prose = overallChange(rows, "prose", name);
  const nats = rows.prose.find((row) => row.variant === name && row.group === ALL)?.nats;
  const score = (measure: "sql" | "mmlu"): string => {
    const row = overallAccuracy(rows, measure, name);
    return row ? words.texts.numbers(formatPercent(row.mean)) : "";
  };
  return {
    name: identifierOf(name),
    recommended: name === variants.recommended,
    forgets: name === variants.forgets,
    sql: sql
      ? {
        score: score("sql"),
        change: sentence(words, sql),
        outcome: sql.outcome,
        n: sql.evidence.n,
        gained: sql.evidence.kind === "score" ? sql.evidence.gained : 0,
        lost: sql.evidence.kind === "score" ? sql.evidence.lost : 0,
        runs: changeOrNull(words, overallChange(rows, "runs", name)),
      }
      : null,
    mmlu: choiceValues(context, name, score("mmlu")),
    prose: prose && nats !== undefined
      ? {
        nats: words.texts.numbers(formatNats(nats, 3)),
        change: sentence(words, prose),
        outcome: prose.outcome,
      }
      : null,
  };
}

function choiceValues(
  { rows, words }: PaperContext,
  name: string,
  score: string,
): TemplateValues | null {
  const change = overallChange(rows, "mmlu", name);
  if (!change) return null;
  const priorFree = overallChange(rows, "prior_free", name);
  const habit = overallChange(rows, "habit", name);
  const written = overallChange(rows, "written", name);
  const flips = rows.letterFlips.find((row) => row.variant === name)?.flips;
  return {
    score,
    change: sentence(words, change),
    outcome: change.outcome,
    percent: percentIn(words, change),
    letters: priorFree && habit
      ? {
        reading: letterReading(change, { priorFree, habit }),
        priorFree: sentence(words, priorFree),
        habit: numbers(words, habit),
        habitShown: habit.outcome === "gain" || habit.outcome === "loss",
        moved: flips?.moved ?? 0,
        n: flips?.n ?? 0,
        moves: movesText(flips?.rows ?? [], NAMED_MOVES)
          .replaceAll(" to ", words.language === "en" ? " to " : " para "),
        toOne: flips && flips.moved > 0 && flips.largestTargetShare > MOST
          ? words.texts.numbers(formatPercent(flips.largestTargetShare))
          : null,
      }
      : null,
    written: changeOrNull(words, written),
    formOnly: written?.outcome === "loss" && change.outcome !== "loss",
  };
}

/** What is said of the main variant alone: groups by their word, scales, and other prompts. */
function mainValues(context: PaperContext): TemplateValues {
  const { rows, words, variants: { main } } = context;
  const own = rows.changes.filter(({ variant }) => variant === main);
  const hardness = own.filter((row) =>
    row.measure === "sql" &&
    rows.accuracy.some(({ group, variant, measure }) =>
      measure === "sql" && variant === BASE_NAME && group === row.group && group !== ALL
    )
  );
  const categories = own.filter(({ measure, group }) => measure === "mmlu" && group !== ALL);
  const kinds = own.filter(({ measure, group }) => measure === "prose" && group !== ALL);
  const shots = own.filter(({ measure, group }) => measure === "sql" && /-shot$/.test(group));
  return {
    hardness: groupsByWord(words, hardness),
    categories: groupsByWord(words, categories),
    kinds: groupsByWord(words, kinds),
    shots: shots.map((row) => ({
      count: row.group.replace(/-shot$/, ""),
      change: sentence(words, row),
      base: shotScore(context, BASE_NAME, row.group),
      score: shotScore(context, main, row.group),
    })),
    steps: stepValues(context),
    proseShowsMore: isShown(overallChange(rows, "prose", main)) &&
      !isShown(overallChange(rows, "mmlu", main)),
    training: trainingValues(context),
  };
}

function isShown(row: ChangeRow | undefined): boolean {
  return row?.outcome === "gain" || row?.outcome === "loss";
}

/** What the training of the main variant took; `null` where it left no loss log. */
function trainingValues({ inputs, rows, variants: { main } }: PaperContext): TemplateValues | null {
  const source = rows.tradeOff.find(({ variant }) => variant === main)?.origin.source;
  const row = inputs.trainings.find(({ variant }) => variant === source);
  return row ? { steps: row.steps, tokens: row.tokens } : null;
}

function shotScore({ rows, words }: PaperContext, variant: string, group: string): string {
  const row = rows.shots.find((row) => row.variant === variant && row.group === group);
  return row ? words.texts.numbers(formatPercent(row.mean)) : "";
}

/** Names of groups by the word of their change; `null` where there is none of a word. */
function groupsByWord(words: PaperWords, rows: readonly ChangeRow[]): TemplateValues {
  const of = (wanted: (row: ChangeRow) => boolean): string | null => {
    const names = rows.filter(wanted).map(({ group }) => nameIn(words, group));
    return names.length === 0 ? null : listIn(words, names);
  };
  return {
    some: rows.length > 0,
    gains: of(({ outcome }) => outcome === "gain"),
    losses: of(({ outcome }) => outcome === "loss"),
    open: of(({ outcome }) => outcome !== "gain" && outcome !== "loss"),
  };
}

/** The scales of the main variant's own path, ascending; empty where there is one alone. */
function stepValues({ rows, words, variants: { main } }: PaperContext): TemplateValue {
  const { gauge } = rows.plan;
  const path = rows.plan.paths.find(({ variants }) => variants.includes(main));
  const steps = (path?.variants ?? []).flatMap((name) => {
    const row = rows.tradeOff.find(({ variant }) => variant === name);
    if (row?.sql === undefined || row[gauge] === undefined) return [];
    return [{
      scale: words.texts.numbers(String(row.origin.scale ?? 1)),
      sql: numbers(words, row.sql),
      gauge: numbers(words, row[gauge]),
    }];
  });
  return steps.length > 1 ? steps : [];
}

function recommendationValues({ rows, words }: PaperContext): TemplateValues | null {
  const { recommendation } = rows;
  if (!recommendation) return null;
  const { outcome, chosen, passed, halves, neededExamples, paths, gain } = recommendation;
  const steps = paths.flatMap((path) => path.steps);
  const own = passed.find(({ variant }) => variant === chosen);
  return {
    outcome,
    chosen: chosen === undefined ? null : identifierOf(chosen),
    right: own?.right ?? 0,
    n: own?.n ?? 0,
    passed: passed.length,
    onePassed: passed.length === 1,
    gain: gain ? changeSentenceIn(words.texts, confirmedGain(recommendation)) : null,
    needed: neededExamples ?? null,
    confirm: halves.confirm.length,
    lossShown: outcome === "recommended" &&
      overallChange(rows, rows.plan.gauge, chosen!)?.outcome === "loss",
    steps: steps.length,
    tested: steps.filter(({ tested }) => tested).length,
    stepsPassed: steps.filter((step) => step.passed).length,
  };
}

function pairValues({ rows, words }: PaperContext): TemplateValues | null {
  if (rows.pairs.length === 0) return null;
  const shown = rows.pairs.filter(isShown);
  return {
    n: rows.pairs.length,
    shown: shown.length,
    open: rows.pairs.length - shown.length,
    allNamed: shown.length <= NAMED_PAIRS,
    list: shown.slice(0, NAMED_PAIRS).map((row) => ({
      one: identifierOf(row.first),
      other: identifierOf(row.variant),
      measure: measureIn(words, rows, row.measure),
      change: sentence(words, row),
    })),
  };
}

function seedValues({ rows, words }: PaperContext): TemplateValue {
  return [...Map.groupBy(rows.seeds, ({ recipe }) => recipe)].map(([recipe, own]) => {
    const { seeds, speaksOfRecipe } = own[0]!.change;
    return {
      recipe: identifierOf(recipe),
      seeds,
      speaksOfRecipe,
      changes: listIn(
        words,
        own.map(({ measure, change: { verdict } }) => {
          const { difference, ci95 } = verdict;
          const bounds = ci95 === undefined
            ? ""
            : ` ${words.texts.numbers(changeBounds(ci95, measure))}`;
          return `${measureIn(words, rows, measure)} ` +
            `${changeIn(words.texts, measure, difference)}${bounds}`;
        }),
      ),
    };
  });
}

function correlationValues(
  { proseAndMmlu }: StudyRows,
  { texts }: PaperWords,
): TemplateValues | null {
  if (!proseAndMmlu) return null;
  const { n, pearson } = proseAndMmlu;
  const [r, ...ends] = [pearson.r, ...(pearson.ci95 ?? [])].map((one) => formatDecimal(one, 2));
  const bounds = ends.length === 0 ? "" : ` [${ends.join(", ")}]`;
  return { n, r: texts.numbers(`${r}${bounds}`), reading: correlationReading(pearson) };
}

function measureIn(words: PaperWords, { titles }: StudyRows, measure: Measure): string {
  return nameIn(words, titles[measure as keyof typeof titles] ?? measure);
}

function sentence({ texts }: PaperWords, row: ChangeRow): string {
  return changeSentenceIn(texts, row);
}

function changeOrNull(words: PaperWords, row: ChangeRow | undefined): string | null {
  return row ? sentence(words, row) : null;
}

/** A change with its interval and no word: for what is described and not claimed. */
function numbers({ texts }: PaperWords, { measure, verdict }: ChangeRow): string {
  const { difference, ci95 } = verdict;
  const change = changeIn(texts, measure, difference);
  return ci95 === undefined ? change : `${change} ${texts.numbers(changeBounds(ci95, measure))}`;
}
