import { counted, printable, UsageError } from "../ground/mod.ts";
import type { GoldExample } from "./read_gold_examples.ts";
import type { Prediction, Remark } from "./read_predictions.ts";
import { refuseOtherOrder } from "./refuse_other_order.ts";

/** An example with the statement that is predicted for it. */
export interface PredictionPair {
  /** The example. */
  readonly example: GoldExample;
  /** The statement; empty where there is no prediction or no answer. */
  readonly sql: string;
  /** What is to be said of the prediction. */
  readonly remark?: Remark;
}

/**
 * Gives every example its prediction. Predictions without ids answer the examples in order, and then
 * there must be as many (empty lines at the file's end left out). Predictions with ids find their
 * examples anywhere, and an example may have none; an id is the example's own, its name (`dev-3`),
 * or, where the examples bring no ids along, its place as a number.
 *
 * @returns One pair an example, in the examples' order.
 * @throws {UsageError} If some predictions have an id and others none, an id names no example or
 * several, an example has two predictions, or a prediction is for another database than its example.
 */
export function pairPredictions(
  predictions: readonly Prediction[],
  examples: readonly GoldExample[],
): readonly PredictionPair[] {
  const withId = predictions.filter(({ id }) => id !== undefined).length;
  if (withId > 0 && withId < predictions.length) {
    const first = predictions.findIndex(({ id }) => id === undefined);
    throw new UsageError(
      `Cannot judge: ${predictions.length - withId} of ${predictions.length} predictions have no ` +
        `id, the first in place ${first}: all must have one, or none`,
    );
  }
  const chosen = withId === 0 ? byPlace(predictions, examples) : byId(predictions, examples);
  const known = knownOf(examples);
  return examples.map((example) => pairOf(example, chosen.get(example), known));
}

function byPlace(
  predictions: readonly Prediction[],
  examples: readonly GoldExample[],
): ReadonlyMap<GoldExample, Prediction> {
  const surplus = predictions.slice(examples.length);
  const isEmpty = surplus.every(({ remark }) => remark === "no_answer");
  if (predictions.length < examples.length || !isEmpty) {
    throw new UsageError(
      `Cannot judge: ${counted(predictions.length, "prediction")} for ` +
        `${counted(examples.length, "example")} ` +
        "(a line each, in the same order, or records with an id)",
    );
  }
  refuseOtherOrder(predictions.slice(0, examples.length), examples);
  return new Map(examples.map((example, index) => [example, predictions[index]!]));
}

function byId(
  predictions: readonly Prediction[],
  examples: readonly GoldExample[],
): ReadonlyMap<GoldExample, Prediction> {
  const find = finder(examples);
  const chosen = new Map<GoldExample, Prediction>();
  for (const prediction of predictions) {
    const { id, otherIds = [] } = prediction;
    const example = find(id!);
    const other = otherIds.find((otherId) => find(otherId) !== example);
    if (other !== undefined) {
      throw new UsageError(
        `Cannot judge: one prediction has the ids ${named(id!)} and ${named(other)}, which are ` +
          "different examples",
      );
    }
    if (chosen.has(example)) {
      throw new UsageError(`Cannot judge: two predictions for "${example.id}" (id ${named(id!)})`);
    }
    chosen.set(example, prediction);
  }
  return chosen;
}

function finder(examples: readonly GoldExample[]): (id: string) => GoldExample {
  const own = Map.groupBy(
    examples.flatMap((example) => (example.ownIds ?? []).map((id) => ({ id, example }))),
    ({ id }) => id,
  );
  const names = new Map(examples.map((example) => [example.id, example]));
  const hasOwnIds = [...own.keys()].some((id) => !id.startsWith("#"));
  const hasOwnPlaces = [...own.keys()].some((id) => id.startsWith("#"));

  function byNumber(id: string): GoldExample | undefined {
    const isAllowed = id.startsWith("#") ? !hasOwnPlaces : !hasOwnIds;
    const number = /^#?(0|[1-9]\d*)$/.exec(id)?.[1];
    return isAllowed && number !== undefined ? examples[Number(number)] : undefined;
  }

  return (id) => {
    const found = own.get(id) ?? [];
    if (new Set(found.map(({ example }) => example)).size > 1) {
      throw new UsageError(`Cannot judge: ${found.length} examples have the id ${named(id)}`);
    }
    const example = found[0]?.example ?? names.get(id) ?? byNumber(id);
    if (example !== undefined) return example;
    const known = hasOwnIds
      ? `ids as ${named([...own.keys()].find((key) => !key.startsWith("#"))!)}`
      : `places 0 to ${examples.length - 1}`;
    throw new UsageError(
      `Cannot judge: there is no example ${named(id)} (${
        counted(examples.length, "example")
      }, ${known})`,
    );
  };
}

function named(id: string): string {
  return id.startsWith("#") ? `index ${printable(id.slice(1))}` : `"${printable(id)}"`;
}

/** What the examples say of themselves: predictions may say the same of the one that they are for. */
interface Known {
  readonly databases: ReadonlySet<string>;
  readonly questions: ReadonlyMap<string, GoldExample>;
  readonly golds: ReadonlyMap<string, GoldExample>;
}

function knownOf(examples: readonly GoldExample[]): Known {
  return {
    databases: new Set(examples.map(({ dbId }) => dbId)),
    questions: new Map(examples.map((example) => [plain(example.question ?? ""), example])),
    golds: new Map(examples.map((example) => [plain(example.gold), example])),
  };
}

function plain(text: string): string {
  return text.trim().replaceAll(/[\s;]+/g, " ").trim();
}

function pairOf(
  example: GoldExample,
  prediction: Prediction | undefined,
  known: Known,
): PredictionPair {
  if (prediction === undefined) return { example, sql: "", remark: "no_prediction" };
  const { sql, dbId, afterTab } = prediction;
  const { databases } = known;
  const before = sql.trim();
  const isStray = afterTab !== undefined && !databases.has(afterTab);
  const isKey = databases.has(before) || /^\d+$/.test(before);
  if (isStray && isKey && /\bselect\b/i.test(afterTab)) {
    throw new UsageError(
      `Cannot judge: the line for "${example.id}" has "${printable(before)}" before its tab: ` +
        "the statement comes first",
    );
  }
  const other = dbId ?? (afterTab !== undefined && databases.has(afterTab) ? afterTab : undefined);
  if (other !== undefined && other !== example.dbId) {
    throw new UsageError(
      `Cannot judge: the prediction for "${example.id}" names the database "${
        printable(other)
      }", ` +
        `the example "${printable(example.dbId)}": are the files of one order?`,
    );
  }
  refuseOtherExample(example, prediction, known);
  const remark = prediction.remark ?? (isStray ? "text_after_tab" : undefined);
  return remark === undefined ? { example, sql } : { example, sql, remark };
}

/** Refuses a prediction that says the question or the gold of another example than its own. */
function refuseOtherExample(example: GoldExample, prediction: Prediction, known: Known): void {
  const said = [
    { what: "question", own: example.question, text: prediction.question, all: known.questions },
    { what: "gold", own: example.gold, text: prediction.gold, all: known.golds },
  ];
  for (const { what, own, text, all } of said) {
    if (own === undefined || text === undefined || plain(text) === plain(own)) continue;
    const other = text.trim() === "" ? undefined : all.get(plain(text));
    if (other === undefined) continue;
    throw new UsageError(
      `Cannot judge: the prediction for "${example.id}" has the ${what} of "${other.id}": ` +
        "are the files of one order?",
    );
  }
}
