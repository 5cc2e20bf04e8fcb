/**
 * Draws several studies, one a model, beside each other.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../lib/ground/mod.ts";
import {
  type KnowledgeGauge,
  modelsFigure,
  type ModelStudy,
  seededRecipes,
  seedPointsFigure,
  summaryRows,
  tradeOffGauges,
} from "../lib/report/mod.ts";
import { readSummary } from "../lib/runs/mod.ts";
import { writeFigure } from "./notebooks_figures.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

const HELP = `deno run -A tools/models_figure.ts --out FILE NAME=FOLDER ...

What studies of several models gain and lose, beside each other: the change on text-to-SQL against the
change on what is known. NAME stands above a study's panel, such as 0.5B; FOLDER is its results
folder, such as results/recorded/sample. Studies of one NAME share a panel: those of one base model
and the same questions. With --recipe it is one study: each seed of the recipes, and their means.

  --out FILE           where to, without the ending: FILE.svg, FILE.png and FILE.pdf are written
  --gauge NAME         mmlu or prose (default: the first one that every study has)
  --recipe NAME        a recipe that was trained with several seeds; once for each recipe
  --help               this text
`;

const GAUGES: readonly KnowledgeGauge[] = ["mmlu", "prose"];

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * Runs the command.
 *
 * @returns 0, or 2 where the command or a study is wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const request = parse(args);
    if (request.help) {
      say(HELP.trimEnd());
      return 0;
    }
    const { out, gauge, recipes } = request;
    if (out === undefined || request.studies.length === 0) {
      throw new UsageError("--out and NAME=FOLDER of at least one study are needed");
    }
    const studies = request.studies.map(openStudy);
    const svg = recipes.length > 0
      ? seedsFigure(studies, recipes, gauge)
      : panelsFigure(studies, gaugeOf(studies, gauge));
    await mkdir(dirname(out), { recursive: true });
    for (const path of await writeFigure(out, svg)) say(path);
    return 0;
  } catch (error) {
    return refused(error);
  }
}

interface FigureRequest {
  readonly help: boolean;
  readonly out?: string;
  readonly gauge?: string;
  /** The recipes whose seeds are drawn; none for studies beside each other. */
  readonly recipes: readonly string[];
  /** As they are given: NAME=FOLDER. */
  readonly studies: readonly string[];
}

function parse(args: readonly string[]): FigureRequest {
  return readFlags(() => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: "string" },
        gauge: { type: "string" },
        recipe: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", default: false },
      },
    });
    return { ...values, recipes: values.recipe, studies: positionals };
  });
}

function openStudy(argument: string): ModelStudy {
  const [, name, folder] = /^([^=]+)=(.+)$/s.exec(argument) ?? [];
  if (name === undefined || folder === undefined) {
    throw new UsageError(`a study is given as NAME=FOLDER: current value is "${argument}"`);
  }
  const path = join(folder, "summary.json");
  if (!existsSync(path)) throw new UsageError(`"${name}" has no results: there is no "${path}"`);
  return { name, rows: summaryRows(readSummary(path)) };
}

/** Studies beside each other; what cannot share a panel is refused. */
function panelsFigure(studies: readonly ModelStudy[], gauge: KnowledgeGauge): string {
  try {
    return modelsFigure(studies, gauge);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Seeds of recipes of one study. */
function seedsFigure(
  studies: readonly ModelStudy[],
  recipes: readonly string[],
  wanted: string | undefined,
): string {
  const [study, ...others] = studies;
  if (others.length > 0) {
    throw new UsageError(`--recipe is of one study: current value is ${studies.length} studies`);
  }
  const gauge = gaugeOf(studies, wanted);
  const known = seededRecipes(study!.rows, gauge);
  recipes.forEach((recipe, i) => {
    if (recipes.indexOf(recipe) < i) throw new UsageError(`the recipe "${recipe}" is given twice`);
    if (known.includes(recipe)) return;
    throw new UsageError(
      `"${study!.name}" has no recipe "${recipe}" with several seeds: it has ` +
        (known.length > 0 ? known.join(", ") : "none"),
    );
  });
  return seedPointsFigure(study!.rows, recipes, gauge);
}

/** The measure of the x axis, which every study needs to have. */
function gaugeOf(studies: readonly ModelStudy[], wanted: string | undefined): KnowledgeGauge {
  if (wanted !== undefined && !GAUGES.some((gauge) => gauge === wanted)) {
    throw new UsageError(`--gauge is mmlu or prose: current value is "${wanted}"`);
  }
  const candidates = GAUGES.filter((gauge) => wanted === undefined || gauge === wanted);
  const lacking = (gauge: KnowledgeGauge): ModelStudy | undefined =>
    studies.find(({ rows }) => !tradeOffGauges(rows).includes(gauge));
  const found = candidates.find((gauge) => lacking(gauge) === undefined);
  if (found !== undefined) return found;
  const { name } = lacking(candidates[0]!)!;
  throw new UsageError(
    `"${name}" has no tuned variant with text-to-SQL and ${candidates.join(" or ")} that all have`,
  );
}
