import * as Plot from "@observablehq/plot";
import { type Box, type LabelSegment, placeLabels } from "./labels.ts";
import { figureText, fitName, SMALL_FONT, textWidth } from "./svg.ts";
import { BASE, type Place } from "./trade_off/trade_off_points.ts";
import type { TradeOffScales } from "./trade_off/trade_off_scales.ts";

/** A mark of a panel, in the units of its axes. */
export interface PanelMark extends Place {
  /** Its radius, in pixels. */
  readonly radius: number;
}

/** A mark that has its name beside it. */
export interface NamedMark extends PanelMark {
  readonly name: string;
  readonly colour: string;
  /** The ends of its bars, where they are drawn. */
  readonly xEnds?: readonly [number, number];
  readonly yEnds?: readonly [number, number];
}

/** From a name that is further from its mark than this, in pixels, a line leads there. */
const NEAR = 12;
const STYLE = { fontSize: SMALL_FONT, bold: true };
const HEIGHT = 12;

/**
 * Names beside their marks, where they cover least: no mark of the panel, no other name and, where there
 * is room, no bar, zero line or line of a tolerated loss. A name that stands far from its mark is joined
 * to it.
 *
 * @param named Those that matter most first: they choose their places first.
 * @param others The marks without a name; the base model is one more.
 * @param tolerated Where losses are no longer tolerated, in the unit of the x axis.
 */
export function nameMarks(
  named: readonly NamedMark[],
  { scales: { frame, toX, toY, y: [low, high] }, others, tolerated }: {
    readonly scales: TradeOffScales;
    readonly others: readonly PanelMark[];
    readonly tolerated: readonly number[];
  },
): unknown[] {
  const place = ({ x, y }: Place): Place => ({ x: toX(x), y: toY(y) });
  const around = (mark: PanelMark): Box => {
    const { x, y } = place(mark);
    const size = mark.radius + 0.5;
    return { x0: x - size, x1: x + size, y0: y - size, y1: y + size };
  };
  const segment = ([from, to]: readonly Place[]): LabelSegment => {
    const [a, b] = [place(from!), place(to!)];
    return { x0: a.x, y0: a.y, x1: b.x, y1: b.y };
  };
  const texts = named.map(({ name }) => fitName(name, frame.x1 - frame.x0, STYLE));
  const widths = texts.map((text) => textWidth(text, STYLE));
  const places = placeLabels(
    named.map(({ x, y, yEnds = [] }, i) => ({
      ...place({ x, y }),
      width: widths[i]!,
      height: HEIGHT,
      ends: yEnds.map((end) => place({ x, y: end })),
    })),
    {
      frame,
      settled: true,
      obstacles: [{ ...BASE, radius: 3.5 }, ...named, ...others].map(around),
      lines: [
        ...[0, ...tolerated].map((x) => [{ x, y: low }, { x, y: high }]),
        ...named.flatMap(({ x, y, xEnds, yEnds }) => [
          ...(xEnds ? [xEnds.map((end) => ({ x: end, y }))] : []),
          ...(yEnds ? [yEnds.map((end) => ({ x, y: end }))] : []),
        ]),
      ].map(segment),
    },
  );
  return named.flatMap((own, i) => {
    const width = widths[i]!;
    // a long name in a narrow panel: no candidate may be within it
    const left = Math.max(frame.x0, Math.min(frame.x1 - width, places[i]!.x));
    const top = places[i]!.y;
    const mark = place(own);
    // widths are counted generously: of a name at the left of its mark the end is beside it
    const isLeft = left + width <= mark.x;
    return [
      ...leader({ x0: left, x1: left + width, y0: top - 5, y1: top + 5 }, mark, own),
      figureText(texts[i]!, {
        left: isLeft ? left + width : left,
        top,
        anchor: isLeft ? "end" : "start",
        fill: own.colour,
        fontSize: SMALL_FONT,
        fontWeight: "bold",
        halo: true,
      }),
    ];
  });
}

/** From a name to the edge of its mark, where it is far. */
function leader(
  { x0, x1, y0, y1 }: Box,
  { x, y }: Place,
  { radius, colour }: NamedMark,
): unknown[] {
  const from = { x: Math.min(x1, Math.max(x0, x)), y: Math.min(y1, Math.max(y0, y)) };
  const far = Math.hypot(from.x - x, from.y - y);
  if (far <= NEAR) return [];
  const edge = (radius + 0.5) / far;
  const to = [x + edge * (from.x - x), y + edge * (from.y - y)];
  return [Plot.line([[from.x, from.y], to], { stroke: colour, strokeWidth: 0.75 })];
}
