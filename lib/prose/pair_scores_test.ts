import assert from "node:assert/strict";
import { OtherPassageError, pairScores, type ProseScore } from "./mod.ts";

function score(id: string, nats: number, fields: Partial<ProseScore> = {}): ProseScore {
  return { id, kind: "narrative", topic: id.split("-")[0]!, tokens: 10, nats, ...fields };
}

const BASE = [score("sea-1", 20), score("sea-2", 30), score("snow-1", 40, { kind: "dialogue" })];

Deno.test("pairScores() lines up two variants by id, with topics as clusters", () => {
  const tuned = [score("snow-1", 45, { kind: "dialogue" }), score("sea-1", 20), score("sea-2", 25)];
  assert.deepEqual(pairScores(BASE, tuned), {
    kinds: ["narrative", "narrative", "dialogue"],
    clusters: ["sea", "sea", "snow"],
    base: [2, 3, 4],
    tuned: [2, 2.5, 4.5],
  });
});

Deno.test("pairScores() of a variant with itself changes nothing", () => {
  const { base, tuned } = pairScores(BASE, BASE);
  assert.deepEqual(base, tuned);
});

Deno.test("pairScores() refuses passages that are on one side only, or twice", () => {
  assert.throws(() => pairScores(BASE, BASE.slice(1)), /only in base: sea-1/);
  assert.throws(() => pairScores(BASE.slice(1), BASE), /only in tuned: sea-1/);
  assert.throws(() => pairScores([...BASE, BASE[0]!], BASE), /twice in base: sea-1/);
  assert.throws(() => pairScores([], []), RangeError);
});

Deno.test("pairScores() refuses a passage that was not the same text for both", () => {
  const fields = [{ tokens: 9 }, { topic: "rain" }, { kind: "code" }];
  for (const field of fields) {
    const tuned = [score("sea-1", 20, field), ...BASE.slice(1)];
    const [name] = Object.keys(field);
    assert.throws(() => pairScores(BASE, tuned), new RegExp(`sea-1 as its ${name} must be`));
  }
});

Deno.test("pairScores() names the first passage that was not the same, and in what", () => {
  assert.deepEqual(pairScores(BASE, BASE.toReversed()), pairScores(BASE, BASE));
  const tuned = [
    BASE[0]!,
    score("sea-2", 30, { tokens: 9 }),
    score("snow-1", 40, { kind: "code" }),
  ];
  assert.throws(() => pairScores(BASE, tuned), (error: Error) => {
    assert.ok(error instanceof OtherPassageError && error instanceof RangeError);
    assert.deepEqual([error.id, error.field, error.values], ["sea-2", "tokens", [10, 9]]);
    return true;
  });
});
