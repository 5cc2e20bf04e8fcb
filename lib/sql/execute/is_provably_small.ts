import { calledNames } from "./_called_names.ts";

/** What is known of a database without running the statement. */
export interface DatabaseSize {
  /** Rows of the largest table; infinite where it was not counted. */
  readonly largestTableRows: number;
  /** Bytes of the largest stored text or blob. */
  readonly largestValueBytes: number;
}

/** Caps on a result. */
export interface ResultCaps {
  readonly maxRows: number;
  readonly maxBytes: number;
}

// Functions whose result is no larger than an argument, and words that stand before a bracket.
const SIZE_NEUTRAL: ReadonlySet<string> = new Set(
  ("count sum avg min max total abs round length lower upper substr substring trim ltrim rtrim " +
    "coalesce ifnull nullif iif instr in and or not where on from select exists join union except " +
    "intersect all as by having when then else like between over using distinct limit case").split(
      " ",
    ),
);
// Sources of rows that are no tables, ways to make long texts, recursion, and comments, which could
// hide a call from the pattern below.
const UNBOUNDED =
  /\b(?:with|values|json|pragma|fts|dbstat|sqlite_|bytecode|tables_used)|->|\|\||--|\/\*/i;
const SOURCES = /\b(?:select|from|join)\b|,/gi;
// A text that ends in a number is in no bracket there, so this LIMIT is the whole statement's.
const LAST_LIMIT = /\blimit\s+(\d{1,9})\s*;?\s*$/i;
// One aggregate function of one argument over all rows: one row, unless something groups them.
const ONE_AGGREGATE = /^\s*select\s+(?:count|sum|avg|min|max)\s*\([^(),]*\)\s+from\b/i;
const MORE_THAN_ONE = /\b(?:group|union|intersect|except|over)\b/i;

/**
 * Whether a result must be within the caps, whatever the statement computes: its rows are at most the
 * largest table's to the power of its sources of rows, or its LIMIT, and none of its values can be longer than a
 * stored one or the statement itself. `false` says nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const size = { largestTableRows: 10, largestValueBytes: 20 };
 * const caps = { maxRows: 1_000, maxBytes: 1_000_000 };
 * assert.ok(isProvablySmall("SELECT a FROM t JOIN u ON t.b = u.b", 1, { size, caps }));
 * assert.ok(!isProvablySmall("SELECT 1 FROM t, t, t, t", 1, { size, caps }));
 * ```
 */
export function isProvablySmall(
  sql: string,
  columnCount: number,
  { size, caps }: { readonly size: DatabaseSize; readonly caps: ResultCaps },
): boolean {
  if (!Number.isFinite(size.largestTableRows) || UNBOUNDED.test(sql)) return false;
  if (calledNames(sql).some((name) => name !== "" && !SIZE_NEUTRAL.has(name))) return false;
  let selects = 0;
  let sources = 0;
  // Words inside of literals are counted too: the bound may only be too high.
  for (const [word] of sql.matchAll(SOURCES)) {
    if (word.toLowerCase() === "select") selects++;
    // Every comma after the first FROM may join a table.
    else if (word !== "," || sources > 0) sources++;
  }
  const rows = Math.min(
    Math.max(1, selects) * Math.max(1, size.largestTableRows) ** sources,
    mostRows(sql),
  );
  const valueBytes = 8 + Math.max(size.largestValueBytes, sql.length);
  return rows <= caps.maxRows && rows * columnCount * valueBytes <= caps.maxBytes;
}

function mostRows(sql: string): number {
  if (ONE_AGGREGATE.test(sql) && !MORE_THAN_ONE.test(sql)) return 1;
  return Number(LAST_LIMIT.exec(sql)?.[1] ?? Infinity);
}
