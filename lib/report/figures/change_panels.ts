import * as Plot from "@observablehq/plot";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { ChangeRow, StudyRows } from "../rows/row_types.ts";
import { changeNumber, lossText } from "../words/measures.ts";
import { outcomeLabel } from "../words/verdict_words.ts";
import { changeDomain, changeInUnit, panelTitle, ticksOf, toleratedChange } from "./curve_marks.ts";
import { gridMarks, type PanelFrame, pixelPlot, TOLERANCE, TOLERANCE_KEY } from "./panels.ts";
import { changesText, titleWith } from "./result_text.ts";
import {
  dataNote,
  type LaidOut,
  legendWithNotes,
  type SeriesStyle,
  seriesStyle,
  signedTick,
  WIDER_INTERVAL,
} from "./series.ts";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  fitName,
  FONT,
  renderColumn,
  SMALL_FONT,
  textWidth,
} from "./svg.ts";

const EDGE = 12;
/** A row: its words, and below them its interval. */
const ROW = 27;
const WORDS = 7;
const MARK = 17;
/** Above a panel, its measure. */
const HEAD = 18;
/** Below a panel, the numbers of its axis, and room. */
const FOOT = 30;

/**
 * The changes of a few variants, a panel a measure with an axis of its own: one row a variant, with its
 * change, the word that it may be given, and the wider 95 % interval about a line at 0. A dashed line
 * is the tolerated loss. Colours and symbols are those of the variants in the trade-off figure.
 * Groups of one measure are in `changePoints`.
 *
 * @param names The variants, in the order of the rows.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no names, or one is no tuned variant of the study.
 */
export function changePanels(rows: StudyRows, names: readonly string[]): string {
  const sources = [...new Set(rows.tradeOff.map(({ origin }) => origin.source))];
  const variants = names.map((name) => {
    const row = rows.tradeOff.find(({ variant }) => variant === name);
    if (row) return { row, style: seriesStyle(sources.indexOf(row.origin.source)) };
    throw new RangeError(`Cannot draw the changes of "${name}": it is no tuned variant`);
  });
  const panels = GAUGES.flatMap((gauge) => {
    const lines = variants.flatMap(({ row, style }) =>
      row[gauge] ? [{ change: row[gauge], style }] : []
    );
    return lines.length === 0 ? [] : [{ gauge, lines }];
  });
  if (panels.length === 0) throw new RangeError("Cannot draw changes as there are none");
  let top = 4;
  const marks = panels.flatMap((panel) => {
    const own = panelMarks(panel, { rows, top });
    top += HEAD + ROW * panel.lines.length + FOOT;
    return own;
  });
  const foot = footOf(panels, rows);
  return renderColumn(pixelPlot(top + foot.height, [...marks, ...foot.marks(top)]), {
    title: titleWith(
      `${figureName(rows.model)}: what changed against the base model`,
      variants.map(({ row }) => changesText(row, rows.titles)).join("; "),
    ),
    description: panels.map(({ gauge, lines }) =>
      `${rows.titles[gauge]}: ` +
      lines.map(({ change }) => `${change.variant} ${labelOf(change)}`).join(", ")
    ).join("; "),
  });
}

interface ChangePanel {
  readonly gauge: Gauge;
  readonly lines: readonly { readonly change: ChangeRow; readonly style: SeriesStyle }[];
}

/** "+22.7: gain". */
function labelOf(change: ChangeRow): string {
  return `${changeNumber(change.verdict.difference, change.measure)}: ${outcomeLabel(change)}`;
}

function panelMarks(
  { gauge, lines }: ChangePanel,
  { rows, top }: { readonly rows: StudyRows; readonly top: number },
): unknown[] {
  const y0 = top + HEAD;
  const frame: PanelFrame = { x0: EDGE, x1: COLUMN_WIDTH - EDGE, y0, y1: y0 + ROW * lines.length };
  const drawn = lines.map((line, i) => ({
    ...line,
    ...changeInUnit(line.change, gauge),
    top: y0 + ROW * i,
  }));
  const delta = lines.find(({ change }) => change.delta !== undefined)?.change.delta;
  const tolerated = delta === undefined ? [] : [toleratedChange(delta, gauge)];
  const domain = changeDomain(
    [...tolerated, ...drawn.flatMap(({ y, ends = [] }) => [y, ...ends])],
    gauge,
  );
  const toX = (value: number): number =>
    frame.x0 + (value - domain[0]) / (domain[1] - domain[0]) * (frame.x1 - frame.x0);
  return [
    figureText(
      panelTitle(gauge, rows.titles[gauge], lines.map(({ change }) => change.evidence.n)),
      {
        top: top + 7,
        fontSize: FONT,
      },
    ),
    ...gridMarks(frame, {
      x: { ticks: ticksOf(domain, 6), at: toX, text: signedTick, written: true },
      y: { ticks: [], at: (y) => y, text: String, written: false },
    }),
    ...drawn.flatMap(({ change, style, y, ends, top }) => {
      const words = labelOf(change);
      const width = COLUMN_WIDTH - 22 - textWidth(words, { fontSize: SMALL_FONT });
      const name = fitName(figureName(change.variant), width, { fontSize: SMALL_FONT, bold: true });
      const text = { top: top + WORDS, fontSize: SMALL_FONT, halo: true };
      return [
        // beside the marks alone: through a sign of the words a dash would make another one of it
        Plot.ruleX(tolerated.map(toX), { y1: top + WORDS + 8, y2: top + ROW, ...TOLERANCE }),
        figureText(name, { ...text, fontWeight: "bold", fill: style.colour }),
        figureText(words, { ...text, left: COLUMN_WIDTH - 6, anchor: "end" }),
        Plot.ruleY(ends ? [top + MARK] : [], {
          x1: toX(ends?.[0] ?? 0),
          x2: toX(ends?.[1] ?? 0),
          stroke: style.colour,
          strokeWidth: 2,
        }),
        Plot.dot([[toX(y), top + MARK]], {
          r: 3.5,
          symbol: style.symbol as Plot.SymbolType,
          fill: style.colour,
          stroke: "white",
          strokeWidth: 0.5,
        }),
      ];
    }),
  ];
}

function footOf(panels: readonly ChangePanel[], { titles, label }: StudyRows): LaidOut {
  const changes = panels.flatMap(({ lines }) => lines.map(({ change }) => change));
  const losses = panels.flatMap(({ gauge, lines }) => {
    const delta = lines.find(({ change }) => change.delta !== undefined)?.change.delta;
    return delta === undefined ? [] : [`${lossText(delta, gauge)} of ${titles[gauge]}`];
  });
  return legendWithNotes(
    losses.length === 0 ? [] : [{
      name: `tolerated loss: ${losses.join(", ")}`,
      ...TOLERANCE_KEY,
    }],
    [
      `Lines: ${WIDER_INTERVAL}, unadjusted.`,
      ...(changes.some(({ adjusted }) => adjusted)
        ? ["Words: of claims that are adjusted together, what is left after that."]
        : []),
      ...dataNote(label),
    ],
  );
}
