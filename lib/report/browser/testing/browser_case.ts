import assert from "node:assert/strict";
import type { BrowserData } from "../browser_data.ts";
import {
  CHROMIUM,
  NO_CHROMIUM,
  type OpenPage,
  openPage,
  type OpenPageOptions,
} from "./open_page.ts";
import { smallData } from "./small_data.ts";

/**
 * For tests: a test on a page that is open in a browser, of small data where no others are given. The
 * page's script must have nothing to complain of in the end.
 */
export function browserTest(
  name: string,
  check: (opened: OpenPage) => Promise<void>,
  { data = smallData, ...options }: OpenPageOptions & { readonly data?: () => BrowserData } = {},
): void {
  Deno.test({
    name: `flip browser: ${name}${NO_CHROMIUM}`,
    ignore: CHROMIUM === undefined,
    // the browser's connection ends in its own time
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using opened = await openPage(data(), options);
      await check(opened);
      assert.deepEqual(opened.said, []);
    },
  });
}
