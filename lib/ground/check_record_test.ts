import assert from "node:assert/strict";
import { z } from "zod";
import { checkRecord, type Schema, textOfForm, together } from "./check_record.ts";

/** The message without the file. */
function problem(schema: Schema, value: unknown): string {
  try {
    checkRecord(schema, value, "x.json");
  } catch (error) {
    assert.equal((error as Error).name, "UsageError");
    const [, message] = (error as Error).message.split("Cannot use x.json: ");
    return message!;
  }
  throw new Error("it was taken");
}

const CASES: readonly (readonly [what: string, schema: Schema, value: unknown, says: string])[] = [
  ["a fraction", z.int().min(0), 1.5, "the whole must be an integer >= 0: current value is 1.5"],
  [
    "an integer out of bounds",
    z.int().min(1).max(9),
    10,
    "the whole must be an integer from 1 to 9: current value is 10",
  ],
  [
    "an integer that is not exact",
    z.int(),
    2 ** 53,
    "the whole must be an integer: current value is 9007199254740992",
  ],
  ["infinity", z.number(), Infinity, "the whole must be a number: current value is Infinity"],
  [
    "a bound that is not included",
    z.number().gt(0).lte(1),
    0,
    "the whole must be a number > 0 and <= 1: current value is 0",
  ],
  [
    "a bound above that is not included",
    z.number().gt(0).lt(1),
    1,
    "the whole must be a number > 0 and < 1: current value is 1",
  ],
  [
    "a list that is too long",
    z.array(z.int()).min(1).max(2),
    [1, 2, 3],
    "the whole must be a list of 1 to 2: current value is [1,2,3]",
  ],
  [
    "a word for a number",
    z.number().min(0),
    "1",
    'the whole must be a number >= 0: current value is "1"',
  ],
  [
    "no text",
    z.string().min(1),
    "",
    'the whole must be a text that is not empty: current value is ""',
  ],
  ["a number for a text", z.string(), 1, "the whole must be a text: current value is 1"],
  [
    "a text of another form",
    textOfForm(/^a+$/, "some a"),
    "b",
    'the whole must be some a: current value is "b"',
  ],
  [
    "a number for a text of a form",
    textOfForm(/^a+$/, "some a"),
    1,
    "the whole must be some a: current value is 1",
  ],
  [
    "a word for a flag",
    z.boolean(),
    "no",
    'the whole must be true or false: current value is "no"',
  ],
  ["another literal", z.literal(1), 2, "the whole must be 1: current value is 2"],
  [
    "null",
    z.int().min(1).optional(),
    null,
    "the whole must be an integer >= 1: current value is null",
  ],
  [
    "what may be null",
    z.int().min(1).nullable(),
    0,
    "the whole must be an integer >= 1: current value is 0",
  ],
  [
    "a list that is too short",
    z.array(z.int()).min(2),
    [1],
    "the whole must be a list of at least 2: current value is [1]",
  ],
  [
    "a list of another length",
    z.array(z.int()).length(2),
    [1],
    "the whole must be a list of 2: current value is [1]",
  ],
  [
    "an entry of a list",
    z.array(z.boolean()),
    [true, 1],
    '"[1]" must be true or false: current value is 1',
  ],
  ["an object for a list", z.array(z.int()), {}, "the whole must be a list: current value is {}"],
  [
    "an entry of a record",
    z.record(z.string(), z.int()),
    { a: 1, "b.c": "" },
    '"b.c" must be an integer: current value is ""',
  ],
  [
    "a missing key",
    z.strictObject({ a: z.strictObject({ b: z.int() }) }),
    { a: {} },
    '"a.b" must be an integer: it is missing',
  ],
  [
    "a missing object",
    z.strictObject({ a: z.strictObject({ b: z.int() }) }),
    {},
    '"a" must be an object: it is missing',
  ],
  [
    "undefined",
    z.strictObject({ a: z.int().exactOptional() }),
    { a: undefined },
    '"a" must be an integer: it is missing',
  ],
  [
    "an unknown key before what is missing beside it",
    z.strictObject({ a: z.int(), b: z.strictObject({ c: z.int() }) }),
    { zzz: 1, b: { d: 1 } },
    'unknown key "zzz": allowed are a, b',
  ],
  [
    "what comes first before an unknown key further down",
    z.strictObject({ a: z.int(), b: z.strictObject({ name: z.int() }) }),
    { b: { nmae: 1 } },
    '"a" must be an integer: it is missing',
  ],
  [
    "control characters",
    z.strictObject({ a: z.int() }),
    { a: 1, "b\n\u202e": 1 },
    'unknown key "b\\n\\u202e": allowed are a',
  ],
  [
    "a large integer",
    z.strictObject({ a: z.int() }),
    { a: 5n },
    '"a" must be an integer: current value is "5"',
  ],
  [
    "a misspelt key in a list",
    z.strictObject({ a: z.array(z.strictObject({ name: z.int() })) }),
    { a: [{ name: 1 }, { nmae: 1 }] },
    'unknown key "a[1].nmae": did you mean "name"?',
  ],
  [
    "a misspelt word",
    z.strictObject({ mode: z.enum(["fast", "slow"]).default("fast") }),
    { mode: "slo" },
    '"mode" must be one of "fast", "slow": current value is "slo" (did you mean "slow"?)',
  ],
  [
    "the type that no branch has",
    z.strictObject({ a: z.union([z.literal("all"), z.array(z.int())]) }),
    { a: 1 },
    '"a" must be "all" or a list: current value is 1',
  ],
  [
    "what is wrong in the branch that was meant",
    z.strictObject({ a: z.union([z.literal("all"), z.array(z.int())]).default("all") }),
    { a: [1, "2"] },
    '"a[1]" must be an integer: current value is "2"',
  ],
  [
    "an unknown key of a branch by name",
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("one"), size: z.int() }),
      z.strictObject({ kind: z.enum(["two", "three"]) }),
    ]),
    { kind: "two", size: 1 },
    'unknown key "size": allowed are kind',
  ],
  [
    "a branch that does not exist",
    z.strictObject({
      a: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("one"), size: z.int() }),
        z.strictObject({ kind: z.enum(["two", "three"]) }),
      ]),
    }),
    { a: { kind: "tow" } },
    '"a.kind" must be one of "one", "two", "three": current value is "tow" (did you mean "two"?)',
  ],
  [
    "what breaks a rule of several values",
    z.strictObject({
      a: together(
        z.strictObject({ low: z.int(), high: z.int() }),
        ({ low, high }) => low > high ? { path: ["low"], rule: "at most high" } : undefined,
      ),
    }),
    { a: { low: 2, high: 1 } },
    '"a.low" must be at most high: current value is 2',
  ],
  [
    "a rule with a value of its own",
    together(
      z.array(z.int()),
      (all) => all.length > 1 ? { rule: "one", value: all.length } : undefined,
    ),
    [1, 2],
    "the whole must be one: current value is 2",
  ],
];

for (const [what, schema, value, says] of CASES) {
  Deno.test(`checkRecord() says of ${what} what is allowed and what is there`, () => {
    assert.equal(problem(schema, value), says);
  });
}

Deno.test("checkRecord() cuts a long value, and keeps to one line", () => {
  const message = problem(z.int(), ["a\nb".repeat(100)]);
  assert.match(message, /^the whole must be an integer: current value is \["a\\nb.{60,80}\.\.\.$/);
});

Deno.test("checkRecord() fills in defaults and gives the keys in the schema's order", () => {
  const schema = z.strictObject({
    a: z.int().default(1),
    b: z.strictObject({ c: z.int().default(2) }).prefault({}),
    d: z.int().exactOptional(),
    e: z.int(),
  });
  assert.equal(JSON.stringify(checkRecord(schema, { e: 5 }, "x")), '{"a":1,"b":{"c":2},"e":5}');
});

Deno.test("checkRecord() keeps a key that JavaScript knows out of the result", () => {
  const schema = z.strictObject({ a: z.int().exactOptional() });
  assert.equal(
    problem(schema, JSON.parse('{"__proto__": {"a": 1}}')),
    'unknown key "__proto__": allowed are a',
  );
  assert.equal(problem(schema, { constructor: 1 }), 'unknown key "constructor": allowed are a');
});
