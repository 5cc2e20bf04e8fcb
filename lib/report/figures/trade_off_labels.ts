import { type Box, type LabelRequest, placeLabels } from "./labels.ts";
import { COLUMN_WIDTH, figureText, INK, type Margin, SMALL_FONT, textWidth } from "./svg.ts";
import { FEW, radiusOf, type TradeOffScales } from "./trade_off_marks.ts";
import type { TradeOffPoint } from "./trade_off_points.ts";

/** A label with its place in pixels. */
export interface PlacedLabel {
  readonly text: string;
  readonly colour: string;
  readonly box: Box;
}

const STYLE = { fontSize: SMALL_FONT, bold: true };
const HEIGHT = 12;

/**
 * The names beside points: the base model, the recommended variant by its name, and others by what
 * tells them from their source. Of many points only the recommended one and those on the front have
 * one, by what tells them from their source, and the latter only where it covers nothing.
 */
export function tradeOffLabels(
  points: readonly TradeOffPoint[],
  { x, y, margin, frameHeight }: TradeOffScales,
): PlacedLabel[] {
  const right = COLUMN_WIDTH - margin.right;
  const toX = (value: number): number =>
    margin.left + (value - x[0]) / (x[1] - x[0]) * (right - margin.left);
  const toY = (value: number): number =>
    margin.top + frameHeight - (value - y[0]) / (y[1] - y[0]) * frameHeight;
  const few = points.length <= FEW;
  const wanted = points.filter(({ recommended, front }) => recommended || few || front)
    // the recommended one has the first choice of places
    .toSorted((a, b) => Number(b.recommended) - Number(a.recommended))
    .map((point) => ({
      x: point.x,
      y: point.y,
      text: few && point.recommended ? point.variant : point.mark,
      colour: point.style.colour,
      optional: !few && !point.recommended,
    }));
  const labelled = [{ text: "base", x: 0, y: 0, colour: INK, optional: false }, ...wanted]
    .filter(({ text }) => text !== "");
  const places = placeLabels(
    labelled.map(({ text, optional, ...place }): LabelRequest => ({
      x: toX(place.x),
      y: toY(place.y),
      width: textWidth(text, STYLE),
      height: HEIGHT,
      optional,
    })),
    {
      frame: {
        x0: margin.left,
        x1: right,
        y0: margin.top,
        y1: margin.top + frameHeight,
      },
      obstacles: [
        ...points.map((point) => {
          const own = point.recommended ? 10 : radiusOf(point, few) + (few ? 1.5 : 1);
          return around(toX(point.x), toY(point.y), own);
        }),
        around(toX(0), toY(0), 6),
      ],
    },
  );
  return labelled.flatMap(({ text, colour }, i) => {
    const place = places[i];
    if (!place) return [];
    const { x, y } = place;
    const width = textWidth(text, STYLE);
    return [{
      text,
      colour,
      box: { x0: x, x1: x + width, y0: y - HEIGHT / 2, y1: y + HEIGHT / 2 },
    }];
  });
}

/** The marks of the labels. */
export function labelMarks(labels: readonly PlacedLabel[], margin: Margin): unknown[] {
  return labels.map(({ text, colour, box }) =>
    figureText(text, {
      margin,
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
