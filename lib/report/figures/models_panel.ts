import * as Plot from "@observablehq/plot";
import { ticksOf } from "./curve_marks.ts";
import { type Box, placeLabels } from "./labels.ts";
import { gridMarks, type PanelFrame, TOLERANCE } from "./panels.ts";
import { namedOf } from "./result_text.ts";
import { signedTick } from "./series.ts";
import { figureText, fitName, INK, MUTED, PALETTE, SMALL_FONT, textWidth } from "./svg.ts";
import { intervalMarks } from "./trade_off/trade_off_marks.ts";
import { BASE, type KnowledgeGauge, type TradeOffPoint } from "./trade_off/trade_off_points.ts";
import { type Domain, type TradeOffScales, tradeOffScales } from "./trade_off/trade_off_scales.ts";

/** The colour of what is recommended, and of the finished adapter that does worst. */
const [BEST, WORST] = [PALETTE[0]!, PALETTE[1]!];
/** So small that an interval of a point or two is seen beside it. */
const NAMED = 3;
const OTHER = 1.3;

/** What every panel has, and of which variants: for its legend. */
export const MODEL_SIGNS = [
  { name: "base model", colour: INK, symbol: "square", of: (): boolean => true },
  {
    name: "recommended",
    colour: BEST,
    symbol: "circle",
    of: ({ recommended }: TradeOffPoint): boolean => recommended,
  },
  {
    name: "worst finished adapter (x)",
    colour: WORST,
    symbol: "diamond",
    hollow: true,
    radius: NAMED,
    of: ({ recommended, plain }: TradeOffPoint): boolean => plain && !recommended,
  },
  {
    name: "finished adapters",
    colour: INK,
    symbol: "diamond",
    hollow: true,
    radius: 2.5,
    of: ({ recommended, plain }: TradeOffPoint): boolean => plain && !recommended,
  },
  {
    name: "other variants",
    colour: MUTED,
    symbol: "circle",
    hollow: true,
    radius: OTHER,
    of: ({ recommended, plain }: TradeOffPoint): boolean => !plain && !recommended,
  },
] as const;

/**
 * With what the names of these points begin, up to a sign between words: beside marks it is left out, as
 * "all_linear_" of "all_linear_2e-4" and "all_linear_1e-3". Empty where there is nothing, or one name.
 */
export function sharedStart(named: readonly TradeOffPoint[]): string {
  const [first = "", ...others] = named.map(({ variant }) => variant);
  if (others.length === 0) return "";
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  // "all-linear" and "all-linear@0.5" are told apart by what the second has more
  if (named.some(({ variant }) => variant.length === length)) return "";
  return /^.*[_/-]/.exec(first.slice(0, length))?.[0] ?? "";
}

/** What the panel of a model is drawn of. */
export interface ModelPanel {
  readonly name: string;
  readonly points: readonly TradeOffPoint[];
  /** Where a loss is no longer tolerated, in the unit of the x axis. */
  readonly tolerated: number | undefined;
  readonly gauge: KnowledgeGauge;
  readonly x: Domain;
  readonly y: Domain;
  /** Whether it is the first one of its line. */
  readonly first: boolean;
}

/** The panel of a model: its axes, its variants, and the names and intervals of those that matter. */
export function modelPanelMarks(frame: PanelFrame, panel: ModelPanel): unknown[] {
  const { name, points, tolerated, gauge, x, y, first } = panel;
  const { x0, x1, y0, y1 } = frame;
  const scales = tradeOffScales(x, y, frame);
  const { toX, toY } = scales;
  const at = {
    x: (point: TradeOffPoint) => toX(point.x),
    y: (point: TradeOffPoint) => toY(point.y),
  };
  const named = namedOf(points, gauge);
  const style = { fontSize: SMALL_FONT, bold: true };
  return [
    ...gridMarks(frame, {
      x: { ticks: ticksOf(x, x1 - x0 > 200 ? 6 : 4), at: toX, text: signedTick, written: true },
      y: { ticks: ticksOf(y, y1 - y0 > 100 ? 4 : 3), at: toY, text: signedTick, written: first },
    }),
    Plot.ruleX(tolerated === undefined ? [] : [toX(tolerated)], { y1: y0, y2: y1, ...TOLERANCE }),
    figureText(fitName(name, x1 - x0, style), {
      top: y0 - 8,
      left: (x0 + x1) / 2,
      anchor: "middle",
      fontSize: SMALL_FONT,
      fontWeight: "bold",
    }),
    Plot.dot(points.filter(MODEL_SIGNS[4].of), { ...at, r: OTHER, stroke: MUTED, fill: "white" }),
    Plot.dot(points.filter(MODEL_SIGNS[3].of), {
      ...at,
      r: 2.5,
      symbol: "diamond",
      stroke: (point: TradeOffPoint) => named.includes(point) ? WORST : INK,
      fill: "white",
    }),
    ...named.flatMap((point) =>
      intervalMarks([point], scales, { stroke: colourOf(point), strokeWidth: 1.25 })
    ),
    Plot.dot(named, {
      ...at,
      r: NAMED,
      symbol: ({ recommended }: TradeOffPoint) => recommended ? "circle" : "diamond",
      fill: (point: TradeOffPoint) => point.recommended ? BEST : "white",
      stroke: (point: TradeOffPoint) => point.recommended ? "white" : WORST,
      strokeWidth: 1,
    }),
    Plot.dot([[toX(0), toY(0)]], { r: 3, symbol: "square", fill: INK }),
    ...nameMarks(named, points, scales),
  ];
}

function colourOf({ recommended }: TradeOffPoint): string {
  return recommended ? BEST : WORST;
}

/** The names, beside their marks where they cover least. */
function nameMarks(
  named: readonly TradeOffPoint[],
  points: readonly TradeOffPoint[],
  { frame, toX, toY }: TradeOffScales,
): unknown[] {
  const style = { fontSize: SMALL_FONT, bold: true };
  const most = frame.x1 - frame.x0;
  const around = (x: number, y: number, size: number): Box => ({
    x0: x - size,
    x1: x + size,
    y0: y - size,
    y1: y + size,
  });
  const start = sharedStart(named).length;
  const texts = named.map(({ variant }) => fitName(variant.slice(start), most, style));
  const places = placeLabels(
    named.map(({ x, y, yEnds = [] }, i) => ({
      x: toX(x),
      y: toY(y),
      width: textWidth(texts[i]!, style),
      height: 12,
      ends: yEnds.map((end) => ({ x: toX(x), y: toY(end) })),
    })),
    {
      frame,
      // no name lies on the bars of another one
      obstacles: [
        ...[BASE, ...points].map(({ x, y }) => around(toX(x), toY(y), 2.5)),
        ...named.flatMap(({ x, y, xEnds, yEnds }): Box[] => [
          ...(xEnds
            ? [{ x0: toX(xEnds[0]), x1: toX(xEnds[1]), y0: toY(y) - 1, y1: toY(y) + 1 }]
            : []),
          ...(yEnds
            ? [{ x0: toX(x) - 1, x1: toX(x) + 1, y0: toY(yEnds[1]), y1: toY(yEnds[0]) }]
            : []),
        ]),
      ],
    },
  );
  return named.map((point, i) =>
    figureText(texts[i]!, {
      // a long name in a narrow panel: no candidate may be within it
      left: Math.max(
        frame.x0,
        Math.min(frame.x1 - textWidth(texts[i]!, style), places[i]!.x),
      ),
      top: places[i]!.y,
      fill: colourOf(point),
      fontSize: SMALL_FONT,
      fontWeight: "bold",
      halo: true,
    })
  );
}
