import { confirmedGain, neededItems } from "../../findings/recommendation_finding.ts";
import { letterReading, shareToOne } from "../../findings/letter_sentences.ts";
import type { ChangeRow, StudyRows, TradeOffRow } from "../../rows/row_types.ts";
import { ALL } from "../../rows/groups.ts";
import { BASE_NAME, overallAccuracy, overallChange } from "../../rows/study_lookup.ts";
import { movesText } from "../../tables/letter_table.ts";
import { fewDatabasesText } from "../../tables/plan_text.ts";
import { cutCounts, isMostlyCut } from "../../words/cut_text.ts";
import { formatPercent } from "../../words/format_numbers.ts";
import { changeSentence, isShown } from "../../words/verdict_words.ts";
import type { PaperContext } from "../paper_inputs.ts";
import {
  classValues,
  hardnessLevels,
  hardnessValues,
  numbersOf,
  outcomeValues,
  shortSentence,
  sourceOf,
} from "./outcome_values.ts";
import { focusOf } from "../paper_variants.ts";
import { listIn, nameIn, type PaperWords } from "../paper_words.ts";
import { anchorValues, replayValues } from "./general_values.ts";
import { correlationValues, pairValues } from "./pair_values.ts";
import { seedPairValues, seedValues } from "./seed_values.ts";
import { stepRows } from "../step_table.ts";
import { identifierOf } from "../typst_text.ts";
import type { TemplateValue, TemplateValues } from "../template.ts";

/** Moves of letters that a text names. */
const NAMED_MOVES = 2;
/** Classes of error that a text names. */
const NAMED_CLASSES = 2;

/** What a study found, as values of a template: sentences are worded by its verdicts alone. */
export function findingValues(context: PaperContext): TemplateValues {
  const { rows, variants } = context;
  const value = (name: string): TemplateValues => variantValues(context, name);
  return {
    groups: outcomeValues(context),
    hardness: hardnessValues(context),
    classes: classValues(context, NAMED_CLASSES),
    habits: habitValues(context),
    replay: replayValues(context),
    anchors: anchorValues(context),
    main: { ...value(variants.main), ...detailValues(context, variants.main) },
    forgets: variants.forgets === undefined ? null : {
      ...value(variants.forgets),
      ...detailValues(context, variants.forgets),
    },
    focus: focusOf(variants).map(value),
    forgetsIsMain: variants.forgets === variants.main,
    forgetsIsPrimary: rows.plan.primary.includes(variants.forgets ?? ""),
    rec: recommendationValues(context),
    pairs: pairValues(context),
    seeds: seedValues(context),
    seedPairs: seedPairValues(context),
    correlation: correlationValues(rows, context.words),
  };
}

function variantValues(context: PaperContext, name: string): TemplateValues {
  const { rows, words } = context;
  const sql = overallChange(rows, "sql", name);
  const prose = overallChange(rows, "prose", name);
  return {
    name: identifierOf(name),
    sql: sql
      ? {
        score: sqlScore(context, name),
        short: shortSentence(words, sql),
        numbers: numbersOf(words, sql),
        outcome: sql.outcome,
        runs: shortOrNull(words, overallChange(rows, "runs", name)),
      }
      : null,
    mmlu: choiceValues(context, name),
    prose: prose
      ? {
        short: shortSentence(words, prose),
        outcome: prose.outcome,
      }
      : null,
  };
}

function choiceValues({ rows, words }: PaperContext, name: string): TemplateValues | null {
  const change = overallChange(rows, "mmlu", name);
  if (!change) return null;
  const priorFree = overallChange(rows, "prior_free", name);
  const habit = overallChange(rows, "habit", name);
  const written = overallChange(rows, "written", name);
  const flips = rows.letterFlips.find((row) => row.variant === name)?.flips;
  const toOne = flips && shareToOne(flips);
  return {
    short: shortSentence(words, change),
    outcome: change.outcome,
    letters: priorFree && habit
      ? {
        reading: letterReading(change, { priorFree, habit }),
        priorFree: shortSentence(words, priorFree),
        habit: numbersOf(words, habit),
        habitShown: isShown(habit),
        moved: flips?.moved ?? 0,
        n: flips?.n ?? 0,
        moves: words.texts.numbers(movesText(flips?.rows ?? [], NAMED_MOVES))
          .replaceAll(" to ", words.language === "en" ? " to " : " para "),
        toOne: toOne === undefined ? null : words.texts.numbers(formatPercent(toOne)),
      }
      : null,
    written: shortOrNull(words, written),
    writtenN: written?.evidence.n ?? 0,
    formOnly: written?.outcome === "loss" && change.outcome !== "loss",
  };
}

/** What is said of a few variants alone: groups by their word, scales, and other prompts. */
function detailValues(context: PaperContext, name: string): TemplateValues {
  const { rows, words } = context;
  const own = rows.changes.filter(({ variant }) => variant === name);
  const levels = hardnessLevels(rows);
  const hardness = own.filter(({ measure, group }) => measure === "sql" && levels.includes(group));
  const categories = own.filter(({ measure, group }) => measure === "mmlu" && group !== ALL);
  const kinds = own.filter(({ measure, group }) => measure === "prose" && group !== ALL);
  const shots = own.filter(({ measure, group }) => measure === "sql" && /-shot$/.test(group));
  return {
    hardness: groupsByWord(words, hardness),
    categories: groupsByWord(words, categories),
    kinds: groupsByWord(words, kinds, words.kindOfText),
    shots: shots.map((row) => ({
      count: Number(row.group.replace(/-shot$/, "")),
      change: shortSentence(words, row),
      base: shotScore(context, BASE_NAME, row.group),
      score: shotScore(context, name, row.group),
      baseOwn: sqlScore(context, BASE_NAME),
      scoreOwn: sqlScore(context, name),
    })),
    ...stepValues(context, name),
    // what is said of groups of one gauge, and of both gauges
    saysKnowledge: categories.length > 1 || kinds.length > 1 ||
      [overallChange(rows, "mmlu", name), overallChange(rows, "prose", name)].every(Boolean),
    proseShowsMore: isShown(overallChange(rows, "prose", name)) &&
      !isShown(overallChange(rows, "mmlu", name)),
    training: trainingValues(context, name),
  };
}

/** The shown variants whose choice of letters is shown to have moved their score. */
function habitValues({ rows, words, variants }: PaperContext): TemplateValue {
  return variants.shown.flatMap((name) => {
    const habit = overallChange(rows, "habit", name);
    return isShown(habit) ? [{ name: identifierOf(name), change: numbersOf(words, habit!) }] : [];
  });
}

/** What the training of a variant took; `null` where it left no loss log. */
function trainingValues({ inputs, rows }: PaperContext, name: string): TemplateValues | null {
  const source = sourceOf(rows, name);
  const row = inputs.trainings.find(({ variant }) => variant === source);
  return row ? { steps: row.steps, tokens: row.tokens } : null;
}

/** A variant's accuracy on all questions as a text; empty where it was not measured. */
function sqlScore({ rows, words }: PaperContext, variant: string): string {
  const row = overallAccuracy(rows, "sql", variant);
  return row ? words.texts.numbers(formatPercent(row.mean)) : "";
}

function shotScore({ rows, words }: PaperContext, variant: string, group: string): string {
  const row = rows.shots.find((row) => row.variant === variant && row.group === group);
  return row ? words.texts.numbers(formatPercent(row.mean)) : "";
}

/** Names of groups by the word of their change; `null` where there is none of a word. */
function groupsByWord(
  words: PaperWords,
  rows: readonly ChangeRow[],
  nameOf: (group: string) => string = (group) => nameIn(words, group),
): TemplateValues {
  const of = (wanted: (row: ChangeRow) => boolean): string | null => {
    const names = rows.filter(wanted).map(({ group }) => nameOf(group));
    return names.length === 0 ? null : listIn(words, names);
  };
  return {
    // one group is all examples, of which is said enough elsewhere
    several: rows.length > 1,
    gains: of(({ outcome }) => outcome === "gain"),
    losses: of(({ outcome }) => outcome === "loss"),
    open: of((row) => !isShown(row)),
  };
}

/** The last step of a variant's path that passed, and the first one that did not. */
function stepValues({ rows, words }: PaperContext, name: string): TemplateValues {
  const steps = stepRows(rows, name);
  const writtenLoss = (variant: string): TemplateValues | null => {
    const written = overallChange(rows, "written", variant);
    return written?.outcome === "loss"
      ? { change: numbersOf(words, written), n: written.evidence.n }
      : null;
  };
  const mostlyCut = (variant: string): TemplateValues | null => {
    const counts = cutCounts(rows.accuracy).find((own) => own.variant === variant);
    return counts && isMostlyCut(counts) ? { count: counts.cut, of: counts.n } : null;
  };
  const of = (row: TradeOffRow | undefined): TemplateValue =>
    row?.sql && row[rows.plan.gauge]
      ? {
        scale: words.texts.numbers(String(row.origin.scale ?? 1)),
        sql: numbersOf(words, row.sql),
        gauge: numbersOf(words, row[rows.plan.gauge]!),
        itself: row.variant === name,
        sqlGain: row.sql.outcome === "gain",
        writtenLoss: writtenLoss(row.variant),
        cut: mostlyCut(row.variant),
      }
      : null;
  return {
    earliest: earliestValues(rows, words, name),
    lastPassed: of(steps.findLast(({ step }) => step === "passed")),
    firstFailed: of(steps.find(({ step }) => step === "not passed")),
  };
}

/** The earliest checkpoint of a variant's own training; `null` where none was evaluated. */
function earliestValues(rows: StudyRows, words: PaperWords, name: string): TemplateValues | null {
  const origin = rows.tradeOff.find(({ variant }) => variant === name)?.origin;
  const own = rows.tradeOff.filter((row) =>
    row.origin.source === origin?.source && row.origin.seed === origin?.seed &&
    row.origin.scale === 1 && row.origin.checkpoint !== undefined && row.variant !== name
  );
  const [first] = own.toSorted((a, b) => a.origin.checkpoint!.index - b.origin.checkpoint!.index);
  const gauge = first?.[rows.plan.gauge];
  if (!first?.sql || !gauge) return null;
  return {
    part: `${first.origin.checkpoint!.index}/${first.origin.checkpoint!.of}`,
    sql: shortSentence(words, first.sql),
    gauge: shortSentence(words, gauge),
    lossFirst: gauge.outcome === "loss" && first.sql.outcome !== "gain",
  };
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
    gain: gain ? changeSentence(confirmedGain(recommendation), words.texts) : null,
    needed: neededExamples ?? null,
    ...neededWords(rows, neededExamples),
    confirm: halves.confirm.length,
    fewToConfirm: fewDatabasesText(halves) !== "",
    lossShown: outcome === "recommended" &&
      overallChange(rows, rows.plan.gauge, chosen!)?.outcome === "loss",
    steps: steps.length,
    tested: steps.filter(({ tested }) => tested).length,
    stepsPassed: steps.filter((step) => step.passed).length,
  };
}

/** How many items it takes, and which of three sentences says so. */
function neededWords(rows: StudyRows, found: number | undefined): TemplateValues {
  const { asked, few, needed } = neededItems(rows, found);
  return {
    asked,
    passages: rows.plan.gauge === "prose",
    needs: few ? "few" : needed === undefined ? "none" : "some",
  };
}

function shortOrNull(words: PaperWords, row: ChangeRow | undefined): string | null {
  return row ? shortSentence(words, row) : null;
}
