/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import { REPOSITORY_ROOT } from "../../lib/ground/mod.ts";
import {
  axeFindings,
  CHROMIUM,
  NO_CHROMIUM,
  openBrowser,
  type OpenBrowserOptions,
  textOf,
} from "../../lib/report/browser/testing/open_page.ts";
import { buildSite, type Site } from "./build_site.ts";
import { smallRepository } from "./testing/small_repository.ts";
import { writeSite } from "./write_site.ts";

/** Pages of each kind: the front page, tables, code, wide tables, examples that a model wrote. */
const KINDS: readonly string[] = [
  "index.html",
  "docs/config.html",
  "docs/tutorial_own_data.html",
  "results/recorded/sample/summary.html",
  "results/recorded/sample/failures.html",
  "custom_metrics/lab.py.html",
];

/** The project's site on the disk, in a browser without a network. */
interface OpenSite {
  readonly page: Page;
  /** All of its pages. */
  readonly names: readonly string[];
  readonly go: (name: string) => Promise<void>;
}

/** Built by the first test that runs. */
let built: Site | undefined;

/** A test of the project's own site; its scripts must have nothing to complain of in the end. */
function siteTest(
  name: string,
  check: (site: OpenSite) => Promise<void>,
  options: OpenBrowserOptions = {},
): void {
  Deno.test({
    name: `site: ${name}${NO_CHROMIUM}`,
    ignore: CHROMIUM === undefined,
    // the browser's connection ends in its own time
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      using place = smallRepository({});
      const site = built ??= buildSite(REPOSITORY_ROOT);
      writeSite(site, place.root, REPOSITORY_ROOT);
      await using browser = await openBrowser(options);
      const { page, said } = browser;
      await check({
        page,
        names: [...site.texts.keys()].filter((file) => file.endsWith(".html")),
        go: async (name) => {
          await page.goto(`file://${place.root}/${name}`);
          await page.waitForSelector("body[data-ready]");
        },
      });
      assert.deepEqual(said, []);
    },
  });
}

/** How far the page can be scrolled sideways, in pixels. */
async function sideways(page: Page): Promise<number> {
  return await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  ) as number;
}

siteTest("every page opens, shows its pictures and is no wider than the screen", async (site) => {
  const { page, names, go } = site;
  assert.ok(names.length > 35, `${names.length} pages`);
  for (const name of names) {
    await go(name);
    assert.equal(await sideways(page), 0, name);
    assert.notEqual(await textOf(page, "article h1"), "", name);
    const lost = await page.$$eval(
      "img",
      (images) => images.filter((one) => one.naturalWidth === 0).map((one) => one.src),
    );
    assert.deepEqual(lost, [], name);
  }
});

siteTest("no page is wider than a phone", async ({ page, names, go }) => {
  for (const name of names) {
    await go(name);
    assert.equal(await sideways(page), 0, name);
  }
}, { width: 360 });

const VIEWS: Readonly<Record<string, OpenBrowserOptions>> = {
  "light": {},
  "dark": { dark: true },
  "on a phone": { width: 360 },
};
for (const [view, options] of Object.entries(VIEWS)) {
  siteTest(`axe finds nothing, ${view}`, async ({ page, names, go }) => {
    // recorded results are of two kinds and long
    const written = names.filter((name) =>
      view === "light" && !name.startsWith("results/recorded/")
    );
    for (const name of new Set([...KINDS, ...written])) {
      await go(name);
      assert.deepEqual(await axeFindings(page, { preload: false }), [], name);
    }
    await page.focus("#_search input");
    await page.keyboard.type("gpu");
    await page.waitForSelector("#_found li");
    assert.deepEqual(await axeFindings(page, { preload: false }), [], "with the search open");
  }, options);
}

siteTest("the search finds parts of other pages, by keys alone", async ({ page, go }) => {
  await go("docs/decisions/0001-rooms.html");
  await page.keyboard.press("/");
  await page.keyboard.type("letter prior");
  await page.waitForSelector("#_found li");
  assert.match(await textOf(page, "#_found .text"), /letter prior/i);
  await page.keyboard.press("ArrowDown");
  const [wanted] = await page.$$eval("#_found a", (links) => links.map((link) => link.href));
  assert.equal(await page.evaluate("document.activeElement.href"), wanted);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(page.url(), wanted);
  await page.keyboard.press("/");
  await page.keyboard.type("zzzz");
  await page.waitForFunction("!document.querySelector('#_found').hidden");
  await page.waitForFunction(
    "document.querySelector('#_found p').textContent.startsWith('Nothing has')",
  );
  await page.keyboard.press("Escape");
  assert.equal(await page.$eval("#_found", (found) => (found as HTMLElement).hidden), true);
});

siteTest("the search says so where its index cannot be read", async ({ page, go }) => {
  await go("index.html");
  await page.evaluate(
    "document.head.append = (script) => script.dispatchEvent(new Event('error'))",
  );
  await page.focus("#_search input");
  await page.keyboard.type("gpu");
  assert.match(await textOf(page, "#_found p"), /search_index\.js cannot be read/);
});

siteTest("light and dark change, and stay on the next page", async ({ page, go }) => {
  const ground = (): Promise<string> =>
    page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
  await go("index.html");
  const light = await ground();
  await page.click(".theme");
  const dark = await ground();
  assert.notEqual(dark, light);
  await go("docs/gpu.html");
  assert.equal(await ground(), dark);
});

siteTest("a block of code is copied as it stands", async ({ page, go }) => {
  await go("docs/tutorial_own_data.html");
  await page.evaluate(
    "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }",
  );
  await page.$eval(".copy", (copy) => (copy as HTMLElement).click());
  await page.waitForFunction("globalThis.copied !== undefined");
  const copied = await page.evaluate("globalThis.copied") as string;
  assert.ok(
    Deno.readTextFileSync(`${REPOSITORY_ROOT}/docs/tutorial_own_data.md`)
      .includes(`\`\`\`sh\n${copied}\n\`\`\``),
    copied,
  );
});

siteTest(
  "on a phone a table of labels and texts stands below each other, and no name is broken",
  async (site) => {
    const { page, go } = site;
    await go("docs/assignment.html");
    const scrolls = await page.$$eval(
      ".pairs",
      (tables) => tables.map((table) => table.scrollWidth > table.parentElement!.clientWidth),
    );
    assert.ok(scrolls.length > 0 && !scrolls.includes(true), `${scrolls}`);
    const beside = await page.$$eval(".pairs tbody tr", (rows) =>
      rows.filter((row) => {
        const [label, text] = [...row.children].map((cell) => cell.getBoundingClientRect());
        return text!.top < label!.bottom || text!.left !== label!.left;
      }).length);
    assert.equal(beside, 0);
    for (const name of ["index.html", "docs/what_we_found.html"]) {
      await go(name);
      const words = await page.$$eval(
        ":is(h2, h3, p, td) .whole:not(td .long)",
        (words) =>
          words.map((word) => {
            const range = document.createRange();
            range.selectNodeContents(word);
            const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            return { text: word.textContent, lines: lines.size };
          }),
      );
      assert.ok(words.some(({ text }) => /e-\d/.test(text!)), name);
      assert.deepEqual(words.filter(({ lines }) => lines > 1), [], name);
    }
  },
  { width: 390 },
);

siteTest(
  "what a program prints is wrapped, and the button to copy is in the corner of its block",
  async (site) => {
    const { page, go } = site;
    await go("index.html");
    const wide = await page.$$eval(
      ".output pre",
      (blocks) => blocks.filter((block) => block.scrollWidth > block.clientWidth).length,
    );
    assert.equal(wide, 0);
    const outside = await page.$$eval(".typed .copy", (buttons) =>
      buttons.filter((button) => {
        const own = button.getBoundingClientRect();
        const block = button.parentElement!.getBoundingClientRect();
        return own.top < block.top || own.right > block.right || own.top > block.top + 10;
      }).length);
    assert.equal(outside, 0);
  },
  { width: 390 },
);

siteTest("on a phone no row of a table is tall for texts off to the right alone", async (site) => {
  const { page, go } = site;
  await go("results/recorded/qwen_coder_1_5b/summary.html");
  const empty = await page.$$eval("tbody tr", (rows) =>
    rows.map((row) => {
      const edge = row.closest(".scrolls")!.getBoundingClientRect().right;
      const seen = [...row.children].filter((cell) => cell.getBoundingClientRect().left < edge - 60)
        .map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return range.getBoundingClientRect().height;
        });
      return row.getBoundingClientRect().height - Math.max(...seen);
    }));
  assert.ok(empty.length > 500, `${empty.length} rows`);
  // padding, and two lines more than what is seen
  assert.deepEqual(empty.filter((height) => height > 60), []);
}, { width: 390 });

siteTest("a figure is no white slab in the dark", async ({ page, go }) => {
  await go("index.html");
  const filters = await page.$$eval(
    ".figure img",
    (images) => images.map((image) => getComputedStyle(image).filter),
  );
  assert.ok(filters.length > 0);
  for (const filter of filters) assert.match(filter, /^invert/);
}, { dark: true });

siteTest("on a phone the pages come over the text, and Escape closes them", async (site) => {
  const { page, go } = site;
  await go("docs/gpu.html");
  const top = (): Promise<number | undefined> =>
    page.$eval("#_pages", (pages) => {
      const { top, height } = pages.getBoundingClientRect();
      return height > 0 ? top : undefined;
    });
  assert.equal(await top(), undefined);
  await page.click("button.pages");
  const bar = await page.$eval(".top", (bar) => bar.getBoundingClientRect().bottom);
  assert.equal(await top(), bar);
  await page.keyboard.press("Escape");
  assert.equal(await top(), undefined);
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Pages");
}, { width: 390 });

siteTest("without a script all pages can be read and reached", async ({ page, names, go }) => {
  await go(names[0]!);
  await page.setJavaScriptEnabled(false);
  await page.reload();
  const shown = await page.$eval("#_pages", (pages) => pages.getBoundingClientRect().height);
  assert.ok(shown > 500, `${shown} pixels of pages`);
  assert.equal(await page.$("button"), null);
}, { width: 390 });
