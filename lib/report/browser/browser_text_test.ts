/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { BrowserData } from "./browser_data.ts";
import { browserTest } from "./testing/browser_case.ts";
import { axeFindings, textOf } from "./testing/open_page.ts";
import { HOSTILE, smallData } from "./testing/small_data.ts";

/** Turns what follows, is not seen, or is a control. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Texts of every place that a model or a data set fills, with characters that are not seen. */
function turnedData(): BrowserData {
  const data = smallData();
  const sql = data.sql!;
  const { choices } = data;
  return {
    ...data,
    sql: {
      ...sql,
      questions: sql.questions.with(1, {
        ...sql.questions[1]!,
        question: "Names\u202e of cows?",
        gold: "SELECT name\u2066 FROM cow",
      }),
      outcomes: sql.outcomes
        .with(2, { ...sql.outcomes[2]!, sql: "\u200b\u2060" })
        .with(3, {
          ...sql.outcomes[3]!,
          sql: "SELECT '\u202enick' FROM cow\r\n-- a\tb\u0007",
          message: "no such table: \u2067cows\ud800",
        }),
      results: sql.results
        .with(1, {
          ...sql.results[1]!,
          names: ["na\u202eme of a \u2066cow"],
          cells: [["Ber\u202eta"], ["\u200d"]],
        }),
    },
    choices: {
      ...choices!,
      questions: choices!.questions.map((question) => ({
        ...question,
        choices: ["\u202eone", "two\u00ad", "three", "four"],
      })),
    },
  };
}

browserTest("characters that are not seen stand there as code points", async ({ page }) => {
  const detail = await textOf(page, "#detail");
  assert.doesNotMatch(await page.$eval("body", (body) => body.innerText), UNSEEN);
  assert.equal(await textOf(page, ".row .title"), "NamesU+202E of cows?");
  assert.match(detail, /SELECT nameU\+2066 FROM cow/);
  // a statement without anything to be seen is no empty box
  assert.equal(await textOf(page, ".statement:nth-child(2) code"), "U+200BU+2060");
  assert.match(detail, /SELECT 'U\+202Enick' FROM cow -- a bU\+0007/);
  assert.match(detail, /no such table: U\+2067cowsU\+D800/);
  assert.match(detail, /1 · naU\+202Eme of a U\+2066cow/);
  assert.equal(
    await page.$eval(".result thead th[title]", (head) => head.getAttribute("title")),
    "naU+202Eme of a U+2066cow",
  );
  assert.match(detail, /BerU\+202Eta2U\+200D/);
  assert.ok((await page.$$("#detail .unseen")).length >= 9);
  assert.deepEqual(await axeFindings(page), []);
  await page.click("#tab-choices");
  await page.waitForSelector(".options");
  assert.match(await textOf(page, ".options"), /U\+202Eone.*twoU\+00AD/);
  // what the address says is text of the same kind
  await page.goto(`${page.url().split("#")[0]}#id=a%E2%80%AEb`);
  await page.waitForFunction("document.querySelector('#notice').textContent !== ''");
  assert.match(await textOf(page, "#notice"), /There is no question "aU\+202Eb"/);
}, { data: turnedData });

browserTest("copied Markdown has them as code points too", async ({ page }) => {
  await page.evaluate(
    "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }",
  );
  await page.click("#copy");
  await page.waitForFunction("globalThis.copied !== undefined");
  const copied = await page.evaluate("globalThis.copied") as string;
  assert.doesNotMatch(copied, UNSEEN);
  assert.match(copied, /SELECT 'U\+202Enick' FROM cow\n-- a\tbU\+0007/);
  assert.match(copied, /no such table: U\\\+2067cowsU\\\+D800/);
  assert.match(copied, /\| 1 · naU\\\+202Eme of a U\\\+2066cow \|/);
  // of the second answer's 12 rows 2 are there
  assert.match(copied, /\n\n2 of 12 rows are shown\.\n/);
}, { data: turnedData });

/** A message of a recorded study with one row, and a row far down. */
function countedData(): BrowserData {
  const data = smallData();
  const sql = data.sql!;
  const [, , result] = sql.results;
  const marks = Array.from({ length: 9 }, () => 0);
  return {
    ...data,
    sql: {
      ...sql,
      outcomes: sql.outcomes.with(3, {
        ...sql.outcomes[3]!,
        message: "1 rows, the gold has 14042",
      }),
      results: sql.results.with(2, {
        ...result!,
        rowCount: 12_345,
        columnCount: 11,
        cells: [["Berta".repeat(8), ...marks.map(String)], [
          "Bee".repeat(13),
          ...marks.map(String),
        ]],
        places: [1, 12_345],
      }),
    },
  };
}

for (const width of [390, 1_000]) {
  browserTest(
    `counts are written in one way, and marks stay whole, ${width} pixels`,
    async (opened) => {
      const { page, address } = opened;
      await page.goto(`${address}#id=dev-1`);
      await page.waitForSelector("#detail tr.differs");
      const detail = await textOf(page, "#detail");
      assert.match(detail, /1 row, the gold has 14,042/);
      assert.match(detail, /12,345 rows, 11 columns/);
      assert.match(detail, /2 of 12,345 rows are shown\. ?10 of 11 columns are shown\./);
      assert.equal(await textOf(page, "#detail tr.differs th"), "12,345");
      // the sign and the number of a row are on one line: as high as the number of a row without a sign
      const [plain, marked] = await page.$$eval(
        ".result:nth-child(3) tbody th",
        (heads) =>
          heads.map((head) => {
            const range = document.createRange();
            range.selectNodeContents(head);
            return { top: range.getBoundingClientRect().top - head.getBoundingClientRect().top };
          }),
      );
      assert.equal(marked!.top, plain!.top);
    },
    { width, data: countedData },
  );
}

/** The second question's answer of the base model has no statement in what it wrote. */
function withoutStatement(wrote?: string): BrowserData {
  const data = smallData();
  const outcome = { sql: "", status: "no_sql", readings: [false, false, false] };
  const outcomes = data.sql!.outcomes.with(1, { ...outcome, ...(wrote ? { wrote } : {}) });
  return { ...data, sql: { ...data.sql!, outcomes } };
}

browserTest(
  "an answer without a statement has what was written, as text",
  async ({ page }) => {
    await page.click("[data-kind=repaired]");
    const detail = await textOf(page, "#detail");
    assert.match(detail, /no statement in what it wrote:/);
    assert.ok(detail.includes(HOSTILE), detail);
  },
  { data: () => withoutStatement(HOSTILE) },
);

browserTest(
  "an answer without a statement says so where what was written is not known",
  async ({ page }) => {
    await page.click("[data-kind=repaired]");
    assert.match(await textOf(page, "#detail"), /no statement in what it wrote(?!:)/);
  },
  { data: () => withoutStatement() },
);
