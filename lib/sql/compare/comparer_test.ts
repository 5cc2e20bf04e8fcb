import assert from "node:assert/strict";
import { isAlive } from "../testing/test_database.ts";
import { packRows } from "../execute/messages/packed_rows.ts";
import type { Row } from "../value.ts";
import type { ComparisonRequest } from "./compare_results.ts";
import { Comparer } from "./comparer.ts";
import { comparisonOfFrame, messageOfComparison } from "./comparer_protocol.ts";
import { HOSTILE_COMPARISONS } from "./testing/hostile_comparisons.ts";

// Longer than any of them takes on a busy machine: the steps decide, not the time.
const PATIENT_MS = 120_000;

function requestOf(
  gold: readonly Row[],
  predicted: readonly Row[],
  order: ComparisonRequest["order"] = "any",
): ComparisonRequest {
  const pair = {
    gold: packRows(gold, gold[0]!.length),
    predicted: packRows(predicted, predicted[0]!.length),
  };
  return { official: pair, written: pair, order };
}

/** The longest time for which nothing else could run in this process. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(longest, performance.now() - last);
}

for (const { name, make, official, order } of HOSTILE_COMPARISONS) {
  Deno.test(`Comparer holds off ${name}`, async () => {
    await using comparer = new Comparer({ timeoutMs: PATIENT_MS });
    const request = requestOf(...make(), order);
    let outcome: unknown;
    const pause = await longestPause(async () => {
      const comparison = await comparer.compare(request);
      outcome = "timeout" in comparison ? "timeout" : comparison.official;
    });
    assert.equal(outcome, official);
    assert.ok(pause < 1_500, `nothing else could run for ${pause} ms`);
  });
}

Deno.test("Comparer ends a comparison at the time limit, and goes on", async () => {
  await using comparer = new Comparer({ timeoutMs: 700 });
  const hard = HOSTILE_COMPARISONS.find((comparison) => comparison.official === "timeout")!;
  // The first one would count the start of the process.
  await comparer.compare(requestOf(...hard.make()));
  const started = performance.now();
  const comparison = await comparer.compare(requestOf(...hard.make()));
  assert.ok("timeout" in comparison, JSON.stringify(comparison));
  assert.match(comparison.timeout, /longer than 700 ms/);
  assert.ok(performance.now() - started < 5_000, `${performance.now() - started} ms`);
  assert.deepEqual(await comparer.compare(requestOf([[1n]], [[1]])), {
    official: true,
    assignment: true,
    strict: true,
  });
});

Deno.test("Comparer compares many large results one after another and leaves no process", async () => {
  const comparer = new Comparer({ timeoutMs: PATIENT_MS });
  const rows: readonly Row[] = Array.from(
    { length: 30_000 },
    (_, at) => [BigInt(at), `row ${at}`, at / 7],
  );
  const reversed = rows.toReversed();
  const comparisons = await Promise.all(
    Array.from(
      { length: 8 },
      (_, at) =>
        comparer.compare(
          requestOf(rows, at % 2 === 0 ? reversed : reversed.with(at, [0n, "", null])),
        ),
    ),
  );
  assert.deepEqual(
    comparisons.map((comparison) => "timeout" in comparison ? "timeout" : comparison.assignment),
    [true, false, true, false, true, false, true, false],
  );
  const pids = comparer.processIds;
  assert.equal(pids.length, 1);
  await comparer[Symbol.asyncDispose]();
  assert.deepEqual(pids.filter(isAlive), []);
});

Deno.test("Comparer gives readings of their own to the official form and the written one", async () => {
  await using comparer = new Comparer({ timeoutMs: PATIENT_MS });
  const [one, two] = [packRows([[1n, 2n]], 2), packRows([[2n, 1n]], 2)];
  const readings = await comparer.compare({
    official: { gold: one, predicted: two },
    written: { gold: one, predicted: two },
    order: "any",
  });
  assert.deepEqual(readings, { official: true, assignment: false, strict: false });
  assert.deepEqual(await comparer.compare({ order: "any" }), {
    official: false,
    assignment: false,
    strict: false,
  });
  assert.deepEqual(
    await comparer.compare({ written: { gold: one, predicted: one }, order: "ordered" }),
    { official: false, assignment: true, strict: true },
  );
});

Deno.test("comparisonOfFrame() gives a request back, each result sent once", () => {
  const [a, b] = [packRows([[1n, "x"]], 2), packRows([[2, null]], 2)];
  const request = {
    official: { gold: a, predicted: b },
    written: { gold: a, predicted: a },
    order: "any",
    steps: 9,
  } as const;
  const frame = messageOfComparison(request);
  assert.equal(frame.bytes.length, a.bytes.length + b.bytes.length);
  const sent = comparisonOfFrame({ ...frame, message: JSON.parse(JSON.stringify(frame.message)) });
  assert.deepEqual(sent.official!.predicted.rows(), [[2, null]]);
  assert.deepEqual(sent.written!.predicted.rows(), [[1n, "x"]]);
  assert.equal(sent.written!.gold, sent.official!.gold);
});
