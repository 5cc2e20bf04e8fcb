import { type Box, type LabelRequest, placeLabels } from "./labels.ts";
import { NO_MARGIN } from "./panels.ts";
import { figureText, INK, SMALL_FONT, textWidth } from "./svg.ts";
import { type PanelKind, radiusOf } from "./trade_off_marks.ts";
import type { TradeOffPoint } from "./trade_off_points.ts";
import { hasBars, type TradeOffScales } from "./trade_off_scales.ts";

/** A label with its place in pixels. */
export interface PlacedLabel {
  readonly text: string;
  readonly colour: string;
  readonly box: Box;
  /** Absent for the base model. */
  readonly point?: TradeOffPoint;
}

const STYLE = { fontSize: SMALL_FONT, bold: true };
const HEIGHT = 12;

/**
 * The names beside points: the base model, the recommended variant by its name, and others by what
 * tells them from their source. Of many points only the recommended one and those on the front have
 * one, by what tells them from their source, and the latter only where it covers nothing.
 *
 * @param points Those of the panel.
 */
export function tradeOffLabels(
  points: readonly TradeOffPoint[],
  { frame, toX, toY }: TradeOffScales,
  kind: PanelKind,
): PlacedLabel[] {
  const few = kind === "few";
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
      rivals: points
        .filter((point) => point !== own && (point.front || point.source === own?.source))
        .map((point) => ({ x: toX(point.x), y: toY(point.y) })),
    })),
    {
      frame,
      obstacles: [
        ...points.map((point) => {
          const own = point.recommended ? 10 : radiusOf(point, kind) + (few ? 1.5 : 1);
          return around(toX(point.x), toY(point.y), own);
        }),
        around(toX(0), toY(0), 6),
      ],
      lines: [
        { ...frame, x0: toX(0) - 1, x1: toX(0) + 1 },
        { ...frame, y0: toY(0) - 1, y1: toY(0) + 1 },
        ...points.filter((point) => hasBars(point, few)).flatMap(({ x, y, xEnds, yEnds }) => [
          ...(xEnds ? [{ ...row(toY(y)), x0: toX(xEnds[0]), x1: toX(xEnds[1]) }] : []),
          ...(yEnds ? [{ ...column(toX(x)), y0: toY(yEnds[1]), y1: toY(yEnds[0]) }] : []),
        ]),
      ],
    },
  );
  return labelled.flatMap(({ text, colour, point }, i) => {
    const place = places[i];
    if (!place) return [];
    const { x, y } = place;
    const width = textWidth(text, STYLE);
    return [{
      text,
      colour,
      box: { x0: x, x1: x + width, y0: y - HEIGHT / 2, y1: y + HEIGHT / 2 },
      ...(point && { point }),
    }];
  });
}

function row(y: number): Pick<Box, "y0" | "y1"> {
  return { y0: y - 1, y1: y + 1 };
}

function column(x: number): Pick<Box, "x0" | "x1"> {
  return { x0: x - 1, x1: x + 1 };
}

/** The marks of the labels. */
export function labelMarks(labels: readonly PlacedLabel[]): unknown[] {
  return labels.map(({ text, colour, box }) =>
    figureText(text, {
      margin: NO_MARGIN,
      left: box.x0,
      top: (box.y0 + box.y1) / 2,
      fill: colour,
      fontSize: SMALL_FONT,
      fontWeight: "bold",
      halo: true,
    })
  );
}

function around(x: number, y: number, size: number): Box {
  return { x0: x - size, x1: x + size, y0: y - size, y1: y + size };
}
