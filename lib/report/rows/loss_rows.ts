import { UsageError } from "../../ground/mod.ts";
import type { LossRow } from "./training_types.ts";

/**
 * The rows of a training run's `loss.jsonl`: one JSON object a line, with `step` and `loss`.
 *
 * A loss of exactly 0 is none: no model is certain of every token, and trainers log a loss that is
 * not a number as 0.
 *
 * @param text The file's text.
 * @param variant The recipe's name.
 * @throws {UsageError} If a line is not such an object, or its loss is not above 0; the message has
 * the recipe and the line's number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lossRows } from "./loss_rows.ts";
 * const rows = lossRows('{"step": 1, "loss": 2.5, "tokens": 90}\n', "all-linear");
 * assert.deepEqual(rows, [{ variant: "all-linear", step: 1, lossNats: 2.5 }]);
 * ```
 */
export function lossRows(text: string, variant: string): readonly LossRow[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const { step, loss } = parse(line, `line ${index + 1} of the loss log of "${variant}"`);
    return [{ variant, step, lossNats: loss }];
  });
}

function parse(line: string, place: string): { readonly step: number; readonly loss: number } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const fields = typeof value === "object" && value !== null ? value : {};
  const { step, loss } = fields as { readonly step?: unknown; readonly loss?: unknown };
  if (typeof step !== "number" || typeof loss !== "number") {
    throw new UsageError(
      `Cannot read ${place} as it needs numbers "step" and "loss": it is ${
        JSON.stringify(line.slice(0, 60))
      }`,
    );
  }
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new UsageError(`Cannot use ${place} as its step must be a whole number: it is ${step}`);
  }
  if (!(Number.isFinite(loss) && loss > 0)) {
    throw new UsageError(
      `Cannot use ${place} as a loss must be finite and above 0: it is ${loss} at step ${step}` +
        (loss === 0 ? ", which is how a loss that is not a number is logged" : ""),
    );
  }
  return { step, loss };
}
