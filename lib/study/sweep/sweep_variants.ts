import type { Recipe, StudyConfig, VariantOrigin } from "../../runs/mod.ts";

/** A training of the study: a recipe with one of its seeds. */
export interface Training {
  /** The name of its run folder: the recipe's, with the seed where it has several. */
  readonly name: string;
  /** The recipe as it is trained, `name` and seed of the training in it. */
  readonly recipe: Recipe;
  /** The name of the recipe in the config. */
  readonly source: string;
  /** The seed that it is trained with. */
  readonly seed: number;
}

/** A variant of the sweep, before it is opened. */
export interface SweepVariant {
  /** Unique in the study: `recipe#seed/1of3@0.5`, parts that say nothing left out. */
  readonly name: string;
  /** What it comes from, as the summary has it. */
  readonly origin: VariantOrigin;
  /** Where its weights come from. */
  readonly weights:
    | { readonly kind: "training"; readonly training: Training; readonly checkpoint: Checkpoint }
    | { readonly kind: "adapter" | "model"; readonly path: string };
  /** The path that it is a step of; absent for what no recommendation is made of. */
  readonly path?: string;
}

/** One of the adapters that a training saves, in the order of its steps. */
export interface Checkpoint {
  /** From 1 to `of`; the last one is the finished adapter. */
  readonly index: number;
  /** How many adapters the training saves. */
  readonly of: number;
}

/** Every training of a study: each recipe with as many seeds as the sweep gives it. */
export function trainings({ training, sweep, seed }: StudyConfig): Training[] {
  return training.recipes.flatMap((recipe) =>
    Array.from({ length: sweep.seeds[recipe.name] ?? 1 }, (_, i) => {
      const own = seed + i;
      const name = i === 0 ? recipe.name : `${recipe.name}#${own}`;
      const saved = sweep.checkpoints > 1 ? { checkpoints: sweep.checkpoints } : {};
      return { name, recipe: { ...recipe, ...saved, name }, source: recipe.name, seed: own };
    })
  );
}

/**
 * Every tuned variant of a study in the order of its tables: trainings with their checkpoints and
 * scales, adapters and models from elsewhere.
 *
 * Only the first seed of a recipe has all checkpoints and scales, as its paths are what a
 * recommendation is made of; further seeds say whether the recipe or only an adapter does it.
 * Earlier checkpoints that are a curve alone are no candidates either.
 */
export function sweepVariants(config: StudyConfig): SweepVariant[] {
  const { sweep, seed } = config;
  const trained = trainings(config).flatMap((training) => {
    const first = training.seed === seed;
    const of = sweep.checkpoints;
    const indices = first ? Array.from({ length: of }, (_, i) => of - i) : [of];
    const curve = sweep.earlier === "curve";
    const { replayShare = 0, klWeight = 0 } = training.recipe;
    const outside = replayShare > 0 || klWeight > 0 ? { outsideTrainSplit: true } as const : {};
    return indices.flatMap((index) => {
      const checkpoint = { index, of };
      const step = index === of ? "" : `/${index}of${of}`;
      const candidate = first && (index === of || !curve);
      const scales = candidate ? sweep.scales : [1];
      return scales.map((scale): SweepVariant => ({
        name: training.name + step + scaleName(scale),
        origin: {
          source: training.source,
          scale,
          seed: training.seed,
          ...outside,
          ...(index === of ? {} : { checkpoint }),
        },
        weights: { kind: "training", training, checkpoint },
        ...(candidate ? { path: training.name + step } : {}),
      }));
    });
  });
  const adapters = config.adapters.flatMap(({ name, adapter }) =>
    sweep.scales.map((scale): SweepVariant => ({
      name: name + scaleName(scale),
      origin: { source: name, scale },
      weights: { kind: "adapter", path: adapter },
      path: name,
    }))
  );
  const models = config.models.map(({ name, path }): SweepVariant => ({
    name,
    origin: { source: name },
    weights: { kind: "model", path },
    path: name,
  }));
  return [...trained, ...adapters, ...models];
}

/** The variants that stand for their recipes: the first seed, the finished adapter, its full scale. */
export function plainVariants(variants: readonly SweepVariant[]): SweepVariant[] {
  return variants.filter(({ origin, name }) => name === origin.source);
}

function scaleName(scale: number): string {
  return scale === 1 ? "" : `@${scale}`;
}
