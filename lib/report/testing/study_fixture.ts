import type { AccuracyRow, LossRow, StudyRows, TradeOffPoint } from "../rows.ts";

// Made-up numbers for tests of layout only: they come from no model.

/** Three variants whose bars overlap, one of them at chance on MMLU. */
export const POINTS: readonly TradeOffPoint[] = [
  point("q/v, lr 2e-4", [0.104, 0.062], [0.013, 0.05]),
  { ...point("all-linear, lr 1e-3", [0.271, 0.09], [0.04, 0.06]), mmluAtChance: true },
  point("all-linear, lr 2e-4", [0.26, 0.085], [0.03, 0.05]),
];

/** Four variants nearly on top of each other, beside the origin. */
export const CROWDED_POINTS: readonly TradeOffPoint[] = [
  point("r8 q/v, lr 1e-4", [0.02, 0.03], [-0.01, 0.03]),
  point("r16 q/v, lr 1e-4", [0.024, 0.04], [-0.006, 0.03]),
  point("r16 q/k/v/o, lr 2e-4", [0.028, 0.05], [-0.002, 0.03]),
  point("r16 all-linear, lr 2e-4", [0.032, 0.06], [0.002, 0.03]),
];

/** SQL by hardness: base and two variants. */
export const SQL_ROWS: readonly AccuracyRow[] = [
  ...accuracies("sql", "base", { easy: [1, 30], medium: [1, 36], hard: [0, 18], all: [2, 84] }),
  ...accuracies("sql", "q/v", { easy: [8, 30], medium: [9, 36], hard: [1, 18], all: [18, 84] }),
  ...accuracies("sql", "all", { easy: [30, 30], medium: [12, 36], hard: [3, 18], all: [45, 84] }),
];

/** MMLU by category: base and one variant. */
export const MMLU_ROWS: readonly AccuracyRow[] = [
  ...accuracies("mmlu", "base", {
    STEM: [13, 50],
    Humanities: [12, 50],
    "Social sciences": [17, 50],
    all: [42, 150],
  }),
  ...accuracies("mmlu", "q/v", {
    STEM: [11, 50],
    Humanities: [15, 50],
    "Social sciences": [16, 50],
    all: [42, 150],
  }),
];

/** Two falling loss curves of 40 marks. */
export const LOSS_ROWS: readonly LossRow[] = ["q/v", "all-linear"].flatMap((variant, index) =>
  Array.from({ length: 40 }, (_, step) => ({
    variant,
    step: step + 1,
    lossNats: 0.3 + 0.02 * index + 2.4 * Math.exp(-step / (8 + 6 * index)),
  }))
);

/** A whole study of one variant. */
export const STUDY: StudyRows = {
  model: "Tiny-Model",
  label: "sample",
  accuracy: [...SQL_ROWS.filter((row) => row.variant !== "all"), ...MMLU_ROWS],
  readings: [],
  chance: [],
  coverage: [],
  differences: [
    {
      measure: "sql",
      variant: "q/v",
      group: "all",
      n: 84,
      mean: 16 / 84,
      ci95: [0.1, 0.28],
      gained: 17,
      lost: 1,
      pValue: 0.000145,
    },
    {
      measure: "mmlu",
      variant: "q/v",
      group: "all",
      n: 150,
      mean: 0,
      ci95: [-0.051, 0.051],
      gained: 8,
      lost: 8,
      pValue: 1,
    },
  ],
  changes: [
    {
      measure: "sql",
      variant: "q/v",
      group: "all",
      change: { kind: "relative", mean: 8, ci95: [2.5, 20] },
    },
    { measure: "mmlu", variant: "q/v", group: "all", change: { kind: "at_chance" } },
  ],
  counts: [
    { variant: "base", status: "match", count: 2, n: 84 },
    { variant: "base", status: "no_sql", count: 60, n: 84 },
    { variant: "base", status: "sql_error", count: 22, n: 84 },
    { variant: "q/v", status: "match", count: 18, n: 84 },
    { variant: "q/v", status: "mismatch", count: 50, n: 84 },
    { variant: "q/v", status: "sql_error", count: 16, n: 84 },
  ],
};

function point(
  variant: string,
  [gain, gainHalf]: readonly [number, number],
  [loss, lossHalf]: readonly [number, number],
): TradeOffPoint {
  return {
    variant,
    sqlGain: { n: 96, mean: gain, ci95: [gain - gainHalf, gain + gainHalf] },
    mmluLoss: { n: 150, mean: loss, ci95: [loss - lossHalf, loss + lossHalf] },
    mmluAtChance: false,
  };
}

function accuracies(
  measure: "sql" | "mmlu",
  variant: string,
  groups: Readonly<Record<string, readonly [number, number]>>,
): AccuracyRow[] {
  return Object.entries(groups).map(([group, [successes, n]]) => {
    const mean = successes / n;
    return { measure, variant, group, successes, n, mean, ci95: wilson(successes, n) };
  });
}

// Written out again rather than imported: this room reads statistics, it does not make them.
function wilson(successes: number, n: number): [number, number] {
  const z = 1.959964;
  const p = successes / n;
  const centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
