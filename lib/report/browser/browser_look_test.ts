/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { BrowserData } from "./browser_data.ts";
import { browserTest } from "./testing/browser_case.ts";
import { smallData } from "./testing/small_data.ts";

browserTest(
  "the line of a mark stands below the text, clear of its underscores",
  async (opened) => {
    const { page } = opened;
    const below = await page.$eval("#detail mark", (mark) => {
      const range = document.createRange();
      range.selectNodeContents(mark);
      const line = parseFloat(getComputedStyle(mark).borderBottomWidth);
      return mark.getBoundingClientRect().bottom - line - range.getBoundingClientRect().bottom;
    });
    assert.ok(below >= 2, `${below} pixels`);
  },
);

/** The small study with the longest names of the recorded sample. */
function longNames(): BrowserData {
  const data = smallData();
  const names = ["base", "all-linear-lr2e-3", "all-linear-lr2e-3@0.5"];
  return {
    ...data,
    model: "HuggingFaceTB/SmolLM2-135M-Instruct",
    label: "sample",
    variants: data.variants.map((variant, at) => ({ ...variant, name: names[at]! })),
    first: { from: names[0]!, to: names[1]! },
    changes: data.changes.map((change) => ({ ...change, to: names[1]! })),
  };
}

browserTest("the variants that are compared are named whole on a small screen", async (opened) => {
  const { page } = opened;
  for (const id of ["from", "to"]) {
    const [wanted, width] = await page.$eval(`#${id}`, (one) => {
      const select = one as HTMLSelectElement;
      const alone = select.cloneNode() as HTMLSelectElement;
      alone.style.width = "auto";
      alone.append(new Option(select.selectedOptions[0]!.text));
      document.body.append(alone);
      const widths = [alone.offsetWidth, select.offsetWidth] as const;
      alone.remove();
      return widths;
    });
    assert.ok(wanted <= width, `${id}: ${width} pixels of ${wanted}`);
  }
}, { width: 1_280, data: longNames });

browserTest("on a phone the help can be closed from each of its places", async ({ page }) => {
  await page.click("#help-open");
  const seen = (): Promise<boolean> =>
    page.$eval("#help .close", (close) => {
      const { left, top, right, bottom } = close.getBoundingClientRect();
      return document.elementFromPoint((left + right) / 2, (top + bottom) / 2) === close;
    });
  assert.equal(await seen(), true);
  await page.$eval("#help", (help) => help.scrollTo(0, help.scrollHeight));
  assert.notEqual(await page.$eval("#help", (help) => help.scrollTop), 0);
  assert.equal(await seen(), true);
  await page.click("#help .close");
  assert.equal(await page.$("#help[open]"), null);
}, { width: 390 });
