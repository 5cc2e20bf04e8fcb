import * as Plot from "@observablehq/plot";
import { ticksOf } from "./curve_marks.ts";
import { nameMarks } from "./name_marks.ts";
import { gridMarks, type PanelFrame, TOLERANCE } from "./panels.ts";
import { namedOf } from "./result_text.ts";
import { type LegendEntry, type SeriesStyle, seriesStyle, signedTick } from "./series.ts";
import { figureText, fitName, INK, MUTED, SMALL_FONT } from "./svg.ts";
import { intervalMarks } from "./trade_off/trade_off_marks.ts";
import { type KnowledgeGauge, type TradeOffPoint } from "./trade_off/trade_off_points.ts";
import { type Domain, type TradeOffScales, tradeOffScales } from "./trade_off/trade_off_scales.ts";

/** The radii of finished adapters, of all other variants, and of the ring round what is recommended. */
const [FINISHED, OTHER, RING] = [3.3, 1.3, 5.5];
/** A panel that is so wide has names beside its marks, in pixels; of narrower ones the legend has them. */
const WIDE = 200;

/** The style of the name above a panel. */
export const PANEL_TITLE = { fontSize: SMALL_FONT, bold: true } as const;

/** How finished adapters look, by their recipe: the same in every panel. */
export type RecipeStyles = ReadonlyMap<string, SeriesStyle>;

/** Whether it is drawn in the style of its recipe: it is finished, or recommended. */
function isStyled({ recommended, plain }: TradeOffPoint): boolean {
  return recommended || plain;
}

/** A style for each recipe that has a finished adapter or a recommended variant. */
export function recipeStyles(points: readonly TradeOffPoint[]): RecipeStyles {
  const sources = new Set(points.filter(isStyled).map(({ source }) => source));
  return new Map([...sources].map((source, i) => [source, seriesStyle(i)]));
}

/** What the panels have, for their legend: every recipe by its whole name. */
export function modelKeys(points: readonly TradeOffPoint[], styles: RecipeStyles): LegendEntry[] {
  return [
    { name: "base model", colour: INK, symbol: "square" },
    ...[...styles].map(([name, { colour, symbol }]) => ({
      name,
      colour,
      symbol,
      hollow: true,
      radius: FINISHED,
    })),
    ...(points.some(({ recommended }) => recommended)
      ? [{ name: "recommended (ring)", colour: INK, symbol: "circle", hollow: true, radius: 5 }]
      : []),
    ...(points.every(isStyled)
      ? []
      : [{ name: "other variants", colour: MUTED, symbol: "circle", hollow: true, radius: OTHER }]),
  ];
}

/** What the panel of a model is drawn of. */
export interface ModelPanel {
  readonly name: string;
  readonly points: readonly TradeOffPoint[];
  readonly styles: RecipeStyles;
  /** Where losses are no longer tolerated, in the unit of the x axis; of several studies several. */
  readonly tolerated: readonly number[];
  readonly gauge: KnowledgeGauge;
  readonly x: Domain;
  readonly y: Domain;
  /** Whether it is the first one of its line. */
  readonly first: boolean;
}

/**
 * The panel of a model: its axes, its variants and the intervals of those that matter most; in a wide one
 * the names of what is recommended and of the finished adapters too.
 */
export function modelPanelMarks(frame: PanelFrame, panel: ModelPanel): unknown[] {
  const { name, points, styles, tolerated, gauge, x, y, first } = panel;
  const { x0, x1, y0, y1 } = frame;
  const scales = tradeOffScales(x, y, frame);
  const { toX, toY } = scales;
  const at = {
    x: (point: TradeOffPoint) => toX(point.x),
    y: (point: TradeOffPoint) => toY(point.y),
  };
  const colour = ({ source }: TradeOffPoint): string => styles.get(source)!.colour;
  const recommended = points.filter((point) => point.recommended);
  return [
    ...gridMarks(frame, {
      x: { ticks: ticksOf(x, x1 - x0 > WIDE ? 6 : 4), at: toX, text: signedTick, written: true },
      y: { ticks: ticksOf(y, y1 - y0 > 100 ? 4 : 3), at: toY, text: signedTick, written: first },
    }),
    Plot.ruleX(tolerated.map(toX), { y1: y0, y2: y1, ...TOLERANCE }),
    figureText(fitName(name, x1 - x0, PANEL_TITLE), {
      top: y0 - 8,
      left: (x0 + x1) / 2,
      anchor: "middle",
      fontSize: SMALL_FONT,
      fontWeight: "bold",
    }),
    Plot.dot(points.filter((point) => !isStyled(point)), {
      ...at,
      r: OTHER,
      stroke: MUTED,
      fill: "white",
    }),
    Plot.dot(recommended, { ...at, r: RING, stroke: INK, strokeWidth: 1.25, fill: "white" }),
    ...intervalMarks(namedOf(points, gauge), scales, { stroke: colour, strokeWidth: 1.25 }),
    Plot.dot([[toX(0), toY(0)]], { r: 3, symbol: "square", fill: INK }),
    // what is recommended is on top, and filled
    Plot.dot(points.filter(isStyled).toSorted((a, b) => +a.recommended - +b.recommended), {
      ...at,
      r: { value: () => FINISHED, scale: null },
      symbol: ({ source }: TradeOffPoint) => styles.get(source)!.symbol,
      stroke: colour,
      strokeWidth: 1.25,
      fill: (point: TradeOffPoint) => point.recommended ? colour(point) : "white",
    }),
    ...(x1 - x0 > WIDE ? names(panel, scales) : []),
  ];
}

/** The names, those that matter most first. */
function names(
  { points, styles, tolerated, gauge }: ModelPanel,
  scales: TradeOffScales,
): unknown[] {
  const barred = namedOf(points, gauge);
  const styled = [...new Set([...barred, ...points.filter(isStyled)])];
  return nameMarks(
    styled.map(({ variant, source, xEnds, yEnds, ...point }) => ({
      x: point.x,
      y: point.y,
      name: variant,
      colour: styles.get(source)!.colour,
      radius: point.recommended ? RING : FINISHED,
      ...(barred.some((other) => other.variant === variant)
        ? { ...(xEnds && { xEnds }), ...(yEnds && { yEnds }) }
        : {}),
    })),
    {
      scales,
      others: points.filter((point) => !isStyled(point))
        .map(({ x, y }) => ({ x, y, radius: OTHER })),
      tolerated,
    },
  );
}
