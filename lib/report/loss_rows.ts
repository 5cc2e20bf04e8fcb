import type { LossRow } from "./rows.ts";

/**
 * The rows of a training run's `loss.jsonl`: one JSON object a line, with `step` and `loss`.
 *
 * @param text The file's text.
 * @param variant The recipe's name.
 * @throws {SyntaxError} If a line is not such an object; the message has the line's number.
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
    const { step, loss } = parse(line, index + 1);
    return [{ variant, step, lossNats: loss }];
  });
}

function parse(line: string, number: number): { readonly step: number; readonly loss: number } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && "step" in value && "loss" in value) {
    const { step, loss } = value;
    if (typeof step === "number" && typeof loss === "number") return { step, loss };
  }
  throw new SyntaxError(
    `Cannot read line ${number} of the loss log as it needs numbers "step" and "loss": ` +
      `it is ${JSON.stringify(line.slice(0, 60))}`,
  );
}
