/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import { browserTest } from "./testing/browser_case.ts";
import { textOf } from "./testing/open_page.ts";

/** Goes back within the page, and waits until it shows another address. */
async function back(page: Page): Promise<void> {
  const before = page.url();
  await page.evaluate("history.back()");
  await page.waitForFunction((url) => location.href !== url, {}, before);
  // an address is followed when its questions are inflated
  await page.evaluate("new Promise((shown) => requestAnimationFrame(() => setTimeout(shown, 50)))");
}

const entries = (page: Page): Promise<number> => page.evaluate(() => history.length);
const title = (page: Page): Promise<string> => textOf(page, "#question-title");

browserTest("Back takes back what was chosen, one choice after another", async ({ page }) => {
  const start = page.url();
  await page.click('[data-kind="still wrong"]');
  await page.click('[data-facet="class"][data-value="value"]');
  await page.select("#to", "other");
  await page.click("#swap");
  await page.click("#tab-choices");
  await page.waitForFunction(
    "document.querySelector('#summary').textContent.includes('not asked')",
  );
  await back(page);
  assert.match(await textOf(page, "#summary"), /base against other on text-to-SQL/);
  await back(page);
  assert.match(await textOf(page, "#summary"), /other against base on text-to-SQL/);
  await back(page);
  assert.match(await textOf(page, "#summary"), /tuned against base on text-to-SQL/);
  assert.equal(await textOf(page, '[aria-pressed="true"][data-facet] .name'), "value");
  await back(page);
  assert.equal(await textOf(page, '[aria-pressed="true"][data-facet]'), "");
  assert.equal(await textOf(page, '.kind[aria-pressed="true"] .name'), "still wrong");
  await back(page);
  assert.equal(page.url(), start);
  assert.equal(await textOf(page, '.kind[aria-pressed="true"] .name'), "broken");
  await page.evaluate("history.forward()");
  await page.waitForFunction("location.hash.includes('still+wrong')");
});

browserTest("letters and steps leave no entries, and opened questions do", async ({ page }) => {
  const before = await entries(page);
  await page.keyboard.press("/");
  await page.keyboard.type("song");
  await page.waitForFunction("location.hash.includes('q=song')");
  await page.keyboard.press("Escape");
  await page.waitForFunction("!location.hash.includes('q=')");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("m");
  assert.equal(await entries(page), before);
  await page.click('[data-kind="broken"]');
  await page.click("#row-4");
  await page.click("#row-2");
  // the same once more is no other view
  await page.click("#row-2");
  assert.equal(await entries(page), before + 3);
  assert.match(await title(page), /dev-2/);
  await back(page);
  assert.match(await title(page), /dev-4/);
});

browserTest("on a phone Close leaves no dead entry behind", async ({ page }) => {
  const open = (): Promise<boolean> =>
    page.evaluate(() => document.body.classList.contains("open"));
  await page.click('[data-kind="broken"]');
  const list = page.url();
  const before = await entries(page);
  await page.click("#row-1");
  await page.waitForFunction("document.body.classList.contains('open')");
  await page.keyboard.press("j");
  await page.click("#marks");
  await page.click("#shut");
  await page.waitForFunction("!document.body.classList.contains('open')");
  // where it was, with what was changed meanwhile
  assert.equal(page.url(), `${list}&marks=other`);
  assert.equal(await entries(page), before + 1);
  await back(page);
  // one step further back, not to the closed question
  assert.equal(await textOf(page, '.kind[aria-pressed="true"] .name'), "broken");
  assert.equal(await open(), false);
}, { width: 390 });

browserTest("a question that a link opened is closed where it is", async ({ page, address }) => {
  await page.goto("about:blank");
  await page.goto(`${address}#id=dev-1`);
  await page.waitForSelector("body.open");
  const before = await entries(page);
  await page.click("#shut");
  await page.waitForFunction("!document.body.classList.contains('open')");
  assert.equal(await entries(page), before);
  assert.doesNotMatch(page.url(), /id=/);
}, { width: 390 });

browserTest("keys choose in the list: arrows, Home, End and pages", async ({ page }) => {
  await page.click('[data-kind="broken"]');
  const before = await entries(page);
  const selected = (): Promise<string> => textOf(page, '.row[aria-selected="true"] .tags');
  const presses = async (key: "End" | "Home" | "PageDown" | "PageUp" | "ArrowDown" | "ArrowUp") => {
    await page.keyboard.press(key);
    return (await selected()).split(" ")[0];
  };
  // elsewhere they are the browser's
  assert.equal(await presses("End"), "dev-0");
  await page.focus(".list");
  assert.equal(await presses("End"), "dev-4");
  assert.equal(await presses("ArrowUp"), "dev-3");
  assert.equal(await presses("Home"), "dev-0");
  assert.equal(await presses("ArrowDown"), "dev-1");
  // there is room for more than five
  assert.equal(await presses("PageDown"), "dev-4");
  assert.equal(await presses("PageUp"), "dev-0");
  assert.equal(await entries(page), before);
});
