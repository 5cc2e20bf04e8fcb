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

Deno.test("numbersOf() finds signs, thousands, decimals and powers, and no digits of names", () => {
  assert.deepEqual(
    numbersOf(
      "At 1e-3: −5.6 [−6.8, +4.4] of 14,042 in Qwen2.5-Coder-1.5B, `0.5`, [7](8.md), wta_1.",
    ),
    ["1e-3", "−5.6", "−6.8", "+4.4", "14,042", "7"],
  );
});
