/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { BrowserData } from "./browser_data.ts";
import { browserTest } from "./testing/browser_case.ts";
import { madeUpData } from "./testing/made_up_data.ts";
import { axeFindings, textOf } from "./testing/open_page.ts";
import { HOSTILE, smallData } from "./testing/small_data.ts";

const rows = ".row .title";

browserTest("the first view has what the variant broke, and why", async ({ page }) => {
  assert.equal(await textOf(page, rows), "Names of cows?");
  assert.equal(await textOf(page, ".kind .count"), "1 | 1 | 2 | 1");
  assert.match(
    await textOf(page, "#summary"),
    /tuned against base on text-to-SQL: 0\.0 points: no/,
  );
  assert.equal(await textOf(page, '[data-facet="class"] .name'), "projection");
  assert.match(await textOf(page, "#detail"), /mismatch, projection/);
  await page.click('[data-kind="repaired"]');
  assert.equal(await textOf(page, '[data-facet="reason"] .name'), "no such table");
  await page.click('[data-kind="broken"]');
  assert.match(
    await textOf(page, "#detail"),
    /Rows: 11 not in the gold's, 1 of the gold's missing/,
  );
  assert.equal(await textOf(page, "#detail mark"), "nick");
  assert.equal(await textOf(page, "#detail td.differs"), "differs: Bee");
  assert.equal(await textOf(page, "#detail tr.differs th"), "12");
});

/** A result whose columns have a short name, a long one, none, and one that reads from the right. */
function namedColumns(): BrowserData {
  const data = smallData();
  const sql = data.sql!;
  const names = ["name", `count(DISTINCT ${"T1.country_of_birth, ".repeat(6)})`, "", "שם 1"];
  const cells = [["Berta", "2", "3", "4"]];
  return {
    ...data,
    sql: {
      ...sql,
      results: sql.results.with(2, { rowCount: 1, columnCount: 4, names, cells }),
    },
  };
}

for (const [width, dark] of [[1_280, false], [390, true]] as const) {
  browserTest(
    `columns have their names, long ones cut for the eye, ${width} pixels`,
    async (opened) => {
      const { page, address } = opened;
      await page.goto(`${address}#id=dev-1`);
      await page.waitForSelector("#detail .result:nth-child(3) table");
      const heads = await page.$$eval(
        ".result:nth-child(3) thead th",
        (all) =>
          all.map((head) => ({
            text: head.textContent,
            scope: head.getAttribute("scope"),
            title: head.getAttribute("title"),
            height: head.getBoundingClientRect().height,
            isCut: [...head.querySelectorAll(".column")].some((name) =>
              name.scrollWidth > name.clientWidth
            ),
          })),
      );
      const { names } = namedColumns().sql!.results[2]!;
      const [name, long, , turned] = names!;
      assert.deepEqual(heads.map(({ text }) => text), [
        "row",
        `1 · ${name}`,
        `2 · ${long}`,
        "3",
        `4 · ${turned}`,
      ]);
      assert.ok(heads.every(({ scope }) => scope === "col"));
      assert.deepEqual(heads.map(({ isCut }) => isCut), [false, false, true, false, false]);
      assert.deepEqual(heads.map(({ title }) => title), [null, null, long, null, null]);
      // a line for the numbers and one for the names at most
      assert.ok(heads.every(({ height }) => height < 50), `${heads[0]!.height} pixels`);
      assert.deepEqual(await axeFindings(page), []);
    },
    { width, dark, data: namedColumns },
  );
}

browserTest("filters narrow list and counts, and can be taken back", async ({ page }) => {
  await page.click('[data-kind="broken"]');
  assert.equal((await page.$$(".row")).length, 5);
  await page.click('[data-facet="database"][data-value="music"]');
  assert.equal(await textOf(page, ".kind .count"), "0 | 0 | 2 | 1");
  await page.click('[data-facet="hardness"][data-value="hard"]');
  assert.equal(await textOf(page, rows), "Oldest song?");
  assert.match(await textOf(page, "#detail"), /cut at the token limit, inside its reasoning/);
  assert.match(await textOf(page, "#summary"), /Counts are of the questions that the filters let/);
  await page.click('[data-kind="repaired"]');
  assert.match(await textOf(page, "#nothing:not([hidden])"), /^No question is of this kind/);
  await page.click("#reset");
  await page.click('[data-kind="repaired"]');
  assert.equal((await page.$$(".row")).length, 5);
});

browserTest("one group that is filtered by has its own sentence", async ({ page }) => {
  await page.click('[data-facet="hardness"][data-value="easy"]');
  assert.match(await textOf(page, "#summary"), /easy alone: 0\.0 points: no difference shown of/);
});

browserTest("the search looks into questions and statements", async ({ page }) => {
  await page.click('[data-kind="broken"]');
  await page.keyboard.press("/");
  await page.keyboard.type("nick");
  await page.waitForFunction("document.querySelectorAll('.row').length === 1");
  assert.equal(await textOf(page, rows), "Names of cows?");
  await page.keyboard.press("Escape");
  await page.waitForFunction("document.querySelectorAll('.row').length === 5");
});

browserTest("statements are marked against the gold, or against each other", async ({ page }) => {
  await page.click('[data-kind="still wrong"]');
  await page.keyboard.press("j");
  await page.waitForFunction("document.querySelectorAll('#detail mark').length === 2");
  assert.equal(await textOf(page, "#detail mark"), "1 | FROM x");
  await page.keyboard.press("m");
  await page.waitForFunction("document.querySelector('#marks').textContent.includes('other')");
  assert.equal(await textOf(page, "#detail mark"), `1 | '${HOSTILE}' FROM x`);
  assert.match(page.url(), /marks=other/);
});

browserTest("keys go from question to question, and open the help", async ({ page }) => {
  await page.keyboard.press("2");
  const selected = (): Promise<string> => textOf(page, '.row[aria-selected="true"] .title');
  await page.keyboard.press("j");
  assert.equal(await selected(), "Names of cows?");
  await page.keyboard.press("k");
  assert.equal(await selected(), "How many cows?");
  assert.match(await textOf(page, "#question-title"), /dev-0 repaired/);
  await page.keyboard.press("?");
  assert.equal(await page.$eval("#help", (one) => (one as HTMLDialogElement).open), true);
  // What has the focus is read first: the help begins with its title, not with its button.
  assert.equal(await page.evaluate(() => document.activeElement?.id), "help-title");
  await page.keyboard.press("Escape");
  assert.equal(await page.$eval("#help", (one) => (one as HTMLDialogElement).open), false);
});

browserTest(
  "questions that could not be scored are counted, with why",
  async ({ page }) => {
    assert.match(
      await textOf(page, "#summary"),
      /Not scored, of 6 questions: 1 on database lost, which has no file/,
    );
    await page.click("#tab-choices");
    await page.waitForSelector('[data-facet="letters"]');
    assert.doesNotMatch(await textOf(page, "#summary"), /Not scored/);
  },
);

browserTest("any two variants are compared, with words or without", async ({ page }) => {
  await page.select("#to", "other");
  assert.match(await textOf(page, "#summary"), /no words for this pair; counts alone/);
  // one question has no verdict of the other one
  assert.match(await textOf(page, "#summary"), /4 questions that both answered/);
  await page.select("#prompt", "0-shot");
  assert.match(await textOf(page, "#summary"), /One of the two was not asked this/);
  await page.select("#to", "tuned");
  assert.equal(await textOf(page, ".kind .count"), "0 | 0 | 2 | 3");
});

browserTest("multiple choice has letters, shares and what was not recorded", async ({ page }) => {
  await page.click("#tab-choices");
  await page.waitForSelector('[data-facet="letters"]');
  assert.equal(await textOf(page, rows), "Which planet?");
  const detail = await textOf(page, "#detail");
  assert.match(detail, /tuned: its log-probabilities were not recorded/);
  assert.match(detail, /base: it wrote A/);
  // exp(-0.5) of exp(-0.5) + exp(-1.5) + exp(-3) + exp(-4)
  assert.match(detail, /● chosen67\.6 %−0\.50/);
  assert.equal(await textOf(page, '[data-facet="letters"] .name'), "A → D");
});

browserTest("the pair's other measures stand beside the one that is listed", async ({ page }) => {
  assert.match(await textOf(page, "#summary"), /MMLU: 0\.0 points: no difference of letters shown/);
  assert.equal(await textOf(page, "#summary .more"), "");
  const promptShown = (): Promise<boolean> =>
    page.$eval("#prompt", (one) => (one as HTMLElement).offsetParent !== null);
  assert.equal(await promptShown(), true);
  await page.click("#tab-choices");
  await page.waitForSelector('[data-facet="letters"]');
  assert.match(await textOf(page, "#summary"), /Text-to-SQL, 3-shot: 0\.0 points: no difference/);
  assert.match(await textOf(page, "#summary .more"), /^The rest comes from choosing letters/);
  // multiple choice has no prompts to choose from
  assert.equal(await promptShown(), false);
});

browserTest("variants are listed by their recipe", async ({ page }) => {
  assert.equal(await textOf(page, "#to > option"), "base");
  assert.equal(
    await textOf(page, '#to > optgroup[label="qv"] > option'),
    [
      "tuned (recommended)",
      "other",
    ].join(" | "),
  );
});

browserTest("an error class says what it means", async ({ page }) => {
  const rule = "other expressions are selected, or with another DISTINCT";
  assert.match(await textOf(page, "#detail"), new RegExp(`projection: ${rule}`));
  const title = await page.$eval('[data-facet="class"]', (one) => (one as HTMLElement).title);
  assert.equal(title, rule);
  assert.match(await textOf(page, "#help"), /names a difference, not a proven cause/);
  assert.match(await textOf(page, "#help dd"), new RegExp(rule));
});

browserTest("what a model wrote is text, wherever it is shown", async ({ page }) => {
  for (const view of ["tab=sql&id=dev-4", "tab=choices&id=sociology-0"]) {
    await page.goto(`${page.url().split("#")[0]}#${view}&kind=all`);
    await page.waitForFunction(
      (id) => document.querySelector("#question-title")?.textContent?.includes(id),
      {},
      view.split("id=")[1]!,
    );
    assert.ok((await textOf(page, "#detail .question")).includes(HOSTILE));
    assert.equal(await page.$("img"), null);
  }
  assert.equal(await page.evaluate("globalThis.harmed"), undefined);
});

browserTest("a question is copied as Markdown", async ({ page }) => {
  await page.evaluate(
    "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }",
  );
  await page.click("#copy");
  await page.waitForFunction("globalThis.copied !== undefined");
  const copied = await page.evaluate("globalThis.copied") as string;
  assert.match(copied, /^\*\*dev-1\*\* \(farm, easy\): broken\n\nNames of cows\?\n/);
  assert.match(copied, /```sql\nSELECT nick FROM cow\n```/);
});

browserTest("on a phone a question comes over the list, and Back closes it", async ({ page }) => {
  const hidden = (): Promise<boolean> =>
    page.$eval("#detail", (one) => getComputedStyle(one).display === "none");
  assert.equal(await hidden(), true);
  await page.click(".row");
  assert.equal(await hidden(), false);
  assert.equal(await page.evaluate("document.activeElement.id"), "shut");
  const wide = await page.evaluate("document.documentElement.scrollWidth") as number;
  assert.ok(wide <= 390, `${wide} pixels wide`);
  await page.goBack();
  await page.waitForFunction("!document.body.classList.contains('open')");
  assert.equal(await hidden(), true);
}, { width: 390 });

/** Names as long as those of a recorded study, in the controls on top. */
function longNames(): BrowserData {
  const data = smallData();
  const variants = [...data.variants, { name: "all_linear_2e-4#43@0.8/2of3", note: "recommended" }];
  return { ...data, name: "qwen_coder_1_5b", model: "Qwen/Qwen2.5-Coder-1.5B-Instruct", variants };
}

for (const [width, rows] of [[1_280, 1], [1_024, 2], [390, 4]] as const) {
  browserTest(`what is on top fits ${width} pixels, in ${rows} rows`, async ({ page }) => {
    const parts = [".top .name", ".top nav", "#from", "#swap", "#to", "#prompt", ".top > .tools"];
    const bottoms = await page.evaluate(
      (all) =>
        all.map((part) => document.querySelector(part)!.getBoundingClientRect().bottom)
          .sort((a, b) => a - b),
      parts,
    );
    // the parts of one row end at about one height
    const told = 1 +
      bottoms.filter((bottom, at) => at > 0 && bottom - bottoms[at - 1]! > 12).length;
    assert.equal(told, rows, bottoms.join(", "));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} pixels too wide`);
  }, { width, data: longNames });
}

for (const dark of [false, true]) {
  browserTest(`axe finds nothing, ${dark ? "dark" : "light"}`, async ({ page }) => {
    for (const step of ["", "#tab-choices", "#help-open"]) {
      if (step !== "") await page.click(step);
      if (step === "#tab-choices") await page.waitForSelector('[data-facet="letters"]');
      assert.deepEqual(await axeFindings(page), [], `after ${step}`);
    }
  }, { dark });
}

browserTest(
  "1,034 and 14,042 questions of 50 variants open and are filtered fast",
  async (opened) => {
    const { page, readyMs, bytes } = opened;
    assert.ok(bytes < 15e6, `${bytes} bytes`);
    // ten times what is wanted at most: the machine may be busy
    assert.ok(readyMs < 10_000, `first view after ${readyMs} ms`);
    await page.click("#tab-choices");
    await page.waitForSelector('[data-facet="letters"]');
    const filterMs = await page.evaluate(`(async () => {
    const before = performance.now();
    document.querySelector('[data-kind="broken"]').click();
    await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
    return performance.now() - before;
  })()`) as number;
    assert.ok(filterMs < 1_000, `filtered in ${filterMs} ms`);
    const { length } = await page.$$(".row");
    assert.ok(length < 40, `${length} rows in the page`);
  },
  { data: () => madeUpData({ questions: 1_034, choices: 14_042, variants: 50 }) },
);
