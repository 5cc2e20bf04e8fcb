import type { TradeOffRow, VariantRows } from "../../rows/row_types.ts";
import { betterOf } from "../../words/measures.ts";
import { changeInUnit } from "../curve_marks.ts";
import { type SeriesStyle, seriesStyle } from "../series.ts";
import { figureName } from "../svg.ts";

/** A measure of what is known: the x axis of a trade-off. */
export type KnowledgeGauge = "mmlu" | "prose";

/** What figures of the trade-off are made of. */
export type TradeOffRows = Pick<VariantRows, "tradeOff" | "titles" | "model" | "label">;

/** A variant in the figure, in the units of the axes. */
export interface TradeOffPoint {
  readonly variant: string;
  /** The recipe, adapter or model that it comes from. */
  readonly source: string;
  /** Variants of one path differ in their scale alone. */
  readonly path: string;
  readonly scale: number;
  /** How far its training had got, such as "1/3"; absent for the finished adapter. */
  readonly part?: string;
  /** What tells it from others of its source, such as "×0.5"; empty for the plain one. */
  readonly mark: string;
  readonly x: number;
  readonly y: number;
  /** 95 % intervals, the wider of both; absent where there is none. */
  readonly xEnds?: readonly [number, number];
  readonly yEnds?: readonly [number, number];
  readonly style: SeriesStyle;
  readonly recommended: boolean;
  /** Whether it stands for its source: the finished adapter at its full scale, of the first seed. */
  readonly plain: boolean;
  /** Whether it is of a further seed of its recipe, which is in no path. */
  readonly furtherSeed: boolean;
  /**
   * Whether no other variant of a first seed, nor the base model, is better on one axis and as good
   * on the other. Further seeds are left out, though one may be better: a study sweeps and recommends
   * the first seed alone, and the luckiest of several draws of one recipe would be on the front for
   * its luck. The figure says among what it is a front.
   */
  readonly front: boolean;
}

/**
 * The tuned variants that have a change on both axes, with their style by source and whether they
 * are on the Pareto front of the first seeds.
 *
 * @throws {RangeError} If two share a name or a change is not finite.
 */
export function tradeOffPoints(
  rows: readonly TradeOffRow[],
  gauge: KnowledgeGauge,
): TradeOffPoint[] {
  const both = rows.filter((row) => row.sql !== undefined && row[gauge] !== undefined);
  const sources = [...new Set(both.map(({ origin }) => origin.source))];
  const seeds = new Map(
    both.toReversed().map(({ origin: { source, seed } }) => [source, seed] as const),
  );
  const points = both.map((row) => ({
    ...point(row, gauge, sources.indexOf(row.origin.source)),
    furtherSeed: row.origin.seed !== seeds.get(row.origin.source),
  }));
  checkPoints(points);
  const candidates = [...points.filter(({ furtherSeed }) => !furtherSeed), BASE];
  return points.map((own) => ({
    ...own,
    front: !own.furtherSeed && isOnFront(own, candidates, gauge),
  }));
}

/** Whether no variant of a first seed is better than the base model on one axis and as good on the other. */
export function isBaseOnFront(points: readonly TradeOffPoint[], gauge: KnowledgeGauge): boolean {
  return isOnFront(BASE, points.filter(({ furtherSeed }) => !furtherSeed), gauge);
}

/** The loss on a measure that is not to be tolerated, in its unit; `undefined` where none was named. */
export function toleratedLoss(
  rows: readonly TradeOffRow[],
  gauge: KnowledgeGauge,
): number | undefined {
  return rows.find((row) => row[gauge]?.delta !== undefined)?.[gauge]?.delta;
}

/** A place in the figure, in the units of its axes. */
export type Place = Pick<TradeOffPoint, "x" | "y">;

/** The base model's place. */
export const BASE: Place = { x: 0, y: 0 };

function isOnFront(own: Place, candidates: readonly Place[], gauge: KnowledgeGauge): boolean {
  const sign = betterOf(gauge) === "lower" ? -1 : 1;
  return !candidates.some(({ x, y }) =>
    sign * x >= sign * own.x && y >= own.y && (x !== own.x || y !== own.y)
  );
}

function point(row: TradeOffRow, gauge: KnowledgeGauge, source: number): TradeOffPoint {
  const { variant, origin, recommended } = row;
  const x = changeInUnit(row[gauge]!, gauge);
  const y = changeInUnit(row.sql!, "sql");
  const { scale = 1, checkpoint, seed } = origin;
  const training = [origin.source, checkpoint?.index ?? "", seed ?? ""];
  return {
    variant: figureName(variant),
    source: figureName(origin.source),
    path: JSON.stringify(training),
    scale,
    ...(checkpoint && { part: partOf(checkpoint) }),
    mark: figureName(markOf(row)),
    x: x.y,
    y: y.y,
    ...(x.ends && { xEnds: x.ends }),
    ...(y.ends && { yEnds: y.ends }),
    style: seriesStyle(source),
    recommended,
    plain: variant === origin.source,
    furtherSeed: false,
    front: false,
  };
}

function partOf({ index, of }: NonNullable<TradeOffRow["origin"]["checkpoint"]>): string {
  return `${index}/${of}`;
}

/** The scale, the checkpoint, or what else of the name is not its source's. */
function markOf({ variant, origin: { source, scale, checkpoint } }: TradeOffRow): string {
  const parts = [
    ...(checkpoint ? [partOf(checkpoint)] : []),
    ...(scale === undefined || scale === 1 ? [] : [`×${scale}`]),
  ];
  if (parts.length > 0) return parts.join(" ");
  return variant.startsWith(source) ? variant.slice(source.length) : variant;
}

function checkPoints(points: readonly TradeOffPoint[]): void {
  const seen = new Set<string>();
  for (const { variant, x, y, xEnds = [], yEnds = [] } of points) {
    if (seen.has(variant)) {
      throw new RangeError(
        `Cannot draw the trade-off figure as each variant needs a name of its own: "${variant}" ` +
          "is there twice",
      );
    }
    seen.add(variant);
    for (const value of [x, y, ...xEnds, ...yEnds]) {
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `Cannot draw "${variant}" as its changes must be finite: current value is ${value}`,
        );
      }
    }
  }
}
