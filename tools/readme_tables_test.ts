import assert from "node:assert/strict";
import { COMMANDS } from "../lib/cli/main.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { summaryTable } from "../lib/report/mod.ts";
import { SUMMARY } from "../lib/report/testing/summary_fixture.ts";
import { SchemaVersionError, type Summary } from "../lib/runs/mod.ts";
import {
  figureTitle,
  fillMarks,
  MARKED_PAGES,
  markedStudies,
  recordedSummary,
  titlesOn,
  writtenText,
} from "./readme_tables.ts";

const readme = Deno.readTextFileSync(`${REPOSITORY_ROOT}/README.md`);
const pages = MARKED_PAGES.map((path) => Deno.readTextFileSync(`${REPOSITORY_ROOT}/${path}`));
const other = pages.flatMap(markedStudies).find(isOfAnotherForm);
const why = other === undefined ? "" : ` [skipped: the recording "${other}" is of another form]`;

const MARKED = [
  "# Title",
  "<!-- table tiny -->",
  "| base | 99.9 % |",
  "<!-- end -->",
  "It changed by <!-- change tiny qv mmlu -->+99.9 points<!-- end --> there.",
  "<!-- finding tiny --><!-- end -->",
].join("\n");

Deno.test("fillMarks() puts the study's table, finding and changes in the place of all else", () => {
  const filled = fillMarks(MARKED, readTiny);
  assert.ok(!filled.includes("99.9"));
  assert.match(filled, /^# Title\n<!-- table tiny -->\n\n\| model/);
  assert.match(filled, /\| base +\| +37\.5 % \[31\.6, 43\.8\] \|/);
  assert.match(
    filled,
    /Study `tiny` \(made up\), own\/Tiny-Model, seed 42, prompts sql-1, mmlu-1, prose-1, commit 4444444444\. /,
  );
  assert.match(filled, /Of 242 questions drawn .* are not judged: world_1 \(2\)\./s);
  assert.match(
    filled,
    /by <!-- change tiny qv mmlu -->−4\.2 points \[−6\.7, −1\.8\]: a loss<!-- end --> there/,
  );
  assert.match(filled, /\*\*Recommendation\.\*\* .*\*\*Finding\.\*\*/s);
  assert.equal(fillMarks(filled, readTiny), filled);
});

Deno.test("fillMarks() names only the prompts of what was asked, and what could not be judged", () => {
  const { sql, mmlu } = SUMMARY.counts;
  const fault = { status: "gold_failed", message: "no such table: cow" } as const;
  const unjudged = [{ id: "dev-7", dbId: "zoo", ...fault }];
  const counts = { sql: { ...sql!, missingDatabases: [], unjudged }, mmlu: mmlu! };
  const filled = fillMarks("<!-- table tiny --><!-- end -->", () => ({ ...SUMMARY, counts }));
  assert.match(filled, /prompts sql-1, mmlu-1, commit/);
  assert.match(filled, /Not judged through a fault of the data: dev-7\./);
  assert.doesNotMatch(filled, /have no file/);
});

Deno.test("fillMarks() refuses a variant and a gauge that the study has not", () => {
  for (const words of ["qx mmlu", "qv mmul", "base sql", "qv"]) {
    assert.throws(
      () => fillMarks(`<!-- change tiny ${words} --><!-- end -->`, readTiny),
      { name: "UsageError", message: /the study "tiny" has no change of/ },
    );
  }
});

Deno.test("fillMarks() describes a figure by its own title, which has its result", () => {
  const marked = "<!-- figure a/b.svg -->![typed](a/b.svg)<!-- end -->";
  const filled = fillMarks(marked, readTiny, (path) => `title of ${path}`);
  assert.equal(
    filled,
    "<!-- figure a/b.svg -->\n\n![title of a/b.svg](a/b.svg)\n\n<!-- end -->",
  );
  assert.deepEqual(markedStudies(filled), []);
  assert.match(
    figureTitle("results/recorded/qwen_coder_1_5b/trade_off.svg"),
    /: change on text-to-SQL against change on MMLU\. .*1e-3: text-to-SQL .*, MMLU −5\.9: loss$/,
  );
  const path = "results/recorded/sample/trade_off.svg";
  assert.equal(titlesOn("docs/sample.md")(`../${path}`), figureTitle(path));
  assert.throws(() => figureTitle("docs/none.svg"), /"docs\/none\.svg" is no figure with a title/);
});

Deno.test("writtenText() is what is left beside the marks", () => {
  assert.equal(writtenText(MARKED), "# Title\n\nIt changed by  there.\n");
});

for (const [index, path] of MARKED_PAGES.entries()) {
  const page = pages[index]!;
  Deno.test({
    name: `${path} is as its recorded studies have it${why}`,
    ignore: other !== undefined,
    fn(): void {
      assert.ok(markedStudies(page).includes("sample"));
      assert.equal(fillMarks(page, recordedSummary, titlesOn(path)), page);
    },
  });

  Deno.test({
    name: `every change and share that the text of ${path} gives is in a recorded study's table` +
      why,
    ignore: other !== undefined,
    fn(): void {
      const recorded = studiesOf(page).map((name) => summaryTable(recordedSummary(name)));
      const known = new Set([...recorded, ...comparisons()].join(" ").match(/\d+\.\d+/g));
      const given = writtenText(page).matchAll(/[+−]\d+\.\d+|\d+\.\d+(?= (?:%|points|nats))/g);
      const typed = [...given].map(([number]) => number.replace(/^[+−]/, ""));
      assert.deepEqual(typed.filter((number) => !known.has(number)), []);
    },
  });
}

Deno.test("README gives the test command that .ci/run ends with", () => {
  const script = Deno.readTextFileSync(`${REPOSITORY_ROOT}/.ci/run`).trimEnd();
  assert.match(readme, new RegExp(`^${RegExp.escape(script.split("\n").at(-1)!)} `, "m"));
});

Deno.test("README names every command of the lab", () => {
  const unnamed = COMMANDS.filter(({ name }) => !readme.includes(`\`${name}\``));
  assert.deepEqual(unnamed.map(({ name }) => name), []);
});

/** The recorded studies that a page has tables of, or links to. */
function studiesOf(text: string): string[] {
  const linked = [...text.matchAll(/results\/recorded\/([\w.-]+)\/\w+\.(?:svg|md)/g)];
  return [...new Set([...markedStudies(text), ...linked.map(([, name]) => name!)])];
}

/** What `compare` said of recorded answers, kept beside them. */
function comparisons(): string[] {
  const root = `${REPOSITORY_ROOT}/results/recorded`;
  return [...Deno.readDirSync(root)].flatMap(({ name }) =>
    [...Deno.readDirSync(`${root}/${name}`)]
      .filter((file) => file.name.startsWith("comparison_"))
      .map((file) => Deno.readTextFileSync(`${root}/${name}/${file.name}`))
  );
}

function readTiny(name: string): Summary {
  assert.equal(name, "tiny");
  return SUMMARY;
}

/** Whether a recording was made before summaries had the form that is read today. */
function isOfAnotherForm(name: string): boolean {
  try {
    recordedSummary(name);
    return false;
  } catch (error) {
    if (error instanceof SchemaVersionError) return true;
    throw error;
  }
}
