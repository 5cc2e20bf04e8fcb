/// <reference lib="dom" />
import assert from "node:assert/strict";
import { browserTest } from "./testing/browser_case.ts";
import { type OpenPage, ready, textOf } from "./testing/open_page.ts";

const rows = ".row .title";

browserTest(
  "the address has the view, through a reload and for a link",
  async ({ page, address }) => {
    await page.click('[data-kind="still wrong"]');
    await page.click('[data-facet="class"][data-value="value"]');
    await page.keyboard.press("j");
    const link = page.url();
    assert.match(link, /kind=still\+wrong&f\.class=value&id=dev-4$/);
    await page.reload();
    await ready(page);
    assert.equal(
      await textOf(page, '.row[aria-selected="true"] .tags'),
      "dev-4 · music · easy · value",
    );
    await page.goto("about:blank");
    await page.goto(`${address}#tab=choices&from=tuned&to=base&kind=all&id=astronomy-1`);
    await ready(page);
    assert.match(await textOf(page, "#question-title"), /astronomy-1 broken/);
    assert.equal(await page.$eval("#from", (one) => (one as HTMLSelectElement).value), "tuned");
  },
);

/** What the page says of an address; the rows are there whatever the address is. */
async function noticeOf({ page, address }: OpenPage, hash: string): Promise<string> {
  await page.goto("about:blank");
  await page.goto(address + hash);
  await ready(page);
  const [shown] = await page.$$eval(
    "#notice",
    (found) => found.map((one) => [one.getAttribute("role"), (one as HTMLElement).innerText]),
  );
  assert.equal(shown![0], "status");
  return shown![1]!;
}

browserTest(
  "an address that names what is not there says so, and is followed else",
  async (opened) => {
    const { page } = opened;
    const says = async (hash: string, ...said: readonly RegExp[]): Promise<void> => {
      const notice = await noticeOf(opened, hash);
      if (said.length === 0) assert.equal(notice, "");
      for (const one of said) assert.match(notice, one, hash);
    };
    await says(
      "#tab=sql&from=base&to=gone",
      /no variant "gone": there are base, tuned and other\./,
    );
    assert.equal(await textOf(page, rows), "Names of cows?");
    await says(
      "#tab=letters&kind=repaired",
      /There is no tab "letters": there are sql \(Text-to-SQL\)/,
    );
    assert.equal(await textOf(page, rows), "How many cows?");
    await says("#tab=mmlu", /There is no tab "mmlu": there are sql \(.*\) and choices \(MMLU\)\./);
    assert.equal(await textOf(page, rows), "Which planet?");
    await says(
      "#to=tunde&form=base",
      /the nearest is "tuned"/,
      /no part .* "form": the nearest is "from"/,
    );
    await says(
      "#kind=broke&prompt=4-shot",
      /no kind of flip "broke".*"broken"/,
      /no prompt "4-shot"/,
    );
    await says(
      "#f.clas=join",
      /There is no filter "f\.clas": the nearest is "f\.class"; there are f\./,
    );
    // names that every object has are as unknown as others
    for (const key of ["constructor", "toString", "__proto__"]) {
      await says(`#f.${key}=x`, new RegExp(`There is no filter "f\\.${key}": .*f\\.class`));
      assert.equal(await textOf(page, rows), "Names of cows?");
    }
    await says(`#f.toString`, /There is no filter "f\.toString"/);
    await says(
      "#kind=all&f.class=jion&f.class=value",
      /no value of the filter f\.class "jion".*"join"/,
    );
    assert.equal(await textOf(page, ".row .tags"), "dev-4 · music · easy · value");
    await says(
      "#id=dev-99",
      /no question "dev-99": the nearest is "dev-0"; there are dev-0, .* and sociology-0\./,
    );
    await says("#id=dev-77", /"dev-77" is not here, as it could not be scored: 1 on database lost/);
    assert.equal(await textOf(page, rows), "Names of cows?");
    // nothing is broken under this prompt, and nothing repaired
    await says("#prompt=0-shot");
    const kind = '.kind[aria-pressed="true"] .name';
    assert.deepEqual([await textOf(page, kind), await textOf(page, "#found")], [
      "still wrong",
      "2 questions",
    ]);
    await says("#prompt=0-shot&kind=broken");
    assert.equal(await textOf(page, "#nothing:not([hidden])"), "No question is of this kind.");
    // a question is shown with its measure and its kind
    await says("#id=astronomy-1");
    assert.match(await textOf(page, "#question-title"), /astronomy-1 repaired/);
    assert.equal(await textOf(page, rows), "Which star?");
    await says("#tab=sql&id=astronomy-1", /"astronomy-1" is a question of MMLU, which is shown\./);
    await says("#id=dev-0");
    assert.equal(await textOf(page, '.row[aria-selected="true"] .title'), "How many cows?");
    await says("#kind=broken&id=dev-0", /"dev-0" \(repaired\) is open, and not in the list/);
    assert.match(await textOf(page, "#question-title"), /dev-0 repaired/);
    // what is said is of the address alone
    await page.click('[data-kind="repaired"]');
    assert.equal(await textOf(page, "#notice"), "");
  },
);
