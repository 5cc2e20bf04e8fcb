/** What is known of a database without running the statement. */
export interface DatabaseSize {
  /** Rows of the largest table; infinite where it was not counted. */
  readonly largestTableRows: number;
  /** Rows of each table by its name in lower case. */
  readonly tableRows: ReadonlyMap<string, number>;
  /** Bytes of the largest stored text or blob. */
  readonly largestValueBytes: number;
}

/** Caps on a result. */
export interface ResultCaps {
  readonly maxRows: number;
  readonly maxBytes: number;
}

// No function of SQLite has a longer name.
const MAX_NAME = 64;
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
// A source of rows with the name of its table, where that is a whole plain name. (The flag for Unicode
// would make the pattern slow to compile, and a process runs it on a few statements.)
const SOURCES =
  /\b(select)\b|\b(?:from|join)\b(?:\s+(?:"([^"]*)"(?!"|\s*\.)|([\w$]+)(?![\w$]|[^\0-\x7f]|\s*\.)))?|,/gi;
// A text that ends in a number is in no bracket there, so this LIMIT is the whole statement's.
const LAST_LIMIT = /\blimit\s+(\d{1,9})\s*;?\s*$/i;
// One aggregate function of one argument over all rows: one row, unless something groups them.
const ONE_AGGREGATE = /^\s*select\s+(?:count|sum|avg|min|max)\s*\([^(),]*\)\s+from\b/i;
const MORE_THAN_ONE = /\b(?:group|union|intersect|except|over)\b/i;

/**
 * Whether a result must be within the caps, whatever the statement computes: its rows are at most
 * those of its tables multiplied, or its LIMIT, and none of its values can be longer than a stored one
 * or the statement itself. `false` says nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const size = { largestTableRows: 10, largestValueBytes: 20, tableRows: new Map() };
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
  const rows = Math.min(joinedRows(sql, size), mostRows(sql));
  const valueBytes = 8 + Math.max(size.largestValueBytes, sql.length);
  return rows <= caps.maxRows && rows * columnCount * valueBytes <= caps.maxBytes;
}

// Words inside of literals are counted too: the bound may only be too high.
function joinedRows(sql: string, { largestTableRows, tableRows }: DatabaseSize): number {
  let selects = 0;
  let rows = 1;
  let isBehindFrom = false;
  for (const [word, select, quoted, name] of sql.matchAll(SOURCES)) {
    if (select !== undefined) {
      selects++;
    } else if (word !== "," || isBehindFrom) {
      // Every comma after the first FROM may join a table.
      isBehindFrom = true;
      const table = (quoted ?? name)?.toLowerCase();
      rows *= Math.max(1, tableRows.get(table ?? "") ?? largestTableRows);
    }
  }
  return Math.max(1, selects) * rows;
}

function mostRows(sql: string): number {
  if (ONE_AGGREGATE.test(sql) && !MORE_THAN_ONE.test(sql)) return 1;
  return Number(LAST_LIMIT.exec(sql)?.[1] ?? Infinity);
}

/**
 * The word before each opening bracket, in lower case, or the one character before it where that is
 * a quote; empty for a bracket after anything else. Comments are not seen through.
 *
 * It looks back from each bracket, since a pattern that looks for words first takes time with the
 * square of a long word's length.
 */
export function calledNames(sql: string): readonly string[] {
  const names: string[] = [];
  for (let at = sql.indexOf("("); at >= 0; at = sql.indexOf("(", at + 1)) {
    let end = at;
    while (end > 0 && /\s/.test(sql[end - 1]!)) end--;
    const before = sql.slice(Math.max(0, end - MAX_NAME), end);
    names.push(/(?:["'`\]]|[\p{L}\p{N}_$]+)$/u.exec(before)?.[0].toLowerCase() ?? "");
  }
  return names;
}
