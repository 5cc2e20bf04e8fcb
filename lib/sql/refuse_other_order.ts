import { printable, UsageError } from "../ground/mod.ts";
import type { GoldExample } from "./read_gold_examples.ts";
import type { Prediction } from "./read_predictions.ts";

// Of two numbers, 0 and 1 say too little to be called an order.
const FEWEST = 3;

/**
 * Refuses predictions without ids whose own fields say that they are in another order than the
 * examples: a key that numbers them, or names the examples, and not by place. Such a key has a name
 * that is not known as an id, and pairing by place would give every statement to a wrong example.
 *
 * @param predictions As many as there are examples, none with an id.
 * @throws {UsageError} The message names the key.
 */
export function refuseOtherOrder(
  predictions: readonly Prediction[],
  examples: readonly GoldExample[],
): void {
  if (predictions.length < FEWEST) return;
  const names = new Set(examples.flatMap(({ id, ownIds = [] }) => [id, ...ownIds]));
  for (const key of Object.keys(predictions[0]!.fields ?? {})) {
    const values = predictions.map(({ fields }) => fields?.[key]);
    const isOrder = numbersOthers(values) || namesOthers(values, { examples, names });
    if (!isOrder) continue;
    throw new UsageError(
      `Cannot judge: the predictions have no id, and their key "${printable(key)}" gives another ` +
        'order than the examples\': name it "id", or "index" for a place in the example file, or ' +
        "leave it out if it is neither",
    );
  }
}

/** Whether the values are the numbers from 0 or from 1, each once, in another order. */
function numbersOthers(values: readonly (string | undefined)[]): boolean {
  if (!values.every((value) => value !== undefined && /^\d{1,9}$/.test(value))) return false;
  const numbers = values.map(Number);
  const first = numbers.reduce((least, number) => Math.min(least, number), Infinity);
  const isNumbering = first <= 1 && new Set(numbers).size === numbers.length &&
    numbers.every((number) => number - first < numbers.length);
  return isNumbering && numbers.some((number, place) => number - first !== place);
}

/** Whether the values are names or ids of examples, each once, and not those of their places. */
function namesOthers(
  values: readonly (string | undefined)[],
  { examples, names }: {
    readonly examples: readonly GoldExample[];
    readonly names: ReadonlySet<string>;
  },
): boolean {
  if (!values.every((value) => value !== undefined && names.has(value))) return false;
  if (new Set(values).size < values.length) return false;
  return values.some((value, place) => {
    const { id, ownIds = [] } = examples[place]!;
    return value !== id && !ownIds.includes(value!);
  });
}
