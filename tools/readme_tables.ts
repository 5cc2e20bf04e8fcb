import { existsSync } from "node:fs";
import { posix } from "node:path";
import {
  changeSentence,
  markdownText,
  recommendationFinding,
  shortTable,
  summaryRows,
  tradeOffFinding,
} from "../lib/report/mod.ts";
import { REPOSITORY_ROOT, UsageError, writeAtomic } from "../lib/ground/mod.ts";
import { svgTitle } from "./svg_title.ts";
import { GAUGES, modelTitle, readSummary, type Summary } from "../lib/runs/mod.ts";

/**
 * Writes what recorded studies say into the README and the page of the sample, so that no number
 * there is typed by hand: `deno run -A tools/readme_tables.ts`. It stands between `<!-- KIND NAME -->` and `<!-- end -->`:
 *
 * - `table NAME`: the study in one table, with what made it; what to do about cut completions is
 *   said here where no finding of the study says it;
 * - `finding NAME`: the changes of its primary variants, and what it recommends;
 * - `change NAME VARIANT GAUGE`: one change, within a sentence, such as "+4.1 points [+2.0, +6.2]: a
 *   gain"; GAUGE is `sql`, `mmlu` or `prose`;
 * - `figure PATH`: an SVG, its path as the page links it, described by its own title, which has its
 *   result in words.
 *
 * @module
 */

/** The pages with marks, relative to the repository's root. */
export const MARKED_PAGES: readonly string[] = ["README.md", "docs/sample.md"];

const PLACE = /(<!-- (table|finding|change|figure) ([^<>\n]+?) -->)[\s\S]*?(<!-- end -->)/g;

/**
 * The text with all between its marks made anew.
 *
 * @param read Gives the summary of a recorded study by its name.
 * @param titleOf Gives the title of a figure by its path as the page links it.
 * @throws {UsageError} If a mark names a variant or a gauge that its study has not, or a figure that is
 * not there or has no title.
 */
export function fillMarks(
  text: string,
  read: (name: string) => Summary,
  titleOf: (path: string) => string = figureTitle,
): string {
  const told = new Set([...text.matchAll(PLACE)].map(([, , kind, rest]) => `${kind} ${rest}`));
  return text.replace(PLACE, (_, start: string, kind: string, rest: string, end: string) => {
    if (kind === "figure") return `${start}\n\n![${titleOf(rest)}](${rest})\n\n${end}`;
    const [name, ...words] = rest.split(" ");
    const summary = read(name!);
    const shown = kind === "change"
      ? changeText(summary, words)
      : kind === "finding"
      ? `\n\n${findingText(summary)}\n\n`
      : `\n\n${tableText(summary, !told.has(`finding ${name}`))}\n\n`;
    return `${start}${shown}${end}`;
  });
}

/** The names of the studies that a text has marks of, each once. */
export function markedStudies(text: string): string[] {
  const marks = [...text.matchAll(PLACE)].filter(([, , kind]) => kind !== "figure");
  return [...new Set(marks.map(([, , , rest]) => rest!.split(" ")[0]!))];
}

/** Gives the titles of the figures of a page, by their paths as the page links them. */
export function titlesOn(page: string): (path: string) => string {
  return (path) => figureTitle(posix.join(posix.dirname(page), path));
}

/**
 * What a figure of the repository shows, in words, as Markdown.
 *
 * @param path From the repository's root.
 * @throws {UsageError} If it is not there or has no title.
 */
export function figureTitle(path: string): string {
  const file = `${REPOSITORY_ROOT}/${path}`;
  const title = existsSync(file) ? svgTitle(Deno.readTextFileSync(file)) : undefined;
  if (title !== undefined) return markdownText(title);
  throw new UsageError(`Cannot fill the README: "${path}" is no figure with a title`);
}

/** What of a text is between no marks: what a person wrote. */
export function writtenText(text: string): string {
  return text.replace(PLACE, "");
}

/** The summary of a recorded study. */
export function recordedSummary(name: string): Summary {
  return readSummary(`${REPOSITORY_ROOT}/results/recorded/${name}/summary.json`);
}

function tableText(summary: Summary, cutNotes: boolean): string {
  return `${shortTable(summary, { cutNotes })}\n${sourceText(summary)}`;
}

function findingText(summary: Summary): string {
  const rows = summaryRows(summary);
  return [recommendationFinding(rows), tradeOffFinding(rows)]
    .filter((text) => text !== "").join("\n\n").trimEnd();
}

function changeText(summary: Summary, [variant, gauge]: readonly string[]): string {
  const row = summaryRows(summary).tradeOff.find((row) => row.variant === variant);
  const known = GAUGES.find((one) => one === gauge);
  const change = known && row?.[known];
  if (change) return changeSentence(change);
  throw new UsageError(
    `Cannot fill the marks: the study "${summary.name}" has no change of "${variant}" on ` +
      `"${gauge}"`,
  );
}

/** Which study it is, and what of it could not be judged. */
function sourceText({ name, label, config, counts, provenance }: Summary): string {
  const { git, prompts } = provenance;
  const versions = GAUGES.flatMap((gauge) => {
    const version = prompts[gauge];
    return counts[gauge] && version !== undefined ? [markdownText(version)] : [];
  });
  const missing = (counts.sql?.missingDatabases ?? []).map(({ dbId, examples }) =>
    `${markdownText(dbId)} (${examples})`
  );
  const faulty = (counts.sql?.unjudged ?? []).map(({ id }) => markdownText(id));
  const notes = [
    `Study \`${name}\`${label === undefined ? "" : ` (${markdownText(label)})`}, ` +
    `${markdownText(modelTitle(config))}, seed ${config.seed}, prompts ${
      versions.join(", ")
    }, commit ` +
    `${git.commit?.slice(0, 10) ?? "unknown"}${git.dirty ? " with changes" : ""}.`,
    ...(missing.length > 0
      ? [
        `Of ${counts.sql!.asked} questions drawn those of these databases, which have no file, ` +
        `are not judged: ${missing.join(", ")}.`,
      ]
      : []),
    ...(faulty.length > 0 ? [`Not judged through a fault of the data: ${faulty.join(", ")}.`] : []),
  ];
  return notes.join(" ");
}

if (import.meta.main) {
  for (const page of MARKED_PAGES) {
    const path = `${REPOSITORY_ROOT}/${page}`;
    writeAtomic(path, fillMarks(Deno.readTextFileSync(path), recordedSummary, titlesOn(page)));
  }
}
