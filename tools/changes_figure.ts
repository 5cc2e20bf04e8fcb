/**
 * Draws what changed in a few variants of a study.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../lib/ground/mod.ts";
import { changePanels, summaryRows } from "../lib/report/mod.ts";
import { readSummary } from "../lib/runs/mod.ts";
import { writeFigure } from "./notebooks_figures.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

const HELP = `deno run -A tools/changes_figure.ts --out FILE FOLDER VARIANT ...

What changed against the base model in a few variants of a study, a panel a measure: each change with
its interval, its word and the tolerated loss. FOLDER is the study's results folder, such as
results/recorded/sample. docs/figures/what_changed.svg, which the README shows, is

  deno run -A tools/changes_figure.ts --out docs/figures/what_changed \\
    results/recorded/qwen_coder_1_5b \\
    all_linear_2e-4 all_linear_1e-3 all_linear_1e-3@0.2 assignment_2e-4

  --out FILE           where to, without the ending: FILE.svg, FILE.png and FILE.pdf are written
  --help               this text
`;

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * Runs the command.
 *
 * @returns 0, or 2 where the command or the study is wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { help, out, positionals: [folder, ...names] } = parse(args);
    if (help) {
      say(HELP.trimEnd());
      return 0;
    }
    if (out === undefined || folder === undefined || names.length === 0) {
      throw new UsageError("--out, a results folder and at least one variant are needed");
    }
    const path = join(folder, "summary.json");
    if (!existsSync(path)) throw new UsageError(`"${folder}" has no results: no "${path}"`);
    const rows = summaryRows(readSummary(path));
    const known = rows.tradeOff.map(({ variant }) => variant);
    names.forEach((name, i) => {
      if (names.indexOf(name) < i) throw new UsageError(`the variant "${name}" is given twice`);
      if (known.includes(name)) return;
      throw new UsageError(
        `"${folder}" has no tuned variant "${name}": it has ${known.join(", ")}`,
      );
    });
    await mkdir(dirname(out), { recursive: true });
    for (const file of await writeFigure(out, changePanels(rows, names))) say(file);
    return 0;
  } catch (error) {
    return refused(error);
  }
}

interface ChangesRequest {
  readonly help: boolean;
  readonly out?: string;
  /** The folder, then the variants. */
  readonly positionals: readonly string[];
}

function parse(args: readonly string[]): ChangesRequest {
  return readFlags(() => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" }, help: { type: "boolean", default: false } },
    });
    return { ...values, positionals };
  });
}
