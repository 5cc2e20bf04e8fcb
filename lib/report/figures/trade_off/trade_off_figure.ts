import type { VariantRows } from "../../rows/row_types.ts";
import { betterOf, unitOf } from "../../words/measures.ts";
import { toleratedChange } from "../curve_marks.ts";
import { axisTitle, type PanelFrame, pixelPlot } from "../panels.ts";
import { resultText, titleWith } from "../result_text.ts";
import { AS_IT_IS, type FigureWords, legendWithNotes, type Say } from "../series.ts";
import { COLUMN_WIDTH, figureName, figureText, FONT, renderColumn, SMALL_FONT } from "../svg.ts";
import { labelMarks, type PlacedLabel, tradeOffLabels } from "./trade_off_labels.ts";
import { type TradeOffPanel, tradeOffPanelMarks } from "./trade_off_marks.ts";
import {
  type KnowledgeGauge,
  toleratedLoss,
  type TradeOffPoint,
  tradeOffPoints,
  type TradeOffRows,
} from "./trade_off_points.ts";
import { FEW, nearDomain, pointsWithin, tradeOffScales, wholeDomain } from "./trade_off_scales.ts";
import { describeTradeOff, legendEntries, noteLines } from "./trade_off_words.ts";

/** Options of {@linkcode tradeOffFigure}. */
export interface TradeOffOptions extends FigureWords {
  /** The measure of the x axis; by default multiple choice, or general text where there is none. */
  readonly gauge?: KnowledgeGauge;
}

const LEFT = 38;
const RIGHT = 12;
/** Above all panels, the y axis. */
const TOP = 24;
/** Above two panels, what they are. */
const HEAD = 15;
/** Between two panels. */
const GAP = 14;
/** How wide the panel of all variants is where another one shows a part of it. */
const OVERVIEW = 96;
/** How high a panel is, for few points and for many. */
const HEIGHT = { few: 230, many: 300 } as const;

/** The measures that the trade-off can be drawn against, the first one by default. */
export function tradeOffGauges({ tradeOff }: Pick<VariantRows, "tradeOff">): KnowledgeGauge[] {
  return (["mmlu", "prose"] as const).filter((gauge) => tradeOffPoints(tradeOff, gauge).length > 0);
}

/**
 * The study's one figure: the change on text-to-SQL (y) against the change on a measure of what is
 * known (x), with the wider 95 % interval of both on each axis. The base model is the origin.
 *
 * Each source has a colour and a symbol; a line joins the scales of one path, from the base model,
 * which is scale 0. Filled: no other variant of a first seed is better on one axis and as good on the
 * other (Pareto front of the first seeds, the staircase); hollow: one is, or it is of a further seed.
 * These are small, and one of them may be better than the front, which the legend says. The
 * recommended variant has a ring and its name; a dashed line is the tolerated loss. Of many variants
 * those that are not on the front are small too, and only finished adapters have lines and bars.
 *
 * Where one recipe forgets so much that it leaves little room for all others, there are two panels
 * with one y axis: all variants, and beside them the part round the base model, the front and the
 * recommended one, shaded in the first, with its x axis stretched. Both are linear, so that lengths of
 * intervals can be compared within a panel; a note says how many times it is stretched.
 *
 * Source: on two panels in place of a broken or bent axis W. S. Cleveland, "The Elements of Graphing
 * Data", 1994, chapter 2.
 *
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If no variant has both changes, two share a name, or one is not finite.
 */
export function tradeOffFigure(rows: TradeOffRows, options: TradeOffOptions = {}): string {
  const gauge = options.gauge ?? tradeOffGauges(rows)[0] ?? "mmlu";
  const say = options.say ?? AS_IT_IS;
  const all = tradeOffPoints(rows.tradeOff, gauge);
  if (all.length === 0) {
    throw new RangeError("Cannot draw the trade-off figure as it needs a point: there are none");
  }
  const delta = toleratedLoss(rows.tradeOff, gauge);
  const { panels, labels, near } = panelsOf(all, {
    gauge,
    tolerated: delta === undefined ? undefined : toleratedChange(delta, gauge),
  });
  const foot = legendWithNotes(
    legendEntries(all, gauge, delta),
    noteLines(rows, gauge, { of: all.length, labels, near, captioned: options.captioned ?? false }),
    say,
  );
  const below = panels[0]!.scales.frame.y1;
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const titles = { x: figureName(rows.titles[gauge]), y: figureName(rows.titles.sql) };
  return renderColumn(
    pixelPlot(below + 40 + foot.height, [
      ...panels.flatMap(tradeOffPanelMarks),
      ...labelMarks(labels),
      ...(near ? headings(panels, say) : []),
      figureText(`Change on ${titles.y} (points), better \u2191`, {
        top: 12,
        fontSize: FONT,
      }),
      axisTitle(say(`Change on ${titles.x} (${unitOf(gauge)}), ${better}`), {
        top: below + 28,
        middle: (LEFT + COLUMN_WIDTH - RIGHT) / 2,
      }),
      ...foot.marks(below + 40),
    ]),
    {
      title: titleWith(
        `${figureName(rows.model)}: change on ${titles.y} against change on ${titles.x}`,
        resultText(rows.tradeOff, rows.titles, ["sql", gauge]),
      ),
      description: describeTradeOff(rows, gauge),
    },
  );
}

/** The panels of a figure, and what stands beside its points. */
interface Panels {
  readonly panels: readonly TradeOffPanel[];
  readonly labels: readonly PlacedLabel[];
  /** Where a panel shows a part in large: how many times so, and how many variants are outside. */
  readonly near?: { readonly times: number; readonly outside: number };
}

function panelsOf(
  all: readonly TradeOffPoint[],
  { gauge, tolerated }: Pick<TradeOffPanel, "gauge" | "tolerated">,
): Panels {
  const x = wholeDomain(all, "x", { gauge, tolerated });
  const y = wholeDomain(all, "y", { gauge: "sql" });
  const near = nearDomain(all, { gauge, tolerated });
  const kind = all.length <= FEW ? "few" : "many";
  const y0 = TOP + (near ? HEAD : 0);
  const frame = { x0: LEFT, x1: COLUMN_WIDTH - RIGHT, y0, y1: y0 + HEIGHT[kind] };
  const panel = { gauge, all, tolerated };
  if (near === undefined) {
    const scales = tradeOffScales(x, y, frame);
    return {
      panels: [{ ...panel, kind, scales, first: true }],
      labels: tradeOffLabels({ gauge, all, kind, scales }),
    };
  }
  const whole = tradeOffScales(x, y, { ...frame, x1: LEFT + OVERVIEW });
  const large = tradeOffScales(near, y, { ...frame, x0: LEFT + OVERVIEW + GAP });
  const within = pointsWithin(all, large);
  const perUnit = ({ toX }: typeof whole): number => toX(1) - toX(0);
  return {
    panels: [
      { ...panel, kind: "overview", scales: whole, shaded: near, first: true },
      { ...panel, kind, scales: large, first: false },
    ],
    labels: tradeOffLabels({ gauge, all, kind, scales: large }),
    near: { times: perUnit(large) / perUnit(whole), outside: all.length - within.length },
  };
}

/** What two panels are. */
function headings(panels: readonly TradeOffPanel[], say: Say): unknown[] {
  const text = (name: string, { x0, x1, y0 }: PanelFrame): unknown =>
    figureText(name, {
      top: y0 - 8,
      left: (x0 + x1) / 2,
      anchor: "middle",
      fontSize: SMALL_FONT,
    });
  return panels.map(({ shaded, scales: { frame } }) =>
    text(say(shaded ? "all variants" : "the shaded part"), frame)
  );
}
