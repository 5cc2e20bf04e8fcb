import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { LETTERS, parseCsvItems, parseJsonItems } from "../mod.ts";

const ITEM = { question: "Q?", choices: ["a", "b", "c"], answer: "A" };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function refuses(parse: () => unknown, expected: RegExp): void {
  assert.throws(parse, (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    assert.match(error.message, expected);
    return true;
  });
}

Deno.test("parseJsonItems() takes 2 to 10 choices, and answers as letters or indices", () => {
  for (let size = 2; size <= 10; size++) {
    const choices = LETTERS.slice(0, size).map((letter) => ` ${letter}\n`);
    const lines = [{ ...ITEM, choices, answer: LETTERS[size - 1] }, {
      ...ITEM,
      choices,
      answer: 0,
    }];
    const items = parseJsonItems(bytes(lines.map((one) => JSON.stringify(one)).join("\n\n")), "x");
    assert.deepEqual(items.map(({ answer }) => answer), [size - 1, 0]);
    assert.deepEqual(items[0]!.choices, choices, "texts are kept exactly");
  }
});

Deno.test("parseJsonItems() refuses a line that is no question, naming it and the field", () => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
    [{ question: " " }, /"question" must be a text that is not empty: current value is " "/],
    [{ choices: ["a"] }, /"choices" must be a list of 2 to 10: current value is \["a"\]$/],
    [{ choices: new Array(11).fill("a") }, /"choices" must be a list of 2 to 10/],
    [{ choices: { A: "a" } }, /"choices" must be a list/],
    [{ choices: undefined }, /"choices" must be a list of 2 to 10: it is missing/],
    [
      { choices: ["a", ""] },
      /"choices\[1\]" must be a text that is not empty: current value is ""/,
    ],
    [{ choices: ["a", 2] }, /"choices\[1\]" must be a text that is not empty: current value is 2/],
    [
      { answer: "D" },
      /"answer" must be a letter from A to C, or a number from 0 .* to 2: current value is "D"/,
    ],
    [{ answer: 3 }, /"answer" must be .* to 2: current value is 3/],
    [{ answer: 1.5 }, /"answer" must be a letter from A to J.*: current value is 1\.5/],
    [{ answer: "a" }, /"answer" must be .*: current value is "a"/],
    [{ answer: undefined }, /"answer" must be .*: it is missing/],
    [{ subject: "" }, /"subject" must be one line of text, not empty: current value is ""/],
    [{ category: "a\nb" }, /"category" must be one line of text/],
    [{ split: "train" }, /"split" must be one of "test", "dev": current value is "train"/],
    [{ choices: undefined, options: ["a"] }, /unknown key "options": rename it to "choices"/],
    [{ answer: undefined, label: 0 }, /unknown key "label": rename it to "answer"/],
    [{ catgory: "a" }, /unknown key "catgory": did you mean "category"/],
    [{ zzz: 1 }, /unknown key "zzz": allowed are question, choices/],
  ];
  for (const [change, expected] of cases) {
    const text = `${JSON.stringify(ITEM)}\n${JSON.stringify({ ...ITEM, ...change })}\n`;
    refuses(() => parseJsonItems(bytes(text), "x.jsonl"), expected);
    refuses(
      () => parseJsonItems(bytes(text), "x.jsonl"),
      /^Cannot use x\.jsonl, line 2: /,
    );
  }
  refuses(() => parseJsonItems(bytes("[1]\n"), "x.jsonl"), /line 1: the whole must be an object/);
  refuses(() => parseJsonItems(bytes('{"question"'), "x.jsonl"), /line 1: it is not valid JSON/);
  refuses(() => parseJsonItems(bytes("\n\n"), "x.jsonl"), /x\.jsonl: it has no question/);
  refuses(() => parseJsonItems(new Uint8Array([0xe9, 0x0a]), "x.jsonl"), /not valid UTF-8/);
});

Deno.test("parseCsvItems() reads a header in any order, and leaves out the last letters' empty cells", () => {
  const text = "\uFEFFid,Subject,answer,a,B,C,question\n" +
    'q1,one,B,"x, ""y""",2,3,"First\nline?"\nq2,,A,yes,no,,Even?\n';
  const [first, second] = parseCsvItems(bytes(text), "x.csv");
  assert.deepEqual({ ...first, place: "" }, {
    id: "q1",
    subject: "one",
    question: "First\nline?",
    choices: ['x, "y"', "2", "3"],
    answer: 1,
    place: "",
  });
  assert.deepEqual(second?.choices, ["yes", "no"]);
  assert.equal(second?.subject, undefined);
  assert.equal(second?.place, "x.csv, line 4");
});

Deno.test("parseCsvItems() reads rows without a header, of as many choices as each has", () => {
  const items = parseCsvItems(bytes("One?,a,b,B\nTwo?,1,2,3,4,5,6,7,8,9,10,J\n"), "x.csv");
  assert.deepEqual(items.map(({ choices, answer }) => [choices.length, answer]), [[2, 1], [10, 9]]);
});

Deno.test("parseCsvItems() refuses what is no question, naming the line", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      "One?,a,A\n",
      /line 1: a row without a header is the question, 2 to 10 choices and .* 3 cells/,
    ],
    [`One?,${"a,".repeat(11)}A\n`, /this one has 13 cells/],
    ["One?,a,b,C\n", /"answer" must be a letter from A to B/],
    ["One?,a,,c,A\n", /"choices\[1\]" must be a text that is not empty: current value is ""/],
    ["One?,a,b,1\n", /"answer" must be a letter in CSV, from A to J: current value is "1"/],
    ["question,A,B,answer\nOne?,a,b,0\n", /line 2: "answer" must be a letter in CSV/],
    ["question;A;B;answer\nOne?;a;b;A\n", /separated by commas, not by ; or tabs/],
    ["question,A,B,answer\nOne?,a,b\n", /line 2: the header has 4 cells, this row 3/],
    ["question,A,C,answer\n", /line 1: the column "B" is missing/],
    ["question,A,answer\n", /the column "B" is missing/],
    ["question,A,B\n", /the column "answer" is missing/],
    ["question,A,B,A,answer\n", /the column "A" is there twice/],
    ["question,A,B,label\n", /unknown column "label": rename it to "answer"/],
    ["question,A,B,answer\n", /x\.csv: it has no question/],
    ["question,A,B,C,answer\nOne?,a,,c,A\n", /line 2: "choices\[1\]" must be a text/],
    ['One?,"a,b,A\n', /not valid CSV/],
    ["", /x\.csv: it has no question/],
  ];
  for (const [text, expected] of cases) {
    refuses(() => parseCsvItems(bytes(text), "x.csv"), expected);
  }
});
