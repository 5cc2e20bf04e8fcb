/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import type { BrowserData } from "./browser_data.ts";
import { browserTest } from "./testing/browser_case.ts";
import { smallData } from "./testing/small_data.ts";

/** A statement of three hundred lines, and a result too wide for a column of three. */
function longData(): BrowserData {
  const data = smallData();
  const sql = data.sql!;
  const lines = Array.from({ length: 300 }, (_, at) => `  column_${at},`);
  const wide = Array.from({ length: 8 }, (_, at) => `value ${at} `.repeat(4));
  return {
    ...data,
    sql: {
      ...sql,
      outcomes: sql.outcomes.with(3, {
        ...sql.outcomes[3]!,
        sql: ["SELECT", ...lines, "  last_column", "FROM cow"].join("\n"),
      }),
      results: sql.results.with(2, { ...sql.results[2]!, columnCount: 8, cells: [wide, wide] }),
    },
  };
}

/** How many pages of A4 it takes on paper. */
async function printedPages(page: Page, landscape: boolean): Promise<number> {
  const pdf = await page.pdf({ format: "A4", landscape });
  return new TextDecoder("latin1").decode(pdf).match(/\/Type \/Page\b/g)!.length;
}

for (const [width, dark] of [[1_400, true], [390, true], [1_400, false]] as const) {
  const how = `${width} pixels, ${dark ? "dark" : "light"}`;
  browserTest(`a question is printed whole and light, ${how}`, async ({ page, address }) => {
    await page.goto("about:blank");
    await page.goto(`${address}#id=dev-1`);
    await page.waitForSelector("#detail .results table");
    if (dark) await page.evaluate("document.documentElement.dataset.theme = 'dark'");
    // a statement of three hundred lines alone fills four pages of A4
    assert.ok(await printedPages(page, false) >= 4);
    assert.ok(await printedPages(page, true) >= 6);
    await page.emulateMediaType("print");
    await page.setViewport({ width: 700, height: 900 });
    const shown = await page.$eval("body", (body) => body.innerText);
    assert.match(shown, /^small\n+tiny\n/);
    assert.match(shown, /tuned against base on text-to-SQL: 0\.0 points: no difference shown/);
    assert.match(shown, /Prompt: 3-shot/);
    assert.match(shown, /Names of cows\?[^]*last_column[^]*2 of 12 rows are shown/);
    // no controls, no list, and nothing that is cut off or lies over the page
    assert.doesNotMatch(shown, /Filters|Copy as Markdown|How many cows|Search|◐/);
    const odd = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("body, body *")].filter((one) => {
        const { display, position, overflowY } = getComputedStyle(one);
        if (display === "none" || one.getClientRects().length === 0) return false;
        return position === "fixed" || position === "sticky" ||
          one.matches("button, select, input, .row") ||
          (overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1 &&
            !one.matches(".hidden"));
      }).map(({ outerHTML }) => outerHTML.slice(0, 80))
    );
    assert.deepEqual(odd, []);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} pixels too wide`);
    const [ink, ground] = await page.$eval("body", (body) => {
      const { color, backgroundColor } = getComputedStyle(body);
      return [color, backgroundColor];
    });
    assert.deepEqual([ink, ground], ["rgb(29, 27, 24)", "rgb(255, 255, 255)"]);
  }, { width, dark, data: longData });
}
