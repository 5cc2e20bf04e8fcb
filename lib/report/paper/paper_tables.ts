import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { AccuracyRow, ChangeRow, Measure } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import { BASE_NAME, overallAccuracy, overallChange } from "../rows/study_lookup.ts";
import { formatCount, formatNats } from "../words/format_numbers.ts";
import { changeCell, percentIn, shareCell } from "./change_cells.ts";
import type { PaperContext } from "./paper_inputs.ts";
import { focusOf } from "./paper_variants.ts";
import { nameIn } from "./paper_words.ts";
import { breakable, identifierOf, typstCell, type TypstMarkup, typstText } from "./typst_text.ts";

/** Classes of error that a table has room for, the most frequent first. */
const CLASSES = 7;

/**
 * A table as Typst code, whose first column says what a row is of and whose others are centred.
 *
 * @param head Texts, one a column.
 * @param rows Cells as markup in brackets, or other arguments of a table in Typst's code.
 * @param widths Of all columns but the first, as Typst has them; alike if left out.
 */
export function typstTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly string[] = head.slice(1).map(() => "1fr"),
): TypstMarkup {
  const sides = ["left", ...head.slice(1).map(() => "center")];
  return {
    typst: [
      "ruled(",
      `  columns: (${["auto", ...widths].join(", ")},),`,
      `  align: (${sides.map((side) => `${side} + horizon`).join(", ")},),`,
      `  head: (${head.map(typstCell).join(", ")},),`,
      ...rows.map((row) => `  ${row.join(", ")},`),
      ")",
    ].join("\n"),
    plain: "",
  };
}

/** Every shown variant with its score and change on each measure of the study. */
export function mainTable(context: PaperContext): TypstMarkup {
  const { rows, words, variants } = context;
  const { table } = words;
  const gauges = GAUGES.filter((gauge) => rows.changes.some(({ measure }) => measure === gauge));
  const score = (gauge: Gauge, variant: string): string => {
    if (gauge !== "prose") return shareCell(words, overallAccuracy(rows, gauge, variant));
    const row = rows.prose.find((row) => row.variant === variant && row.group === ALL);
    return row ? typstCell(words.texts.numbers(formatNats(row.nats, 3))) : "[]";
  };
  const title = (gauge: Gauge): string =>
    `${nameIn(words, rows.titles[gauge])}, ${gauge === "prose" ? table.nats : table.accuracy}`;
  return typstTable(
    [table.variant, ...gauges.flatMap((gauge) => [title(gauge), table.change])],
    [BASE_NAME, ...variants.shown].map((variant) => [
      variantCell(context, variant),
      ...gauges.flatMap((gauge) => [
        score(gauge, variant),
        changeCell(words, overallChange(rows, gauge, variant)),
      ]),
    ]),
    // the longest intervals are those of nats, which have no interval of their level
    gauges.flatMap((gauge) => gauge === "prose" ? ["0.75fr", "1.45fr"] : ["1fr", "1.25fr"]),
  );
}

/**
 * Changes on text-to-SQL by hardness; the base model's row has its accuracy. `null` where all
 * questions are of one level.
 */
export function hardnessTable(context: PaperContext): TypstMarkup | null {
  const { accuracy } = context.rows;
  const grouped = accuracy.some(({ measure, group }) => measure === "sql" && group !== ALL);
  return !grouped ? null : groupTable(context, "sql", (row) => changeCell(context.words, row));
}

/** Changes on multiple choice by category, each with the change in percent below it. */
export function categoryTable(context: PaperContext): TypstMarkup {
  return groupTable(context, "mmlu", (row) => {
    const percent = percentIn(context.words, row);
    const change = changeCell(context.words, row);
    return percent === "" ? change : `${change.slice(0, -1)} #linebreak()${typstText(percent)}]`;
  });
}

function groupTable(
  context: PaperContext,
  measure: AccuracyRow["measure"],
  cell: (row: ChangeRow | undefined) => string,
): TypstMarkup {
  const { rows, words, variants } = context;
  const own = rows.accuracy.filter((row) => row.measure === measure);
  const base = own.filter(({ variant }) => variant === BASE_NAME);
  const groups = base.map(({ group }) => group);
  const name = (group: string): string => group === ALL ? words.table.all : nameIn(words, group);
  return typstTable(
    [
      words.table.variant,
      // no break within "(n = 12)"
      ...base.map(({ group, n }) =>
        `${name(group)} (n\u00a0=\u00a0${words.texts.numbers(formatCount(n))})`
      ),
    ],
    [
      [variantCell(context, BASE_NAME), ...base.map((row) => shareCell(words, row))],
      ...variants.shown.map((variant) => [
        variantCell(context, variant),
        ...groups.map((group) => cell(changeOn(context, measure, variant, group))),
      ]),
    ],
  );
}

/** Text-to-SQL by the number of examples shown; `null` where there is one number of them alone. */
export function shotTable(context: PaperContext): TypstMarkup | null {
  const { rows, words, variants } = context;
  const groups = [...new Set(rows.shots.map(({ group }) => group))];
  if (groups.length < 2) return null;
  return typstTable(
    [
      words.table.variant,
      ...groups.flatMap((group) => [
        `${group}, ${words.table.accuracy}`,
        `${group}, ${words.table.change}`,
      ]),
    ],
    [BASE_NAME, ...variants.shown].map((variant) => [
      variantCell(context, variant),
      ...groups.flatMap((group, i) => [
        shareCell(words, rows.shots.find((row) => row.variant === variant && row.group === group)),
        // the first one is the study's own prompt, whose change is over all examples
        changeCell(words, changeOn(context, "sql", variant, i === 0 ? ALL : group)),
      ]),
    ]),
  );
}

/** Changes on general text by kind; `null` where all passages are of one kind. */
export function proseTable(context: PaperContext): TypstMarkup | null {
  const { rows, words, variants } = context;
  const base = rows.prose.filter(({ variant }) => variant === BASE_NAME);
  if (base.every(({ group }) => group === ALL)) return null;
  return typstTable(
    [
      words.table.variant,
      ...base.map(({ group }) => group === ALL ? words.table.allPassages : nameIn(words, group)),
    ],
    [
      [
        variantCell(context, BASE_NAME),
        ...base.map(({ nats }) => typstCell(words.texts.numbers(formatNats(nats, 3)))),
      ],
      ...variants.shown.map((variant) => [
        variantCell(context, variant),
        ...base.map(({ group }) => changeCell(words, changeOn(context, "prose", variant, group))),
      ]),
    ],
  );
}

function changeOn(
  { rows }: PaperContext,
  measure: Measure,
  variant: string,
  group: string,
): ChangeRow | undefined {
  return rows.changes.find((row) =>
    row.measure === measure && row.variant === variant && row.group === group
  );
}

/** How far the statements of a few variants get, and where the wrong ones first depart from gold. */
export function errorTable(context: PaperContext): TypstMarkup {
  const { rows, words, variants } = context;
  const names = [BASE_NAME, ...focusOf(variants)];
  const { table } = words;
  const funnel = (["parses", "runs", "right"] as const).map((step) => [
    typstCell(table[step]),
    ...names.map((name) =>
      shareCell(words, rows.funnel.find((row) => row.variant === name && row.group === step))
    ),
  ]);
  const counts = new Map<string, number>();
  for (const { variant, errorClass, count } of rows.classes) {
    if (!names.includes(variant)) continue;
    counts.set(errorClass, (counts.get(errorClass) ?? 0) + count);
  }
  const ordered = [...counts].toSorted((a, b) => b[1] - a[1]).map(([own]) => own);
  const countRow = (title: string, of: readonly string[]): string[] => [
    typstCell(title),
    ...names.map((name) =>
      typstCell(words.texts.numbers(formatCount(
        rows.classes.reduce(
          (sum, row) => row.variant === name && of.includes(row.errorClass) ? sum + row.count : sum,
          0,
        ),
      )))
    ),
  ];
  const others = ordered.slice(CLASSES);
  const classes = [
    ...ordered.slice(0, CLASSES).map((own) => countRow(nameIn(words, own), [own])),
    ...(others.length > 0 ? [countRow(table.otherClasses, others)] : []),
    ["table.hline(stroke: hair)"],
    countRow(table.count, ordered),
  ];
  const heading = `table.cell(colspan: ${names.length + 1}, emph[${typstText(table.class)}])`;
  return typstTable(
    ["", ...names.map((name) => name === BASE_NAME ? table.base : breakable(name))],
    [...funnel, ["table.hline(stroke: hair)"], [heading], ...classes],
  );
}

/** Which letters were chosen, and what is left of a change with the letter prior taken off. */
export function letterTable(context: PaperContext): TypstMarkup | null {
  const { rows, words, variants } = context;
  if (rows.letters.length === 0) return null;
  const { table } = words;
  const written = rows.changes.some(({ measure }) => measure === "written");
  const measures = ["prior_free", "habit", ...(written ? ["written" as const] : [])] as const;
  const heads = [table.priorFree, table.habit, ...(written ? [table.written] : [])];
  return typstTable(
    [table.variant, table.chosen, table.moved, ...heads],
    [BASE_NAME, ...variants.shown].flatMap((variant) => {
      const row = rows.letters.find((row) => row.variant === variant);
      if (!row) return [];
      const flips = rows.letterFlips.find((row) => row.variant === variant)?.flips;
      return [[
        variantCell(context, variant),
        typstCell(
          row.letters.chosen.map((count) => words.texts.numbers(formatCount(count))).join(
            "\u00a0/\u00a0",
          ),
        ),
        typstCell(flips ? words.texts.numbers(formatCount(flips.moved)) : ""),
        ...measures.map((measure) => changeCell(words, overallChange(rows, measure, variant))),
      ]];
    }),
    ["auto", "0.8fr", ...heads.map(() => "1fr")],
  );
}

/** A variant's name in a table: the base model's in words, others as identifiers. */
function variantCell({ words, variants }: PaperContext, variant: string): string {
  if (variant === BASE_NAME) return typstCell(words.table.base);
  const name = identifierOf(variant).typst;
  return variant === variants.recommended ? `[#strong[${name}] ‡]` : `[${name}]`;
}
