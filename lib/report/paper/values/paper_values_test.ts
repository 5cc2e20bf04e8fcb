import assert from "node:assert/strict";
import { readSummary, type Summary } from "../../../runs/mod.ts";
import { summaryRows } from "../../rows/summary_rows.ts";
import { paperInputs } from "../../testing/paper_fixture.ts";
import { SUMMARY } from "../../testing/summary_fixture.ts";
import { paperValues } from "./paper_values.ts";
import { paperVariants } from "../paper_variants.ts";
import { PAPER_WORDS } from "../paper_words.ts";
import type { TemplateValue } from "../template.ts";
import { PAPER_LANGUAGES } from "../write_paper.ts";

const RECORDED = ["sample", "qwen_coder_1_5b"].map((name) =>
  readSummary(
    new URL(`../../../../results/recorded/${name}/summary.json`, import.meta.url).pathname,
  )
);

/** Places that one function fills: what one of them takes is no value too many of the others. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/^(?:main|forgets|focus\[\])\./, "variant."],
  [/^groups\.\w+\.(?:gains|losses|excluded|open)\[\]/, "groups.gauge.entry"],
  [/\.(?:hardness|categories|kinds)\./, ".parts."],
  [/\.(?:lastPassed|firstFailed)\./, ".step."],
];

function placeOf(path: string): string {
  return ALIKE.reduce((place, [alike, name]) => place.replace(alike, name), path);
}

/** The paths that a template takes in any of its branches, "list[].key" of a list's entries. */
function takenPaths(template: string): string[] {
  const entries: { readonly name: string; readonly path: string }[] = [];
  const full = (path: string): string => {
    const [name, ...keys] = path.split(".");
    return [entries.findLast((entry) => entry.name === name)?.path ?? name, ...keys].join(".");
  };
  return [...template.matchAll(/\{\{\s*(#if |#each )?([\w./]+)(?: as (\w+))?/g)].flatMap(
    ([, block, path, name]) => {
      if (path === "/each") entries.pop();
      if (path!.startsWith("/") || path === "else") return [];
      const taken = full(path!);
      if (block === "#each ") entries.push({ name: name!, path: `${taken}[]` });
      return [taken];
    },
  );
}

function valuesOf(summary: Summary): ReturnType<typeof paperValues> {
  const rows = summaryRows(summary);
  const variants = paperVariants(rows);
  return paperValues({ inputs: paperInputs(summary), rows, variants, words: PAPER_WORDS.en }, {});
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
  const { summary: _file, ...values } = valuesOf(summary);
  walk(values, "");
  return paths;
}

Deno.test("paperValues() names a model with 4-bit weights as another one, in the title too", () => {
  const { config } = SUMMARY;
  const engine = { ...config.engine, weights: "int4" as const };
  const [stored, int4] = [SUMMARY, { ...SUMMARY, config: { ...config, engine } }].map((summary) =>
    JSON.stringify(valuesOf(summary).study)
  );
  assert.doesNotMatch(stored!, /4-bit weights/);
  const { model, title } = JSON.parse(int4!);
  assert.equal(model.plain, `${config.model.id}, 4-bit weights`);
  assert.match(JSON.stringify(title), /, 4-bit weights/);
});

Deno.test("paperValues() has no value that no template takes", () => {
  const taken = new Set(
    PAPER_LANGUAGES.flatMap((language) =>
      takenPaths(Deno.readTextFileSync(new URL(`../text/${language}.typ`, import.meta.url)))
    ).map(placeOf),
  );
  const left = [SUMMARY, ...RECORDED].flatMap((one) => [...valuePaths(one)])
    .filter((path) => !taken.has(placeOf(path)));
  assert.deepEqual([...new Set(left)].sort(), []);
});
