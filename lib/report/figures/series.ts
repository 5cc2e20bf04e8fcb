import * as Plot from "@observablehq/plot";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  fitText,
  INK,
  type Margin,
  MUTED,
  NO_MARGIN,
  PALETTE,
  SMALL_FONT,
  textWidth,
  wrapText,
} from "./svg.ts";

/** How one series looks: told apart by shape and dashes where there is no colour. */
export interface SeriesStyle {
  readonly colour: string;
  /** A symbol of Plot's. */
  readonly symbol: string;
  /** Dashes of its line, empty for none. */
  readonly dash: string;
}

const SYMBOLS: readonly string[] = ["circle", "triangle", "diamond", "star", "wye", "cross"];
const DASHES: readonly string[] = [
  "",
  "6 3",
  "2 2",
  "7 2 2 2",
  "12 3",
  "3 5",
  "8 2 2 2 2 2",
];

/** The style of the series at a place, counted from 0: the first 210 differ, 42 without colours. */
export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: PALETTE[index % PALETTE.length]!,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
    dash: DASHES[index % DASHES.length]!,
  };
}

/** An entry of a legend: a name beside a symbol, a line or both. */
export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
  /** A symbol of Plot's; none for a line alone. */
  readonly symbol?: string;
  readonly hollow?: boolean;
  /** Dashes of a line; none for a symbol alone. */
  readonly dash?: string;
  /** How wide the line is, 1.5 by default. */
  readonly width?: number;
  /** The radius of the symbol, 3.5 by default. */
  readonly radius?: number;
}

/** How a legend shows the ring round what is recommended. */
export const RING = { colour: INK, symbol: "circle", hollow: true, radius: 5 } as const;

/** A legend or notes, laid out: their marks, and how many pixels high they are. */
export interface LaidOut {
  readonly height: number;
  /** The marks of what begins at `top`; without a margin in figures in pixels. */
  readonly marks: (top: number, margin?: Margin) => readonly unknown[];
}

const LINE = 15;
const KEY = 24;

/**
 * How a text of a figure is said: as it is, or in another language. Legends and notes are laid out
 * after it, as others have other widths.
 */
export type Say = (english: string) => string;

/** In English. */
export const AS_IT_IS: Say = (english) => english;

/** What a figure says, and how. */
export interface FigureWords {
  /** How its texts are said; in English if left out. */
  readonly say?: Say;
  /** Whether a caption beside it says what bars and labels are: its notes on these are left out. */
  readonly captioned?: boolean;
}

/** Lays a legend out in as many lines as it takes. */
export function legend(entries: readonly LegendEntry[], say: Say = AS_IT_IS): LaidOut {
  const style = { fontSize: SMALL_FONT };
  let [left, line] = [8, 0];
  const places = entries.map((entry) => {
    const name = fitText(say(entry.name), COLUMN_WIDTH - KEY - 16, style);
    const wide = KEY + textWidth(name, style) + 10;
    if (left > 8 && left + wide > COLUMN_WIDTH) [left, line] = [8, line + 1];
    const place = { ...entry, name, left, line };
    left += wide;
    return place;
  });
  return {
    height: places.length === 0 ? 0 : LINE * (line + 1),
    marks: (top, margin = NO_MARGIN) =>
      places.flatMap((entry) => legendMarks(entry, top + LINE * (entry.line + 0.5), margin)),
  };
}

function legendMarks(
  { name, left, colour, symbol, hollow, dash, width = 1.5, radius = 3.5 }:
    & LegendEntry
    & { readonly left: number },
  top: number,
  margin: Margin,
): unknown[] {
  const place = { frameAnchor: "top-left", dy: top - margin.top } as const;
  return [
    ...(dash === undefined ? [] : [
      Plot.vector([0], {
        ...place,
        dx: left + 9 - margin.left,
        length: 20,
        anchor: "middle",
        rotate: 90,
        shape: STROKE,
        stroke: colour,
        strokeWidth: width,
        strokeDasharray: dash,
      }),
    ]),
    ...(symbol === undefined ? [] : [
      Plot.dot([0], {
        ...place,
        dx: left + 9 - margin.left,
        r: radius,
        symbol: symbol as Plot.SymbolType,
        stroke: colour,
        strokeWidth: 1.5,
        fill: hollow ? "white" : colour,
      }),
    ]),
    figureText(name, {
      margin,
      top,
      left: left + KEY,
      fontSize: SMALL_FONT,
      // greys are for lines and marks
      fill: PALETTE.includes(colour) ? colour : INK,
    }),
  ];
}

/** A vector without a head. */
const STROKE = {
  draw(
    context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void },
    length: number,
  ): void {
    context.moveTo(0, 0);
    context.lineTo(0, -length);
  },
};

/** A tick with its sign: "+5", "0", "−5". */
export function signedTick(value: number): string {
  if (value === 0) return "0";
  const size = String(Math.abs(value));
  return value > 0 ? `+${size}` : `\u2212${size}`;
}

/** Zero and every value with a margin of a tenth, at least `least` wide on each side. */
export function domainOf(
  values: readonly number[],
  least: number,
): readonly [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const margin = Math.max(least, 0.08 * (high - low));
  return [low - margin, high + margin];
}

/** What the interval of a change is in every figure, for its note. */
export const WIDER_INTERVAL = "the wider of two 95 % intervals (by examples, by clusters)";

/** A note and, where they are not the real data, what the data of the figure are. */
export function withData(note: string, label: string | undefined): string {
  return [note, ...dataNote(label)].join(" ");
}

/** What the data of a figure are, where they are not the real ones. */
export function dataNote(label: string | undefined): string[] {
  return label === undefined ? [] : [`Data: ${figureName(label)}.`];
}

const NOTE_LINE = 13;

/** Lays notes out, each in as many lines as it takes. */
export function notes(texts: readonly string[], say: Say = AS_IT_IS): LaidOut {
  const lines = texts.flatMap((text) =>
    // no break within "95 %" or "n = 240"
    wrapText(
      say(text).replaceAll(" %", "\u00a0%").replaceAll("n = ", "n\u00a0=\u00a0"),
      COLUMN_WIDTH - 12,
      { fontSize: SMALL_FONT },
    )
  );
  return {
    height: NOTE_LINE * lines.length + 3,
    marks: (top, margin = NO_MARGIN) =>
      lines.map((line, index) =>
        figureText(line, {
          margin,
          top: top + NOTE_LINE * (index + 0.5),
          fill: MUTED,
          fontSize: SMALL_FONT,
        })
      ),
  };
}

/** A legend with notes below it. */
export function legendWithNotes(
  entries: readonly LegendEntry[],
  texts: readonly string[],
  say: Say = AS_IT_IS,
): LaidOut {
  const [keys, lines] = [legend(entries, say), notes(texts, say)];
  return {
    height: keys.height + lines.height,
    marks: (top, margin) => [
      ...keys.marks(top, margin),
      ...lines.marks(top + keys.height, margin),
    ],
  };
}
