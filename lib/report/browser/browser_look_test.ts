/// <reference lib="dom" />
import assert from "node:assert/strict";
import { browserTest } from "./testing/browser_case.ts";

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
