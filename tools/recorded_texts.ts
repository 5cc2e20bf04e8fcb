/**
 * Writes the texts of recorded studies again from their numbers: `summary.md`, with the limits that
 * `limits.json` has, and the figures.
 *
 * @module
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { readSummary, type Summary } from "../lib/runs/mod.ts";
import { changedTexts, RESULT_FILES } from "../lib/study/mod.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

const HELP = `deno run -A tools/recorded_texts.ts [FOLDER ...]

Writes summary.md and the figures of recorded studies again where they are others than their numbers
give today. FOLDER is one of results/recorded, by its name or its path (default: all that have a
summary.json).

  --help               this text
`;

const RECORDED = join(REPOSITORY_ROOT, "results/recorded");

if (import.meta.main) Deno.exit(main(Deno.args));

/**
 * Runs the command.
 *
 * @returns 0, or 2 where the command or a study is wrong.
 */
export function main(args: readonly string[]): number {
  try {
    const { values, positionals } = readFlags(() =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { help: { type: "boolean" } },
      })
    );
    if (values.help) {
      say(HELP.trimEnd());
      return 0;
    }
    const named = positionals.map((name) => {
      const own = join(RECORDED, name);
      return existsSync(own) ? own : name;
    });
    const folders = named.length > 0 ? named : recordedFolders();
    let written = 0;
    for (const folder of folders) {
      for (const [file, text] of changedTexts(summaryOf(folder), folder)) {
        Deno.writeTextFileSync(join(folder, file), text);
        say(join(folder, file));
        written++;
      }
    }
    say(`${written} texts of ${folders.length} studies were others`);
    return 0;
  } catch (error) {
    return refused(error);
  }
}

/** The folders of recorded studies that have numbers: of earlier runs the answers alone are kept. */
export function recordedFolders(): string[] {
  return readdirSync(RECORDED).sort().map((name) => join(RECORDED, name))
    .filter((folder) => existsSync(join(folder, RESULT_FILES.summary)));
}

/** The numbers of a recorded study. */
export function summaryOf(folder: string): Summary {
  return readSummary(join(folder, RESULT_FILES.summary));
}
