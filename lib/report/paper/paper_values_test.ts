import assert from "node:assert/strict";
import { readSummary, type Summary } from "../../runs/mod.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { paperValues } from "./paper_values.ts";
import { paperVariants } from "./paper_variants.ts";
import { PAPER_WORDS } from "./paper_words.ts";
import type { TemplateValue } from "./template.ts";
import { PAPER_LANGUAGES } from "./write_paper.ts";

const RECORDED = ["sample", "qwen_coder_1_5b"].map((name) =>
  readSummary(
    new URL(`../../../results/recorded/${name}/summary.json`, import.meta.url).pathname,
  )
);

/** The keys that a template takes, each the last one of its path. */
function takenKeys(template: string): Set<string> {
  const tags = [...template.matchAll(/\{\{\s*(?:#if |#each )?([a-zA-Z][\w.]*)/g)];
  return new Set(tags.map(([, path]) => path!.split(".").at(-1)!));
}

/** The paths of all values but those below `summary`, which is the study's file as it is. */
function valuePaths(summary: Summary): Set<string> {
  const paths = new Set<string>();
  const walk = (value: TemplateValue, path: string): void => {
    const isMarkup = typeof value === "object" && value !== null && "typst" in value;
    if (Array.isArray(value)) {
      paths.add(path);
      for (const entry of value) if (typeof entry === "object") walk(entry, `${path}[]`);
    } else if (typeof value === "object" && value !== null && !isMarkup) {
      for (const [key, own] of Object.entries(value)) {
        walk(own, path === "" ? key : `${path}.${key}`);
      }
    } else if (value !== null) paths.add(path);
  };
  const rows = summaryRows(summary);
  const context = {
    inputs: paperInputs(summary),
    rows,
    variants: paperVariants(rows),
    words: PAPER_WORDS.en,
  };
  const { summary: _file, ...values } = paperValues(context, {});
  walk(values, "");
  return paths;
}

Deno.test("paperValues() has no key that no template takes", () => {
  const taken = new Set(PAPER_LANGUAGES.flatMap((language) => [
    ...takenKeys(Deno.readTextFileSync(new URL(`./text/${language}.typ`, import.meta.url))),
  ]));
  // one shape serves several places, such as a variant's, so that a key is taken if it is anywhere
  const left = [SUMMARY, ...RECORDED].flatMap((one) => [...valuePaths(one)])
    .filter((path) => !taken.has(path.replace("[]", "").split(".").at(-1)!));
  assert.deepEqual([...new Set(left)].sort(), []);
});
