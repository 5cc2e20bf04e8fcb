import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { readRecordedVariant } from "../lib/study/results/recorded_answers.ts";

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
      "results/recorded/gemma3_270m/summary.md",
      "results/recorded/gemma3_270m_kl/summary.md",
      "results/recorded/gemma3_270m_kl_seeds/summary.md",
      "results/recorded/qwen_coder_1_5b_kl/summary.md",
      "config/qwen_coder_1_5b.json",
      "docs/what_we_found_pairs.md",
      "docs/log.md",
    ],
    least: 100,
  },
  {
    page: "README.md",
    part: ["## What we found", "## Install"],
    sources: [
      "results/recorded/qwen_coder_1_5b/summary.md",
      "results/recorded/qwen_coder_1_5b/limits.json",
      "results/recorded/qwen_coder_0_5b/summary.md",
      "results/recorded/gemma3_270m/summary.md",
      "results/recorded/gemma3_270m_kl/summary.md",
      "results/recorded/gemma3_270m_kl_seeds/summary.md",
      "results/recorded/qwen_coder_1_5b_kl/summary.md",
      "config/qwen_coder_1_5b.json",
      "docs/log.md",
    ],
    least: 30,
  },
  {
    page: "docs/reading_the_numbers.md",
    part: ["## What `compare` prints", "## The word of a change"],
    sources: ["results/recorded/qwen_coder_1_5b/summary.md"],
    least: 10,
  },
  {
    page: "docs/em_portugues.md",
    part: ["## Como ler uma linha", "- **+22.7 points**"],
    sources: ["results/recorded/qwen_coder_1_5b/summary.md"],
    least: 3,
  },
];

/** A number as it is written: with sign, thousands and decimals; not the digits of a name. */
const NUMBER = /(?<![\w.@/#-])[+−]?\d[\d,]*(?:\.\d+)?(?:e-\d+)?(?![\w/])/g;

function numbersOf(markdown: string): string[] {
  const text = markdown
    .replaceAll(/\]\([^)]*\)/g, "]")
    .replaceAll(/`[^`\n]*`/g, " ");
  return (text.match(NUMBER) ?? []).map((number) => number.replace(/,$/, ""));
}

/** The same value, written with or without thousands, sign and closing zeros. */
function value(number: string): string {
  return String(Number(number.replaceAll(",", "").replace("−", "-").replace("+", "")));
}

/**
 * Intervals as "low high", and as "change low high" where the change stands before them: `+1.2
 * [+0.5, +2.0]`, or `+1.2, between +0.5 and +2.0`. A number of one decimal alone is in some result
 * nearly always, the three together are not.
 */
function intervalsOf(markdown: string): string[] {
  const text = markdown.replaceAll(/\]\([^)]*\)/g, "]").replaceAll(/[|*]/g, " ");
  const number = String.raw`[+\u2212]?\d[\d,]*(?:\.\d+)?`;
  const ends = [
    String.raw`\[(${number}),\s+(${number})\]`,
    String.raw`between\s+(${number})\s+and\s+(${number})`,
  ];
  // what `compare` says in between is longest where a loss is excluded and has its bound
  const said = String.raw`(?:,\s+|\s+\(|:[^;:[\]]{0,90};(?:[^;:[\]]{0,60};)?\s+)`;
  const change = String
    .raw`(?<![\w.,])(${number})(?:\s+points|\s+nats\s+a\s+token)?(?:\s+on\s+[\w-]+)?`;
  return [...ends, String.raw`${change}\s+${ends[0]}`, String.raw`${change}${said}${ends[1]}`]
    .flatMap((pattern) =>
      [...text.matchAll(new RegExp(pattern, "g"))]
        .map(([, ...numbers]) => numbers.map((one) => value(one)).join(" "))
    );
}

function read(path: string): string {
  return Deno.readTextFileSync(`${REPOSITORY_ROOT}/${path}`);
}

function partOf(text: string, part = ["", ""] as readonly [from: string, to: string]): string {
  const [from, to] = part;
  assert(text.includes(from) && text.includes(to), `a page without "${from}" or "${to}"`);
  return text.slice(text.indexOf(from), to === "" ? undefined : text.indexOf(to));
}

for (const { page, part, sources, least } of PAGES) {
  Deno.test(`every number of ${page} stands in a result that it is made from`, () => {
    const known = new Set(
      sources.flatMap((path) => numbersOf(read(path).replaceAll(/["|[\]{}:/]/g, " ")).map(value)),
    );
    // a loss is written without its sign: "loses 5.6 points"
    const has = (number: string): boolean =>
      known.has(value(number)) || (!/^[+−]/.test(number) && known.has(value(`−${number}`)));
    const numbers = numbersOf(partOf(read(page), part));
    assert(numbers.length >= least, `${numbers.length} numbers found`);
    assert.deepEqual(numbers.filter((number) => !has(number)), []);
  });
}

for (const { page, part, sources, least } of PAGES) {
  Deno.test(`every interval of ${page} stands in a result, with its change`, () => {
    const known = new Set(sources.flatMap((path) => intervalsOf(read(path))));
    const intervals = intervalsOf(partOf(read(page), part));
    assert(intervals.length >= least / 2, `${intervals.length} intervals found`);
    assert.deepEqual(intervals.filter((one) => !known.has(one)), []);
  });
}

const WORDS = "gain|loss, one of 1.0 excluded|loss of 1.0 excluded|loss|no difference shown";

for (const page of ["README.md", "docs/what_we_found.md"]) {
  Deno.test(`the words of the tables of ${page} are those that their intervals allow`, () => {
    const cell = new RegExp(
      String.raw`\| (${WORDS}), [+−][\d.]+ \[([+−][\d.]+), ([+−][\d.]+)\]`,
      "g",
    );
    const cells = [...read(page).replaceAll("**", "").replaceAll(/ +/g, " ").matchAll(cell)];
    assert(cells.length >= 12, `${cells.length} cells found`);
    for (const [text, word, low, high] of cells) {
      const [from, to] = [Number(value(low!)), Number(value(high!))];
      const without0 = from > 0 || to < 0;
      if (/^(?:gain|loss(?:, one.*)?)$/.test(word!)) assert(without0, text);
      if (word === "no difference shown") assert(!without0, text);
      if (word!.includes("excluded")) assert(from > -1, text);
    }
  });
}

/** How many questions on a recorded study's databases to choose by a variant has right. */
function rightToChooseBy(study: string, variant: string): [right: number, asked: number] {
  const { halves } = JSON.parse(read(`results/recorded/${study}/plan.json`));
  const path = `${REPOSITORY_ROOT}/results/recorded/${study}/verdicts.parquet`;
  const rows = readRecordedVariant(path, variant).rows
    .map(({ row }) => row as { shots?: number | null; dbId: string; official: boolean })
    .filter(({ shots, dbId }) => (shots ?? null) === null && halves.choose.includes(dbId));
  return [rows.filter(({ official }) => official).length, rows.length];
}

for (const page of ["README.md", "docs/what_we_found.md"]) {
  Deno.test(`${page} says how the recommended variant and replay_10 did where it was chosen`, () => {
    const text = read(page).replaceAll(/\s+/g, " ");
    const [, other, asked, first] = /had (\d+) right of the (\d+) .*? had (\d+)\./.exec(text)!;
    const [, smallerOther, smaller] = /a token, and (\d+) against (\d+)/.exec(text)!;
    assert.deepEqual(
      [Number(other), Number(asked)],
      rightToChooseBy("qwen_coder_1_5b", "replay_10"),
    );
    assert.equal(Number(first), rightToChooseBy("qwen_coder_1_5b", "all_linear_2e-4")[0]);
    assert.equal(Number(smallerOther), rightToChooseBy("qwen_coder_0_5b", "replay_10")[0]);
    assert.equal(Number(smaller), rightToChooseBy("qwen_coder_0_5b", "all_linear_2e-4")[0]);
  });
}

for (const page of ["README.md", "docs/what_we_found.md", "docs/reading_the_numbers.md"]) {
  Deno.test(`${page} has the perplexity that its nats a token are`, () => {
    const text = read(page).replaceAll(/\s+/g, " ");
    const [, nats, percent] = /([\d.]+) nats a token is a perplexity ([\d.]+) % higher/.exec(text)!;
    assert.equal((100 * Math.expm1(Number(nats))).toFixed(1), percent);
  });
}

Deno.test("intervalsOf() takes a change with its interval, in text and in a table", () => {
  assert.deepEqual(
    intervalsOf("−5.6 [−6.8,\n−4.4], +0.1, between −0.2 and +0.4; | +1.3 |  [+0.7, +1.9] |"),
    ["-6.8 -4.4", "0.7 1.9", "-0.2 0.4", "-5.6 -6.8 -4.4", "1.3 0.7 1.9", "0.1 -0.2 0.4"],
  );
  assert.deepEqual(
    intervalsOf(
      "+0.1 points: a loss of 1.0 points or more is excluded (unadjusted); its bound,\n" +
        "one-sided at 5 %, is −0.1 points; between −0.2 and\n+0.3 points",
    ),
    ["-0.2 0.3", "0.1 -0.2 0.3"],
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

Deno.test("docs/what_we_found.md says how many intervals stand on it", () => {
  const page = read("docs/what_we_found.md");
  const bare = new Set(intervalsOf(page).filter((one) => one.split(" ").length === 2));
  const said = /Some\s+(\d+)\s+intervals\s+stand\s+on\s+this\s+page/.exec(page)?.[1];
  assert.equal(said, String(10 * Math.round(bare.size / 10)), `${bare.size} intervals`);
});
