import type { ChangeRow, StudyRows, TradeOffRow } from "../rows/row_types.ts";
import type { LossRow } from "../rows/training_types.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { SUMMARY } from "./summary_fixture.ts";

// Made-up numbers for tests of layout and words only: they come from no model.

/** All rows of the made-up study. */
export const STUDY: StudyRows = summaryRows(SUMMARY);

/** Its finished adapters alone, of one scale. */
export const PLAIN: StudyRows = {
  ...STUDY,
  tradeOff: STUDY.tradeOff.filter(({ variant, origin }) => variant === origin.source).map((
    row,
  ) => ({
    ...row,
    origin: { source: row.origin.source },
  })),
};

/** The base model and the three variants that figures of bars are drawn of. */
export const SHOWN: readonly string[] = ["base", "all-linear@0.5", "all-linear", "qv"];

/** The rows of the shown variants. */
export function shownOf<Row extends { readonly variant: string }>(rows: readonly Row[]): Row[] {
  return rows.filter(({ variant }) => SHOWN.includes(variant));
}

/** Two falling loss curves of 40 marks. */
export const LOSS_ROWS: readonly LossRow[] = ["q/v", "all-linear"].flatMap((variant, index) =>
  Array.from({ length: 40 }, (_, step) => ({
    variant,
    step: step + 1,
    lossNats: 0.3 + 0.02 * index + 2.4 * Math.exp(-step / (8 + 6 * index)),
  }))
);

/** As many variants of twelve recipes at five scales, each a moved copy of one of the study. */
export function crowded(count: number): StudyRows {
  return {
    ...STUDY,
    tradeOff: Array.from({ length: count }, (_, i): TradeOffRow => {
      const like = STUDY.tradeOff[i % STUDY.tradeOff.length]!;
      const by = 0.02 * Math.sin(7.3 * i);
      return {
        ...like,
        variant: `variant ${i}`,
        origin: { source: `recipe ${i % 12}`, scale: [0.25, 0.5, 0.75, 1, 1.5][i % 5]! },
        recommended: i === count / 2,
        sql: moved(like.sql!, 2 * by),
        mmlu: moved(like.mmlu!, -by),
      };
    }),
  };
}

function moved(row: ChangeRow, by: number): ChangeRow {
  const { difference, ci95 } = row.verdict;
  const [low, high] = ci95!;
  return {
    ...row,
    verdict: { ...row.verdict, difference: difference + by, ci95: [low + by, high + by] },
  };
}

/** The study with other names, other rows left as they are. */
export function renamed(text: string): StudyRows {
  const tuned = <Row extends { readonly variant: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ variant }) => variant === "base" || variant === "qv").map((row) =>
      row.variant === "base" ? row : { ...row, variant: text }
    );
  return {
    ...STUDY,
    model: text,
    label: text,
    titles: { ...STUDY.titles, sql: text, mmlu: text, prose: text },
    accuracy: tuned(STUDY.accuracy),
    readings: tuned(STUDY.readings),
    shots: tuned(STUDY.shots),
    funnel: tuned(STUDY.funnel),
    counts: tuned(STUDY.counts),
    classes: tuned(STUDY.classes).map((row) => ({ ...row, errorClass: text })).slice(0, 1),
    sqlFlips: tuned(STUDY.sqlFlips).map((row) => ({
      ...row,
      flips: { ...row.flips, rows: row.flips.rows.map((move) => ({ ...move, from: text })) },
    })),
    chance: tuned(STUDY.chance),
    aboveChance: tuned(STUDY.aboveChance),
    letters: tuned(STUDY.letters),
    letterFlips: tuned(STUDY.letterFlips),
    prose: tuned(STUDY.prose),
    changes: tuned(STUDY.changes).map((row) => row.group === "all" ? row : { ...row, group: text }),
    tradeOff: tuned(STUDY.tradeOff).map((row) => ({ ...row, origin: { source: text } })),
    pairs: STUDY.pairs.map((row) => ({ ...row, first: text, variant: text })),
    seeds: STUDY.seeds.map((row) => ({ ...row, recipe: text })),
    // the made-up study has one recipe of several seeds
    seedPairs: STUDY.seeds.map((row) => ({
      ...row,
      recipe: text,
      against: text,
      outcome: row.change.verdict.outcome,
      adjusted: { p: 0.01, claims: 3 },
    })),
    plan: { ...STUDY.plan, paths: [{ name: text, variants: [text] }], primary: [text] },
    recommendation: {
      ...STUDY.recommendation!,
      chosen: text,
      passed: [{ variant: text, right: 1, n: 2 }],
    },
    coverage: [{ measure: "sql", asked: 3, scored: 2, clusters: 1, missing: text }],
  };
}
