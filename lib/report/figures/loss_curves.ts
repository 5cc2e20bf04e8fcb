import * as Plot from "@observablehq/plot";
import { placeLabels } from "../labels.ts";
import {
  figureName,
  figureText,
  fitFontSize,
  INK,
  type Margin,
  MUTED,
  PALETTE,
  renderPlot,
  textWidth,
} from "./svg.ts";
import { type LossRow, NO_LOSS_LOG } from "../rows.ts";

/** What the figure says besides its curves. */
export interface LossCurvesOptions {
  readonly title: string;
  /** Variants that were trained elsewhere: the figure says that they have no curve. */
  readonly elsewhere?: readonly string[];
}

const WIDTH = 720;
const HEIGHT = 400;

/**
 * Training loss by optimizer step, one curve a variant, each labelled at its end.
 *
 * @param given Marks of the loss log, in nats a token.
 * @returns A standalone SVG document.
 * @throws {RangeError} If there are neither rows nor variants from elsewhere, or a loss is not a
 * finite number.
 */
export function lossCurves(
  given: readonly LossRow[],
  { title, ...options }: LossCurvesOptions,
): string {
  const rows = given.map((row) => ({ ...row, variant: figureName(row.variant) }));
  const elsewhere = (options.elsewhere ?? []).map(figureName);
  if (rows.length === 0 && elsewhere.length === 0) {
    throw new RangeError("Cannot draw loss curves as they need a row: there are none");
  }
  for (const row of rows) {
    if (!Number.isFinite(row.lossNats)) {
      throw new RangeError(
        `Cannot draw the loss of "${row.variant}" at step ${row.step} as it must be finite: ` +
          `current value is ${row.lossNats}`,
      );
    }
  }
  const variants = [...new Set(rows.map((row) => row.variant))];
  const colour = (variant: string): string =>
    PALETTE[variants.indexOf(variant) % PALETTE.length] ?? INK;
  const margin: Margin = {
    top: 58,
    right: Math.max(0, ...variants.map((name) => textWidth(name, { bold: true }))) + 18,
    bottom: 52,
    left: 52,
  };
  const lastStep = Math.max(0, ...rows.map((row) => row.step));
  const top = 1.06 * Math.max(...rows.map((row) => row.lossNats), ...(rows.length > 0 ? [] : [1]));
  const right = WIDTH - margin.right;
  const toX = (step: number): number =>
    margin.left + step / Math.max(1, lastStep) * (right - margin.left);
  const toY = (loss: number): number =>
    HEIGHT - margin.bottom - loss / top * (HEIGHT - margin.top - margin.bottom);
  const ends = variants.map((variant) =>
    rows.filter((row) => row.variant === variant).reduce((a, b) => b.step >= a.step ? b : a)
  );
  const places = placeLabels(
    ends.map((row) => ({
      x: toX(row.step),
      y: toY(row.lossNats),
      width: textWidth(row.variant, { bold: true }),
      height: 14,
    })),
    { frame: { x0: right + 4, x1: WIDTH, y0: margin.top, y1: HEIGHT }, obstacles: [] },
  );
  return renderPlot({
    width: WIDTH,
    height: HEIGHT,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { domain: [0, Math.max(1, lastStep)], label: null, ticks: 7, tickFormat: String },
    y: { domain: [0, top], grid: true, label: null, ticks: 6 },
    marks: [
      Plot.ruleY([0], { stroke: MUTED }),
      Plot.line(rows, {
        x: "step",
        y: "lossNats",
        z: "variant",
        stroke: (row: LossRow) => colour(row.variant),
        strokeWidth: 1.75,
      }),
      ...ends.map((row, index) =>
        figureText(row.variant, {
          margin,
          left: places[index]?.x ?? 0,
          top: places[index]?.y ?? 0,
          fill: colour(row.variant),
          fontWeight: "bold",
          halo: true,
        })
      ),
      figureText(title, {
        margin,
        top: 16,
        fontSize: fitFontSize(title, WIDTH - 16, 15),
        fontWeight: "bold",
      }),
      figureText("Loss on the completion (nats a token)", { margin, top: 40 }),
      ...elsewhere.map((variant, line) =>
        figureText(`${variant}: ${NO_LOSS_LOG}`, {
          margin,
          left: margin.left + 12,
          top: HEIGHT - margin.bottom - 10 - 16 * (elsewhere.length - 1 - line),
          fill: MUTED,
        })
      ),
      figureText("Optimizer step", {
        margin,
        top: HEIGHT - 12,
        left: (margin.left + right) / 2,
        anchor: "middle",
      }),
    ],
  }, {
    title,
    description: [
      ...ends.map((row) =>
        `${row.variant}: ${row.lossNats.toFixed(3)} nats a token at step ${row.step}`
      ),
      ...elsewhere.map((variant) => `${variant}: ${NO_LOSS_LOG}`),
    ].join("; "),
  });
}
