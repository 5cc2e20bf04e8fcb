import * as Plot from "@observablehq/plot";
import {
  COLUMN_WIDTH,
  figureText,
  fitText,
  FONT,
  INK,
  type Margin,
  MUTED,
  NO_MARGIN,
  SMALL_FONT,
  textWidth,
} from "./svg.ts";

/** Options of Plot for a figure that is placed in pixels. */
export function pixelPlot(height: number, marks: readonly unknown[]): object {
  return {
    width: COLUMN_WIDTH,
    height,
    margin: 0,
    x: { type: "identity", axis: null },
    y: { type: "identity", axis: null },
    marks,
  };
}

/** Options of Plot for a figure of such a height with one frame, and room round it. */
export function framedPlot(margin: Margin, height: number, options: object): object {
  return {
    width: COLUMN_WIDTH,
    height,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    ...options,
  };
}

/** A panel in pixels; y grows downwards. */
export interface PanelFrame {
  /** Its left edge. */
  readonly x0: number;
  /** Its right edge. */
  readonly x1: number;
  /** Its upper edge. */
  readonly y0: number;
  /** Its lower edge. */
  readonly y1: number;
}

/** So far from the edges of a figure a title of an axis stays. */
const EDGE = 6;

/**
 * The title of an x axis: about the middle of its panels, moved where it would leave the figure, and
 * cut where it is wider.
 */
export function axisTitle(
  text: string,
  { margin = NO_MARGIN, top, middle = (margin.left + COLUMN_WIDTH - margin.right) / 2 }: {
    /** As in {@linkcode figureText}; none for figures in pixels. */
    readonly margin?: Margin;
    readonly top: number;
    /** The middle of its panels, that of the frame by default. */
    readonly middle?: number;
  },
): unknown {
  const shown = fitText(text, COLUMN_WIDTH - 2 * EDGE, { fontSize: FONT });
  const half = textWidth(shown, { fontSize: FONT }) / 2;
  const most = COLUMN_WIDTH - EDGE - half;
  const left = Math.max(EDGE + half, Math.min(most, middle));
  return figureText(shown, { margin, top, left, anchor: "middle", fontSize: FONT });
}

/** The title of a y axis above its panels, from the left edge of the figure; cut where it is wider. */
export function titleAbove(text: string, top: number): unknown {
  return figureText(fitText(text, COLUMN_WIDTH - 2 * EDGE - 2, { fontSize: FONT }), {
    top,
    fontSize: FONT,
  });
}

/** How a tolerated loss is drawn, in every figure. */
export const TOLERANCE = { stroke: INK, strokeDasharray: "5 3" } as const;
/** The same in a legend. */
export const TOLERANCE_KEY = { colour: INK, dash: TOLERANCE.strokeDasharray } as const;

/** The ticks of an axis: where a value is in pixels, and how it is written. */
export interface PanelAxis {
  /** In the unit of the axis. */
  readonly ticks: readonly number[];
  /** Where a value is, in pixels of the figure. */
  readonly at: (value: number) => number;
  /** How a tick is written. */
  readonly text: (value: number) => string;
  /** Whether its ticks are written; their lines are drawn all the same. */
  readonly written: boolean;
}

/** Lines and numbers of a panel; the line of 0 is darker than the others. */
export function gridMarks(
  { x0, x1, y0, y1 }: PanelFrame,
  { x, y }: { readonly x?: PanelAxis; readonly y: PanelAxis },
): unknown[] {
  const stroke = (tick: number): string => tick === 0 ? MUTED : "#dddddd";
  const written = ({ written, ticks }: PanelAxis): readonly number[] => written ? ticks : [];
  const style = { fontSize: SMALL_FONT };
  return [
    ...y.ticks.map((tick) => Plot.ruleY([y.at(tick)], { x1: x0, x2: x1, stroke: stroke(tick) })),
    ...(x?.ticks ?? []).map((tick) =>
      Plot.ruleX([x!.at(tick)], { y1: y0, y2: y1, stroke: stroke(tick) })
    ),
    ...written(y).map((tick) =>
      figureText(y.text(tick), { ...style, top: y.at(tick), left: x0 - 4, anchor: "end" })
    ),
    ...(x ? written(x) : []).map((tick) =>
      figureText(x!.text(tick), { ...style, top: y1 + 10, left: x!.at(tick), anchor: "middle" })
    ),
  ];
}
