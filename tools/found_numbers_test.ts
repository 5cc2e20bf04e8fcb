import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";

/** Pages whose numbers are those of recorded results, and what they may take them from. */
const PAGES: readonly {
  readonly page: string;
  /** The part of the page that is meant: from one text to another. */
  readonly part?: readonly [from: string, to: string];
  readonly sources: readonly string[];
  /** So many numbers are there at least. */
  readonly least: number;
}[] = [
  {
    page: "docs/what_we_found.md",
    sources: [
      "results/recorded/qwen_coder_1_5b/summary.md",
      "results/recorded/qwen_coder_1_5b/plan.json",
      "results/recorded/qwen_coder_0_5b/summary.md",
      "config/qwen_coder_1_5b.json",
      "docs/what_we_found_pairs.md",
      "docs/log.md",
    ],
    least: 100,
  },
  {
    page: "README.md",
    part: ["## What it says", "**The embedded sample.**"],
    sources: [
      "results/recorded/qwen_coder_1_5b/summary.md",
      "results/recorded/qwen_coder_1_5b/limits.json",
      "results/recorded/qwen_coder_0_5b/summary.md",
      "config/qwen_coder_1_5b.json",
      "docs/log.md",
    ],
    least: 30,
  },
];

/** A number as it is written: with sign, thousands and decimals; not the digits of a name. */
const NUMBER = /(?<![\w.@/#-])[+−]?\d[\d,]*(?:\.\d+)?(?:e-\d+)?(?![\w/])/g;

function numbersOf(markdown: string): string[] {
  const text = markdown
    .replaceAll(/\]\([^)]*\)/g, "]")
    .replaceAll(/`[^`]*`/g, " ");
  return (text.match(NUMBER) ?? []).map((number) => number.replace(/,$/, ""));
}

/** The same value, written with or without thousands, sign and closing zeros. */
function value(number: string): string {
  return String(Number(number.replaceAll(",", "").replace("−", "-").replace("+", "")));
}

/**
 * Intervals as "low high", and as "change low high" where the change stands before them: `+1.2
 * [+0.5, +2.0]`, or `between +0.5 and +2.0`. A number of one decimal alone is in some result nearly
 * always, the three together are not.
 */
function intervalsOf(markdown: string): string[] {
  const text = markdown.replaceAll(/\]\([^)]*\)/g, "]").replaceAll(/[|*]/g, " ");
  const number = String.raw`[+\u2212]?\d[\d,]*(?:\.\d+)?`;
  const ends = [
    String.raw`\[(${number}),\s+(${number})\]`,
    String.raw`between\s+(${number})\s+and\s+(${number})`,
  ];
  const change = String.raw`(?<![\w.,])(${number})(?:\s+points|\s+nats a token)?\s+`;
  return [...ends, change + ends[0]].flatMap((pattern) =>
    [...text.matchAll(new RegExp(pattern, "g"))]
      .map(([, ...numbers]) => numbers.map((one) => value(one)).join(" "))
  );
}

function read(path: string): string {
  return Deno.readTextFileSync(`${REPOSITORY_ROOT}/${path}`);
}

for (const { page, part, sources, least } of PAGES) {
  Deno.test(`every number of ${page} stands in a result that it is made from`, () => {
    const known = new Set(
      sources.flatMap((path) => numbersOf(read(path).replaceAll(/["|[\]{}:/]/g, " ")).map(value)),
    );
    // a loss is written without its sign: "loses 5.6 points"
    const has = (number: string): boolean =>
      known.has(value(number)) || (!/^[+−]/.test(number) && known.has(value(`−${number}`)));
    const text = read(page);
    const [from, to] = part?.map((place) => text.indexOf(place)) ?? [0, text.length];
    const numbers = numbersOf(text.slice(from, to));
    assert(numbers.length >= least, `${numbers.length} numbers found`);
    assert.deepEqual(numbers.filter((number) => !has(number)), []);
  });
}

for (const { page, part, sources, least } of PAGES) {
  Deno.test(`every interval of ${page} stands in a result, with its change`, () => {
    const known = new Set(sources.flatMap((path) => intervalsOf(read(path))));
    const text = read(page);
    const [from, to] = part?.map((place) => text.indexOf(place)) ?? [0, text.length];
    const intervals = intervalsOf(text.slice(from, to));
    assert(intervals.length >= least / 2, `${intervals.length} intervals found`);
    assert.deepEqual(intervals.filter((one) => !known.has(one)), []);
  });
}

Deno.test("intervalsOf() takes a change with its interval, in text and in a table", () => {
  assert.deepEqual(
    intervalsOf("−5.6 [−6.8,\n−4.4], +0.1, between −0.2 and +0.4; | +1.3 |  [+0.7, +1.9] |"),
    ["-6.8 -4.4", "0.7 1.9", "-0.2 0.4", "-5.6 -6.8 -4.4", "1.3 0.7 1.9"],
  );
});

Deno.test("numbersOf() finds signs, thousands, decimals and powers, and no digits of names", () => {
  assert.deepEqual(
    numbersOf(
      "At 1e-3: −5.6 [−6.8, +4.4] of 14,042 in Qwen2.5-Coder-1.5B, `0.5`, [7](8.md), wta_1.",
    ),
    ["1e-3", "−5.6", "−6.8", "+4.4", "14,042", "7"],
  );
});
