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
