import * as Plot from "@observablehq/plot";
import { axisTitle, framedPlot } from "./panels.ts";
import { legendWithNotes, seriesStyle } from "./series.ts";
import { figureName, figureText, FONT, type Margin, MUTED, renderColumn } from "./svg.ts";
import { type LossRow, NO_LOSS_LOG } from "../rows/training_types.ts";

/** What the figure says besides its curves. */
export interface LossCurvesOptions {
  /** What the figure shows, for readers who cannot see it; it is not drawn. */
  readonly title: string;
  /** Variants that were trained elsewhere: the figure says that they have no curve. */
  readonly elsewhere?: readonly string[];
}

const FRAME_HEIGHT = 180;

/** Of a longer log a curve has the means of so many blocks of steps at most. */
const MOST_MARKS = 60;

/**
 * Training loss by optimizer step, one curve a variant, with its symbol at the end. The loss of one
 * step says little and varies much: of a log of more than 60 marks a curve has the means of blocks of
 * them, the same size for all curves; a note says which.
 *
 * @param given Marks of the loss log, in nats a token.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are neither rows nor variants from elsewhere, or a loss is not a
 * finite number.
 */
export function lossCurves(
  given: readonly LossRow[],
  { title, ...options }: LossCurvesOptions,
): string {
  const rows = given.map((row) => ({ ...row, variant: figureName(row.variant) }));
  const elsewhere = (options.elsewhere ?? []).map(figureName);
  checkLosses(rows, elsewhere);
  const curves = [...Map.groupBy(rows, ({ variant }) => variant)]
    .map(([name, marks], i) => ({ name, marks, style: seriesStyle(i) }));
  const block = Math.ceil(Math.max(1, ...curves.map(({ marks }) => marks.length)) / MOST_MARKS);
  const drawn = curves.map((curve) => ({ ...curve, marks: blockMeans(curve.marks, block) }));
  const without = elsewhere.map((variant) => `${variant}: ${NO_LOSS_LOG}`);
  const foot = legendWithNotes(curves.map(({ name, style }) => ({ name, ...style })), [
    ...(block === 1 ? [] : [
      `Curves: means of ${block} marks of the log each, the last one of up to ${2 * block - 1}.`,
    ]),
    ...without,
  ]);
  const margin: Margin = {
    top: 24,
    right: 12,
    left: 36,
    bottom: 40 + foot.height,
  };
  const below = margin.top + FRAME_HEIGHT;
  const lastStep = Math.max(1, ...rows.map((row) => row.step));
  const losses = drawn.flatMap(({ marks }) => marks.map(({ lossNats }) => lossNats));
  const top = 1.06 * Math.max(...losses, ...(losses.length > 0 ? [] : [1]));
  const plot = framedPlot(margin, below + margin.bottom, {
    x: { domain: [0, lastStep], label: null, ticks: Math.min(5, lastStep), tickFormat: String },
    y: { domain: [0, top], grid: true, label: null, ticks: 5 },
    marks: [
      Plot.ruleY([0], { stroke: MUTED }),
      ...drawn.flatMap(({ marks, style }) => [
        Plot.line(marks, {
          x: "step",
          y: "lossNats",
          stroke: style.colour,
          strokeWidth: 1.5,
          ...(style.dash === "" ? {} : { strokeDasharray: style.dash }),
        }),
        Plot.dot(marks.slice(-1), {
          x: "step",
          y: "lossNats",
          r: 4,
          symbol: style.symbol as Plot.SymbolType,
          fill: style.colour,
          stroke: "white",
          strokeWidth: 0.5,
        }),
      ]),
      figureText("Loss on the completion (nats a token)", { margin, top: 12, fontSize: FONT }),
      axisTitle("Optimizer step", { margin, top: below + 30 }),
      ...foot.marks(below + 40, margin),
    ],
  });
  const ends = curves.map(({ name, marks }) => {
    const last = marks.reduce((a, b) => b.step >= a.step ? b : a);
    return `${name}: ${last.lossNats.toFixed(3)} nats a token at step ${last.step}`;
  });
  return renderColumn(plot, { title, description: [...ends, ...without].join("; ") });
}

/** The mean of each block of marks, at its mean step; what is left over is in the last one. */
function blockMeans(marks: readonly LossRow[], size: number): LossRow[] {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const count = Math.max(1, Math.floor(marks.length / size));
  return Array.from({ length: count }, (_, i) => {
    const block = marks.slice(i * size, i === count - 1 ? undefined : (i + 1) * size);
    return {
      variant: block[0]!.variant,
      step: mean(block.map(({ step }) => step)),
      lossNats: mean(block.map(({ lossNats }) => lossNats)),
    };
  });
}

function checkLosses(rows: readonly LossRow[], elsewhere: readonly string[]): void {
  if (rows.length === 0 && elsewhere.length === 0) {
    throw new RangeError("Cannot draw loss curves as they need a row: there are none");
  }
  for (const { variant, step, lossNats } of rows) {
    if (!Number.isFinite(lossNats)) {
      throw new RangeError(
        `Cannot draw the loss of "${variant}" at step ${step} as it must be finite: ` +
          `current value is ${lossNats}`,
      );
    }
  }
}
