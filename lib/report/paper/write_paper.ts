import { UsageError } from "../../ground/mod.ts";
import { checkpointFigure, scaleFigure } from "../figures/change_curves.ts";
import { seedFigure } from "../figures/seed_curves.ts";
import { tradeOffFigure, tradeOffGauges } from "../figures/trade_off/trade_off_figure.ts";
import { ALL } from "../rows/groups.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import type { Language } from "../words/unwarranted.ts";
import { MOST_PAGES, unsourcedNumbers, unwarrantedText } from "./check_paper.ts";
import { type CompiledPaper, compilePaper } from "./compile_paper.ts";
import { type MissingLetter, missingLetters } from "./font_letters.ts";
import { type PaperFigure, paperFigure, sayIn } from "./paper_figures.ts";
import type { PaperContext, PaperInputs } from "./paper_inputs.ts";
import { paperFormats, paperValues } from "./values/paper_values.ts";
import { paperVariants } from "./paper_variants.ts";
import { PAPER_WORDS } from "./paper_words.ts";
import { type Rendered, renderTemplate } from "./template.ts";

/** The languages that a paper is written in. */
export const PAPER_LANGUAGES: readonly Language[] = ["en", "pt"];

/**
 * Writes a study as a paper of two columns: text from the language's template and the study's
 * numbers, tables and figures, compiled to a PDF that has the same bytes for the same inputs.
 *
 * Letters that its fonts do not have are written as their numbers ({@linkcode escapedLetters}).
 *
 * @throws {UsageError} If the study has no text-to-SQL or not the gauge of its plan, its limits have
 * a sentence that no number warrants, the name of an author has a letter that its fonts do not have,
 * or it would have more than {@linkcode MOST_PAGES} pages.
 * @throws {Error} If the template is at fault: a number without a source, a sentence that no number
 * warrants, or a key that is not there.
 */
export function writePaper(inputs: PaperInputs, language: Language): CompiledPaper {
  const file = `paper.${language}.pdf`;
  const given = unwarrantedText(inputs.limits.join("\n"), language);
  if (given !== undefined) throw new UsageError(`Cannot write ${file}: limits.json has ${given}`);
  for (const author of inputs.authors) checkAuthor(author, file);
  const { source, files } = paperSource(inputs, language);
  const written = unwarrantedText(source.plain, language);
  if (written !== undefined) throw new Error(`Cannot write ${file}: it has ${written}`);
  const compiled = compilePaper("paper.typ", { ...files, "paper.typ": source.typst });
  if (compiled.pages > MOST_PAGES) {
    throw new UsageError(
      `Cannot write ${file}: it has ${compiled.pages} pages and may have ${MOST_PAGES}: shorten ` +
        `limits.json or lib/report/paper/text/${language}.typ`,
    );
  }
  return compiled;
}

/**
 * The letters that the fonts of a paper do not have in what it takes from a study and its data: it
 * shows their numbers, such as U+5F20, in their place.
 */
export function escapedLetters(inputs: PaperInputs): MissingLetter[] {
  return missingLetters(JSON.stringify(inputs));
}

/** @throws {UsageError} If the fonts do not have all letters of a name: a name is not to be escaped. */
function checkAuthor(author: string, file: string): void {
  const missing = missingLetters(author).map(({ letter, number }) => `"${letter}" (${number})`);
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot write ${file}: its fonts have no ${missing.join(", ")} of the author "${author}": ` +
      "write the name in letters of Latin, Greek or Cyrillic",
  );
}

/**
 * Refuses a study that a paper cannot be written of, by what it asked.
 *
 * @throws {UsageError} If it has no changes on text-to-SQL, or none on the measure of its plan.
 */
export function checkPaperMeasures(name: string, { changes, plan }: StudyRows): void {
  const measured = (gauge: string): boolean =>
    changes.some(({ measure, group }) => measure === gauge && group === ALL);
  const missing = [...new Set(["sql", plan.gauge])].filter((gauge) => !measured(gauge));
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot write a paper on "${name}": it needs changes on text-to-SQL and on "${plan.gauge}", ` +
      `the measure of its plan; it has none on ${missing.map((one) => `"${one}"`).join(" and ")}`,
  );
}

/** The source of a paper and the files that it takes, before it is compiled. */
export function paperSource(
  inputs: PaperInputs,
  language: Language,
): { readonly source: Rendered; readonly files: Readonly<Record<string, string>> } {
  const { unstable = [] } = inputs;
  const rows = summaryRows(inputs.summary, { unstable });
  checkPaperMeasures(inputs.summary.name, rows);
  const words = PAPER_WORDS[language];
  const context: PaperContext = { inputs, rows, variants: paperVariants(rows), words };
  const figures = paperFigures(context);
  const file = `${language}.typ`;
  const template = textFile(file);
  const [unsourced] = unsourcedNumbers(template);
  if (unsourced) {
    throw new Error(
      `Cannot write ${file}, line ${unsourced.line}: a number without a source: ${unsourced.text}`,
    );
  }
  return {
    source: renderTemplate(template, {
      file,
      values: paperValues(context, figures),
      formats: paperFormats(words),
      isOne: words.texts.isOne,
    }),
    files: {
      "style.typ": textFile("style.typ"),
      "references.bib": textFile("references.bib"),
      ...Object.fromEntries(Object.entries(figures).map(([name, { svg }]) => [name, svg])),
    },
  };
}

/** The figures that the study has something to show in, by file name. */
function paperFigures(
  { rows, words: { language } }: PaperContext,
): Record<string, PaperFigure> {
  const names = rows.tradeOff.flatMap(({ variant, origin }) => [variant, origin.source]);
  const { gauge } = rows.plan;
  const told = { say: sayIn(language, names), captioned: true };
  const other = tradeOffGauges(rows).find((one) => one !== gauge);
  const drawn = {
    "trade_off.svg": tradeOffFigure(rows, { gauge, ...told }),
    "trade_off_other.svg": other && tradeOffFigure(rows, { gauge: other, ...told }),
    "scales.svg": scaleFigure(rows, told),
    "seeds.svg": seedFigure(rows, told),
    "checkpoints.svg": checkpointFigure(rows, told),
  };
  return Object.fromEntries(
    Object.entries(drawn).flatMap(([name, svg]) =>
      svg === undefined ? [] : [[name, paperFigure(svg, { language, names })]]
    ),
  );
}

function textFile(name: string): string {
  return Deno.readTextFileSync(new URL(`./text/${name}`, import.meta.url));
}
