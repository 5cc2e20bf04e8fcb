import { markdownText, shortTable } from "../lib/report/mod.ts";
import { REPOSITORY_ROOT, writeAtomic } from "../lib/ground/mod.ts";

import { readSummary, type Summary } from "../lib/runs/mod.ts";

/**
 * Writes the tables of recorded studies into the README, between the marks
 * `<!-- table NAME -->` and `<!-- end -->`, so that no number there is typed by
 * hand: `deno run -A tools/readme_tables.ts`.
 *
 * @module
 */

const README = `${REPOSITORY_ROOT}/README.md`;
const PLACE = /(<!-- table ([\w.-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * The text with every table made anew.
 *
 * @param read Gives the summary of a recorded study by its name.
 */
export function fillTables(text: string, read: (name: string) => Summary): string {
  return text.replace(PLACE, (_, start: string, name: string, end: string) => {
    const summary = read(name);
    const { sql } = summary.counts;
    const missing = sql.missingDatabases.map(({ dbId, examples }) =>
      `${markdownText(dbId)} (${examples})`
    );
    const notes = [
      `Study \`${name}\`${summary.label ? ` (${markdownText(summary.label)})` : ""}, ${
        markdownText(summary.config.model.id)
      }, ` +
      `seed ${summary.config.seed}, prompts ${
        markdownText(Object.values(summary.provenance.prompts).join(" and "))
      }, ` +
      `commit ${summary.provenance.git.commit?.slice(0, 10) ?? "unknown"}` +
      `${summary.provenance.git.dirty ? " with changes" : ""}.`,
      ...(missing.length > 0
        ? [
          `${sql.asked} questions drawn, ${sql.missing} not judged as their database is missing: ${
            missing.join(", ")
          }.`,
        ]
        : []),
    ];
    return `${start}\n${shortTable(summary)}\n${notes.join(" ")}\n\n${end}`;
  });
}

/** The summary of a recorded study. */
export function recordedSummary(name: string): Summary {
  return readSummary(`${REPOSITORY_ROOT}/results/recorded/${name}/summary.json`);
}

if (import.meta.main) {
  writeAtomic(README, fillTables(Deno.readTextFileSync(README), recordedSummary));
}
