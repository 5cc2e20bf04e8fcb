/** A string literal, a quoted name, a comment, whitespace, a word, or any other single character. */
const PIECE =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?\*\/|\s+|[\p{L}\p{N}_]+|[^]/gu;

/** Functions whose parenthesis follows directly; after `IN` or `AND` the space stays. */
const FUNCTIONS: ReadonlySet<string> = new Set(["avg", "count", "max", "min", "sum"]);

/**
 * A query with the spacing of one hand: single spaces, none inside parentheses or before a comma,
 * one after a comma, `count(*)` rather than `count (*)`, no comment, no semicolon at the end.
 *
 * Spider's gold queries vary in all of these (`age  >  56`, `name ,  country`, `MAX ( population )`),
 * which costs tokens and would teach a model noise. Literals, quoted names, the case of every word
 * and the order of tokens stay exactly as they are; so does the query's result.
 *
 * @param sql A SQLite query. An unterminated literal is kept as it stands from its quote on.
 * @returns The same query, spaced evenly.
 *
 * @example Spider's double spaces
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const sql = "SELECT name ,  country FROM t WHERE note  =  'a  b' AND ( x  >  1 );";
 * assert.equal(normalizeSql(sql), "SELECT name, country FROM t WHERE note = 'a  b' AND (x > 1)");
 * ```
 */
export function normalizeSql(sql: string): string {
  let out = "";
  let last = "";
  let spaced = false;
  for (const match of sql.matchAll(PIECE)) {
    let piece = match[0];
    if (/^(?:\s|--|\/\*)/.test(piece)) {
      spaced = true;
      continue;
    }
    // A quote that is a piece by itself never closes: what follows cannot be told from text.
    const open = piece === "'" || piece === '"';
    if (open) piece = sql.slice(match.index);
    if (out !== "" && needsSpace(last, piece, spaced)) out += " ";
    out += piece;
    if (open) return out;
    last = piece;
    spaced = false;
  }
  return out.replace(/[;\s]+$/, "");
}

function needsSpace(last: string, next: string, spaced: boolean): boolean {
  if (last === "(" || next === ")" || next === ",") return false;
  if (last === ",") return true;
  if (next === "(" && FUNCTIONS.has(last.toLowerCase())) return false;
  return spaced;
}
