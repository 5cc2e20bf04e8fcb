import type { Interval } from "../../stats/mod.ts";

/** One mark of the training loss. */
export interface LossRow {
  /** The variant's name. */
  readonly variant: string;
  /** Optimizer steps taken. */
  readonly step: number;
  /** Mean cross-entropy of the completion tokens since the last mark, in nats a token. */
  readonly lossNats: number;
}

/** What stands where an adapter that was not trained here would have its losses. */
export const NO_LOSS_LOG = "trained elsewhere: no loss log";

/** A training whose losses rose far above those of its beginning, and how far. */
export interface UnstableRow {
  /** The recipe's name in the config. */
  readonly recipe: string;
  /** The seed that it was trained with. */
  readonly seed: number;
  /** With how many seeds the study trains the recipe. */
  readonly seeds: number;
  /** Whether its loss has a penalty on the divergence (`klWeight`). */
  readonly isPenalised: boolean;
  /** The optimizer's step that the worst ten steps in a row end at. */
  readonly step: number;
  /** Their mean loss divided by that of the first ten steps. */
  readonly times: number;
  /** The largest norm of a step's gradient before clipping; absent where none was logged. */
  readonly gradientNorm?: number;
}

/** What one training run did. */
export interface TrainingRow {
  /** The variant's name. */
  readonly variant: string;
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Tokens seen, prompts included. */
  readonly tokens: number;
  /** Wall time. */
  readonly seconds: number;
  /** Loss of the first mark, in nats a token. */
  readonly firstLossNats: number;
  /** Mean of the last `n` logged losses, in nats a token; one loss alone has no interval. */
  readonly lastLossNats: {
    readonly n: number;
    readonly mean: number;
    readonly ci95?: Interval;
  };
}
