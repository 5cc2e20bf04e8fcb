import * as Plot from "@observablehq/plot";
import { type Box, type LabelRequest, type LabelSegment, placeLabels } from "../labels.ts";
import { figureText, INK, SMALL_FONT, textWidth } from "../svg.ts";
import { frontLine, scalePaths } from "./trade_off_lines.ts";
import { radiusOf, RING_RADIUS, type TradeOffPanel } from "./trade_off_marks.ts";
import { BASE, type Place, type TradeOffPoint } from "./trade_off_points.ts";
import { hasBars, pointsWithin } from "./trade_off_scales.ts";

/** A label with its place in pixels. */
export interface PlacedLabel {
  readonly text: string;
  readonly colour: string;
  readonly box: Box;
  /** Absent for the base model. */
  readonly point?: TradeOffPoint;
  /** Where its mark is, if the ring of the recommended variant hides it: a line leads there. */
  readonly hidden?: Place;
}

const STYLE = { fontSize: SMALL_FONT, bold: true };
const HEIGHT = 12;
/** So far a label may stand out of its panel. */
const BESIDE = 3;

/**
 * The names beside points: the base model, the recommended variant by its name, and others by what
 * tells them from their source. Of many points only the recommended one and those on the front have
 * one, by what tells them from their source, and the latter only where it covers nothing. Lines are
 * gone round: the front, the paths, the bars and the axes.
 */
export function tradeOffLabels(
  panel: Pick<TradeOffPanel, "all" | "gauge" | "kind" | "scales">,
): PlacedLabel[] {
  const { kind, scales } = panel;
  const { frame, toX, toY } = scales;
  const few = kind === "few";
  const points = pointsWithin(panel.all, scales);
  const wanted = points.filter(({ recommended, front }) => recommended || few || front)
    // the recommended one has the first choice of places
    .toSorted((a, b) => Number(b.recommended) - Number(a.recommended))
    .map((point) => ({
      x: point.x,
      y: point.y,
      text: few && point.recommended ? point.variant : point.mark,
      colour: point.style.colour,
      optional: !few && !point.recommended,
      point,
    }));
  const base = { text: "base", x: 0, y: 0, colour: INK, optional: false, point: undefined };
  const labelled = [base, ...wanted].filter(({ text }) => text !== "");
  const places = placeLabels(
    labelled.map(({ text, optional, point: own, ...place }): LabelRequest => ({
      x: toX(place.x),
      y: toY(place.y),
      width: textWidth(text, STYLE),
      height: HEIGHT,
      optional,
      rivals: [
        ...points.filter((point) => point !== own && (point.front || point.source === own?.source)),
        BASE,
      ].map((rival) => ({ x: toX(rival.x), y: toY(rival.y) })),
    })),
    {
      // nothing else stands in the gap beside a panel
      frame: { ...frame, x0: frame.x0 - BESIDE, x1: frame.x1 + BESIDE },
      obstacles: [
        ...points.map((point) => {
          const own = point.recommended ? RING_RADIUS + 3 : radiusOf(point, kind) + (few ? 1.5 : 1);
          return around(toX(point.x), toY(point.y), own);
        }),
        around(toX(0), toY(0), 6),
      ],
      lines: linesOf(panel, points),
    },
  );
  return labelled.flatMap(({ text, colour, point }, i) => {
    const place = places[i];
    if (!place) return [];
    const { x, y } = place;
    const width = textWidth(text, STYLE);
    const mark = point && { x: toX(point.x), y: toY(point.y) };
    const hidden = mark && !point.recommended && points.some((other) =>
      other.recommended &&
      Math.hypot(toX(other.x) - mark.x, toY(other.y) - mark.y) <=
        RING_RADIUS + radiusOf(point, kind)
    );
    return [{
      text,
      colour,
      box: { x0: x, x1: x + width, y0: y - HEIGHT / 2, y1: y + HEIGHT / 2 },
      ...(point && { point }),
      ...(hidden && { hidden: mark }),
    }];
  });
}

/** What a label goes round, in pixels: the front, the paths, the bars and the axes. */
function linesOf(
  { all, gauge, kind, scales }: Pick<TradeOffPanel, "all" | "gauge" | "kind" | "scales">,
  points: readonly TradeOffPoint[],
): LabelSegment[] {
  const { x, y, toX, toY } = scales;
  const few = kind === "few";
  const along = (places: readonly Place[]): LabelSegment[] =>
    places.slice(1).map((place, i) => ({
      x0: toX(places[i]!.x),
      y0: toY(places[i]!.y),
      x1: toX(place.x),
      y1: toY(place.y),
    }));
  return [
    ...along([{ x: 0, y: y[0] }, { x: 0, y: y[1] }]),
    ...along([{ x: x[0], y: 0 }, { x: x[1], y: 0 }]),
    ...along(frontLine(all, gauge, scales)),
    ...scalePaths(all, few).flatMap((own) => along([BASE, ...own])),
    ...points.filter((point) => hasBars(point, few)).flatMap((point) => [
      ...along((point.xEnds ?? []).map((end) => ({ x: end, y: point.y }))),
      ...along((point.yEnds ?? []).map((end) => ({ x: point.x, y: end }))),
    ]),
  ];
}

/** The marks of the labels. */
export function labelMarks(labels: readonly PlacedLabel[]): unknown[] {
  return labels.flatMap(({ text, colour, box, hidden }) => [
    ...(hidden ? leader(box, hidden, colour) : []),
    figureText(text, {
      left: box.x0,
      top: (box.y0 + box.y1) / 2,
      fill: colour,
      fontSize: SMALL_FONT,
      fontWeight: "bold",
      halo: true,
    }),
  ]);
}

/** From a label to its mark under the ring, and the mark itself as a point on top. */
function leader(box: Box, { x, y }: Place, stroke: string): unknown[] {
  const from = [
    Math.min(box.x1, Math.max(box.x0, x)),
    Math.min(box.y1 - 1, Math.max(box.y0 + 1, y)),
  ];
  return [
    ...[{ stroke: "white", strokeWidth: 3 }, { stroke, strokeWidth: 1 }].map((style) =>
      Plot.line([from, [x, y]], style)
    ),
    Plot.dot([[x, y]], { r: 1.75, fill: stroke, stroke: "white", strokeWidth: 0.75 }),
  ];
}

function around(x: number, y: number, size: number): Box {
  return { x0: x - size, x1: x + size, y0: y - size, y1: y + size };
}
