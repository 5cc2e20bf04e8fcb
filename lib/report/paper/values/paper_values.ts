import { modelTitle } from "../../../runs/mod.ts";
import { MIN_SEEDS_OF_A_RECIPE } from "../../../stats/mod.ts";
import { ASSIGNMENT_SUCCESS_SCORE, HARDNESS_LEVELS } from "../../../sql/mod.ts";
import { FEW } from "../../figures/trade_off/trade_off_scales.ts";
import { BASE_NAME, overallAccuracy } from "../../rows/study_lookup.ts";
import { ALL } from "../../rows/groups.ts";
import {
  formatCount,
  formatDecimal,
  formatEstimate,
  formatNats,
  formatPercent,
} from "../../words/format_numbers.ts";
import { lossText, withUnit } from "../../words/measures.ts";
import { pValueText } from "../../words/verdict_words.ts";
import { tooFewClusters } from "../../words/shown_interval.ts";
import { exampleValues, LINE_OF_CODE } from "./example_values.ts";
import { findingValues } from "./finding_values.ts";
import { shownValues, trainingPlaces } from "./known_values.ts";
import { cutValues, namesOf } from "./outcome_values.ts";
import { unstableValues } from "./unstable_values.ts";
import { dataKinds, type PaperContext } from "../paper_inputs.ts";
import {
  categoryTable,
  errorTable,
  hardnessTable,
  letterTable,
  mainTable,
  proseTable,
  shotTable,
} from "../paper_tables.ts";
import { listIn, nameIn, type PaperWords } from "../paper_words.ts";
import { stepTable } from "../step_table.ts";
import type { TemplateFormats, TemplateValue, TemplateValues } from "../template.ts";
import { trainingTable } from "../training_table.ts";
import { foldWords, typstLines, typstString } from "../typst_text.ts";

/** The level of every interval of the library. */
const INTERVAL_LEVEL = 0.95;
/** The one-sided level at which a loss is excluded where no path has a level of its own. */
const EXCLUSION_LEVEL = 0.05;
const SHORT_HASH = 10;
/** Figures that a study may have something to show in. */
const FIGURES = [
  "trade_off",
  "trade_off_other",
  "scales",
  "seeds",
  "checkpoints",
] as const;
/** Recipes that one column has room for. */
const MOST_IN_COLUMN = 2;
/** Turns of a prompt are quoted up to so many characters. */
const LONGEST_TURN = 640;

/** How a paper prints numbers, in a language. */
export function paperFormats({ texts }: PaperWords): TemplateFormats {
  const localised = (format: (value: number) => string) => (value: number): string =>
    texts.numbers(format(value));
  return {
    count: localised(formatCount),
    number: localised(String),
    percent: localised(formatPercent),
    level: localised((share) => `${Number((100 * share).toFixed(2))} %`),
    nats: localised((nats) => formatNats(nats, 3)),
    decimal: localised((value) => formatDecimal(value, 2)),
  };
}

/**
 * Every value that a paper's template may take, by its key: `summary` is the study's file as it is,
 * all others are made of it by the library's own rules.
 *
 * @param figures Files of figures by name; those that the study has nothing to show in are left out.
 */
export function paperValues(
  context: PaperContext,
  figures: Readonly<Record<string, { readonly title: string }>>,
): TemplateValues {
  const { inputs } = context;
  const tooFew = context.rows.changes.filter(tooFewClusters);
  return {
    summary: inputs.summary as unknown as TemplateValue,
    study: studyValues(context),
    method: {
      interval: INTERVAL_LEVEL,
      exclusion: EXCLUSION_LEVEL,
      seedsOfARecipe: MIN_SEEDS_OF_A_RECIPE,
      matchScore: ASSIGNMENT_SUCCESS_SCORE,
      fewClusters: tooFew.some(({ evidence }) => evidence.kind === "score"),
      fewPassages: tooFew.some(({ evidence }) => evidence.kind === "mean"),
      timeoutSeconds: inputs.summary.config.spider.timeoutMs / 1000,
    },
    data: dataValues(context),
    plan: planValues(context),
    ...findingValues(context),
    unstable: unstableValues(context),
    examples: exampleValues(context),
    tables: {
      training: trainingTable(context),
      main: mainTable(context),
      hardness: hardnessTable(context),
      shots: shotTable(context),
      steps: stepTable(context),
      errors: errorTable(context),
      categories: has(context, "mmlu") ? categoryTable(context) : null,
      letters: has(context, "mmlu") ? letterTable(context) : null,
      prose: has(context, "prose") ? proseTable(context) : null,
    },
    figures: Object.fromEntries(
      FIGURES.map((name) => {
        const figure = figures[`${name}.svg`];
        const drawing = figure && `drawing("${name}.svg", ${typstString(figure.title)})`;
        return [name, drawing === undefined ? null : { typst: drawing, plain: "" }];
      }),
    ),
    prompt: promptValue(context),
    limits: inputs.limits,
    repetition: inputs.repetition === true,
    paper: paperFacts(context),
  };
}

function has({ rows }: PaperContext, measure: string): boolean {
  return rows.changes.some((row) => row.measure === measure);
}

/** The turns of a prompt as the arguments of their drawing; `null` where none was made. */
function promptValue({ inputs: { prompt } }: PaperContext): TemplateValue {
  if (prompt === undefined) return null;
  const turns = prompt.map(({ role, content }) => {
    const cut = content.length > LONGEST_TURN
      ? `${content.slice(0, LONGEST_TURN / 2)} […] ${content.slice(-LONGEST_TURN / 2)}`
      : content;
    return `(${typstString(role)}, ${typstLines(foldWords(cut, LINE_OF_CODE))})`;
  });
  return { typst: `turns(${turns.join(", ")})`, plain: "" };
}

function paperFacts({ inputs: { authors, summary } }: PaperContext): TemplateValues {
  const [year, month, day] = summary.plan.written.slice(0, 10).split("-").map(Number);
  return {
    authors: { typst: `(${authors.map((one) => `${typstString(one)},`).join(" ")})`, plain: "" },
    date: { typst: `datetime(year: ${year}, month: ${month}, day: ${day})`, plain: "" },
    day: summary.plan.written.slice(0, 10),
  };
}

function studyValues({ inputs: { summary }, rows, words }: PaperContext): TemplateValues {
  const { provenance, config, variants } = summary;
  const tuned = variants.length - 1;
  const model = modelTitle(config);
  const title = model.split("/").at(-1)!;
  return {
    name: summary.name,
    model: { typst: `#model-name(${typstString(model)});`, plain: model },
    title: { typst: typstString(title), plain: title },
    family: /qwen.*coder/i.test(config.model.id)
      ? "qwencoder"
      : /smollm2/i.test(config.model.id)
      ? "smollm"
      : null,
    label: rows.label ?? null,
    device: provenance.device,
    dtype: provenance.dtype,
    commit: provenance.git.commit?.slice(0, SHORT_HASH) ?? null,
    isChanged: provenance.git.dirty,
    configHash: summary.configHash.slice(0, SHORT_HASH),
    recipes: config.training.recipes.length,
    trainings: new Set(
      rows.tradeOff.map(({ origin: { source, seed } }) => JSON.stringify([source, seed ?? null])),
    ).size,
    severalRecipes: config.training.recipes.length > 1,
    manyRecipes: config.training.recipes.length + config.adapters.length > MOST_IN_COLUMN,
    ownEngine: config.engine.kind === "onnx",
    scales: listIn(words, config.sweep.scales.map((scale) => words.texts.numbers(String(scale)))),
    severalScales: config.sweep.scales.length > 1,
    checkpoints: config.sweep.checkpoints,
    severalCheckpoints: config.sweep.checkpoints > 1,
    checkpointPaths: config.sweep.checkpoints > 1 && config.sweep.earlier !== "curve",
    severalSeeds: rows.seeds.length > 0,
    manyVariants: rows.tradeOff.filter((row) => row.sql && row[rows.plan.gauge]).length > FEW,
    ofSeeds: namesOf(words, [...new Set(rows.seeds.map(({ recipe }) => recipe))]),
    tuned,
    oneTuned: tuned === 1,
    outsideTrainSplit: variants.some(({ origin }) => origin.outsideTrainSplit === true),
    examples: config.training.examples,
    ...trainingPlaces(summary, words),
    fixedOrder: config.training.deterministic === true,
    trainingPrompt: (config.training.prompt ?? "zero-shot").replace("-", "_"),
    tokenLimit: config.training.recipes.some(({ maxTokens }) => maxTokens !== undefined),
    dora: Object.values(provenance.adapterSettings).some(({ dora }) => dora),
    rsLora: Object.values(provenance.adapterSettings).some(({ rsLora }) => rsLora),
    trl: provenance.tools.trl ?? null,
    peft: provenance.tools.peft ?? null,
  };
}

function dataValues({ inputs: { summary }, rows, words, variants }: PaperContext): TemplateValues {
  const { counts, config } = summary;
  const { texts } = words;
  const kinds = dataKinds(summary);
  const base = overallAccuracy(rows, "sql", BASE_NAME);
  const choice = overallAccuracy(rows, "mmlu", BASE_NAME);
  const chance = rows.chance.find((row) => row.variant === BASE_NAME && row.group === ALL);
  const prose = rows.prose.find((row) => row.variant === BASE_NAME && row.group === ALL);
  const scores = summary.variants[0]!;
  const categories = Object.keys(scores.mmlu?.byCategory ?? {});
  return {
    sql: {
      kind: kinds.spider,
      title: nameIn(words, rows.titles.sql),
      n: counts.sql?.scored ?? 0,
      asked: counts.sql?.asked ?? 0,
      databases: counts.sql?.databases ?? 0,
      missingCount: counts.sql?.missing ?? 0,
      missingDatabases: (counts.sql?.missingDatabases ?? []).map(({ dbId, examples }) => ({
        name: dbId,
        examples,
      })),
      unjudged: counts.sql?.unjudged?.length ?? 0,
      shots: config.spider.shots,
      zeroShot: config.spider.shots === 0,
      otherShots: config.sweep.shots.length === 0
        ? null
        : listIn(words, config.sweep.shots.map(String)),
      oneOtherShot: config.sweep.shots.join() === "1",
      maxNewTokens: config.spider.maxNewTokens,
      cellValues: config.spider.schema?.cellValues ?? 0,
      oneCellValue: config.spider.schema?.cellValues === 1,
      base: base ? texts.numbers(formatEstimate(base)) : null,
      levels: listIn(words, HARDNESS_LEVELS.map((level) => nameIn(words, level))),
      ...cutValues({ rows, words }),
    },
    mmlu: counts.mmlu
      ? {
        kind: kinds.mmlu,
        title: nameIn(words, rows.titles.mmlu),
        n: counts.mmlu.scored,
        subjects: counts.mmlu.subjects,
        ...shownValues(summary),
        perCategory: config.mmlu.perCategory,
        // a category may have fewer
        upTo: counts.mmlu.asked <
          (config.mmlu.perCategory ?? 0) * categories.length,
        someZero: rows.changes.some(({ measure, group, variant, verdict }) =>
          measure === "mmlu" && group !== ALL && variants.shown.includes(variant) &&
          verdict.difference === 0
        ),
        categoryCount: categories.length,
        categories: listIn(words, categories.map((name) => nameIn(words, name))),
        base: choice ? texts.numbers(formatEstimate(choice)) : null,
        chance: chance ? texts.numbers(formatPercent(chance.chance)) : null,
        aboveChance: chance?.shown ?? false,
        chanceP: chance ? texts.numbers(pValueText(chance.pValue)) : null,
      }
      : null,
    prose: counts.prose
      ? {
        kind: kinds.prose,
        n: counts.prose.scored,
        topics: counts.prose.topics,
        tokens: scores.prose?.tokens ?? 0,
        base: prose ? withUnit(texts.numbers(formatNats(prose.nats, 3)), "prose", texts) : null,
      }
      : null,
  };
}

function planValues({ inputs: { summary }, rows, words }: PaperContext): TemplateValues {
  const { plan, findings } = summary;
  return {
    tolerated: lossText(plan.delta, plan.gauge, words.texts),
    gauge: nameIn(words, rows.titles[plan.gauge]),
    otherGauge: nameIn(words, rows.titles[plan.gauge === "mmlu" ? "prose" : "mmlu"]),
    gaugeKey: plan.gauge,
    alpha: plan.alpha,
    level: plan.alpha / Math.max(1, plan.paths.length),
    paths: plan.paths.length,
    onePath: plan.paths.length === 1,
    primary: plan.primary.length,
    onePrimary: plan.primary.length === 1,
    claims: findings.claims.length,
    oneClaim: findings.claims.length === 1,
    afterAnswers: plan.afterAnswers ?? false,
    choose: plan.halves.choose.length,
    confirm: plan.halves.confirm.length,
    oneChoose: plan.halves.choose.length === 1,
    oneConfirm: plan.halves.confirm.length === 1,
  };
}
