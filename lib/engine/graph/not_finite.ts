import { UsageError } from "../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint/mod.ts";
import type { GraphScope } from "./graph_scope.ts";
import type { Variant } from "../engine.ts";

/**
 * What a graph writes in place of a token where a row of logits holds a value
 * that is not a finite number. It ends the sequence, as an end token does; no
 * token has this id, and -1 says that a sequence has ended before.
 */
export const NOT_FINITE: number = -2;

/**
 * `[b]` tokens, {@linkcode NOT_FINITE} where the row's logits are not all
 * finite. A row's sum is finite just if its values are: one NaN makes it NaN,
 * one infinity infinite, two of them infinite or NaN.
 */
export function markNotFinite(
  scope: GraphScope,
  { tokens, logits }: {
    /** `[b]` int64 */
    readonly tokens: string;
    /** `[b, vocabulary]` float32 */
    readonly logits: string;
  },
): string {
  const sum = scope.reduce("Sum", logits, 1);
  // x - x is 0 for a finite x alone
  const finite = scope.op("Equal", [scope.sub(sum, sum), scope.float32(0)]);
  return scope.op("Where", [finite, tokens, scope.int64(NOT_FINITE)]);
}

/**
 * Throws if a graph's token says that logits were not finite.
 *
 * @throws {UsageError} Naming the model and the adapter.
 */
export function refuseNotFinite(
  token: number,
  checkpoint: Pick<Checkpoint, "dir">,
  variant: Variant,
): void {
  if (token === NOT_FINITE) throw notFinite(checkpoint, variant);
}

/**
 * Throws unless all log-probabilities are finite numbers.
 *
 * @throws {UsageError} Naming the model and the adapter.
 */
export function refuseNotFiniteScores(
  logProbs: readonly number[],
  checkpoint: Pick<Checkpoint, "dir">,
  variant: Variant,
): void {
  if (!logProbs.every(Number.isFinite)) throw notFinite(checkpoint, variant);
}

function notFinite({ dir }: Pick<Checkpoint, "dir">, { adapter }: Variant): UsageError {
  const model = adapter
    ? `model in "${dir}" with the adapter in "${adapter.dir}"`
    : `model in "${dir}"`;
  return new UsageError(
    `Cannot use what the ${model} answers: its logits are not finite numbers (NaN or infinite), ` +
      "as of damaged weights or a number format that does not hold them",
  );
}
