import assert from "node:assert/strict";

/**
 * How far a number of one run may be from that of another one: log-probabilities differ in the last
 * digits of single precision with the other questions of a batch.
 */
const TOLERANCE = 1e-5;

/** For tests: two values are the same, numbers within {@linkcode TOLERANCE}. */
export function assertNear(actual: unknown, expected: unknown, place = "it"): void {
  if (typeof actual === "number" && typeof expected === "number") {
    const near = Math.abs(actual - expected) <= TOLERANCE * (1 + Math.abs(expected));
    assert.ok(near, `${place}: ${actual} is not ${expected}`);
  } else if (isObject(actual) && isObject(expected)) {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), place);
    for (const [key, value] of Object.entries(expected)) {
      assertNear(actual[key], value, `${place}.${key}`);
    }
  } else assert.deepEqual(actual, expected, place);
}

/** For tests: the objects of a text of JSON lines. */
export function parsedLines(text: string): unknown[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
