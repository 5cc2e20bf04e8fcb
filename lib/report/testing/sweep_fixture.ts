import type { ChangeRow, StudyRows, TradeOffRow } from "../rows/row_types.ts";
import { STUDY } from "./study_fixture.ts";

// Made-up numbers for tests of layout only: they come from no model.

/** What a made-up recipe does at the end of its training: points of SQL, points of MMLU, nats. */
const RECIPES: readonly (readonly [name: string, sql: number, mmlu: number, nats: number])[] = [
  ["qv-lr2e-4", 17.5, 0.4, 0.004],
  ["all-linear-lr2e-4", 21.5, 0.9, 0.011],
  ["all-linear-lr1e-3", 18.5, -6, 0.075],
  ["replay-10", 20.5, 0.6, 0.002],
  ["dora-lr2e-4", 22, 0.2, 0.014],
  ["attention-lr5e-4", 19.5, -1.4, 0.03],
];

/** How large a made-up sweep is. */
export interface SweepSize {
  /** Recipes, 6 at most. */
  readonly recipes: number;
  /** Checkpoints of each training. */
  readonly checkpoints: number;
  /** Scales of each adapter, the last one 1. */
  readonly scales: readonly number[];
  /** Seeds of the second recipe. */
  readonly seeds: number;
}

/** Four recipes, three checkpoints, four scales, three seeds: 50 variants. */
export const SWEEP: SweepSize = {
  recipes: 4,
  checkpoints: 3,
  scales: [0.25, 0.5, 0.75, 1],
  seeds: 3,
};

/** Six recipes, three checkpoints, five scales, five seeds: 94 variants. */
export const LARGE_SWEEP: SweepSize = {
  recipes: 6,
  checkpoints: 3,
  scales: [0.25, 0.5, 0.75, 0.9, 1],
  seeds: 5,
};

/** The rows of a study of so many variants, in the order in which a study has them. */
export function sweep({ recipes, checkpoints, scales, seeds }: SweepSize): StudyRows {
  const tradeOff = RECIPES.slice(0, recipes).flatMap((recipe, at) => {
    const [source] = recipe;
    const indices = Array.from({ length: checkpoints }, (_, i) => checkpoints - i);
    const own = indices.flatMap((index) =>
      scales.map((scale) => {
        const checkpoint = { index, of: checkpoints };
        const finished = index === checkpoints;
        const step = finished ? "" : `/${index}of${checkpoints}`;
        return row(`${source}${step}${scale === 1 ? "" : `@${scale}`}`, recipe, {
          source,
          scale,
          seed: 42,
          ...(finished ? {} : { checkpoint }),
        });
      })
    );
    const others = at === 1 ? Array.from({ length: seeds - 1 }, (_, i) => 43 + i) : [];
    return [
      ...own,
      ...others.map((seed) => row(`${source}#${seed}`, recipe, { source, scale: 1, seed })),
    ];
  });
  const recommended = tradeOff.find(({ origin }) =>
    origin.source === RECIPES[1]![0] && origin.checkpoint?.index === checkpoints - 1 &&
    origin.scale === 0.75
  );
  return {
    ...STUDY,
    tradeOff: tradeOff.map((own) => own === recommended ? { ...own, recommended: true } : own),
  };
}

function row(
  variant: string,
  [source, sql, mmlu, nats]: typeof RECIPES[number],
  origin: TradeOffRow["origin"],
): TradeOffRow {
  const { scale = 1, checkpoint, seed = 0 } = origin;
  const part = checkpoint ? checkpoint.index / checkpoint.of : 1;
  const along = scale * part ** 0.5;
  const noise = (size: number, of: number): number =>
    size * Math.sin(12.9 * of + 7.1 * scale + 3.3 * part + seed + source.length);
  const learnt = sql * (1 - Math.exp(-2.6 * along)) / (1 - Math.exp(-2.6));
  const like = STUDY.tradeOff[0]!;
  return {
    variant,
    origin,
    sql: changed(like.sql!, (learnt + noise(0.7, 1)) / 100, 0.041),
    mmlu: changed(
      like.mmlu!,
      (mmlu > 0 ? mmlu * along : mmlu * along ** 2.5) / 100 + noise(0.0018, 2),
      0.0062,
    ),
    prose: changed(like.prose!, nats * along ** 2 + noise(0.0012, 3), 0.0035),
    recommended: false,
  };
}

function changed(like: ChangeRow, difference: number, half: number): ChangeRow {
  return {
    ...like,
    verdict: { ...like.verdict, difference, ci95: [difference - half, difference + half] },
  };
}
