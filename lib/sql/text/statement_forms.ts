import { isCode, tokenize } from "./tokens.ts";

/** One statement in the two texts that are run for it. */
export interface StatementForms {
  /** As the official script runs it: its placeholders replaced and every DISTINCT dropped. */
  readonly official: string;
  /** As written, up to its first semicolon. */
  readonly written: string;
}

/**
 * Puts a statement into the forms in which it is executed. Both keep the first statement only,
 * close up `> =`, `< =` and `! =`, and read `YEAR(CURDATE())` as 2020, as the official script does
 * for every statement. The official form also drops DISTINCT and, in a prediction, replaces the
 * placeholder ` value ` by ` 1 `.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const forms = statementForms("SELECT DISTINCT a FROM t;", "gold");
 * assert.equal(forms.official, "SELECT  a FROM t;");
 * ```
 *
 * Source: taoyds/test-suite-sql-eval, evaluation.py and exec_eval.py, defaults of `--etype exec`.
 */
export function statementForms(sql: string, side: "gold" | "predicted"): StatementForms {
  const filled = side === "predicted" ? sql.trim().replaceAll(" value ", " 1 ") : sql.trim();
  return {
    official: fixedYear(withoutDistinct(officialStatement(joinedOperators(filled)))),
    written: fixedYear(firstStatement(joinedOperators(sql.trim()))),
  };
}

/**
 * Whether the official script compares the rows of this gold statement in order: its text, in lower
 * case, contains `order by` with exactly one space, anywhere.
 *
 * Source: taoyds/test-suite-sql-eval, exec_eval.py.
 */
export function ordersRows(officialGold: string): boolean {
  return officialGold.toLowerCase().includes("order by");
}

/** Whether anything but white space, comments and semicolons comes after the first statement. */
export function hasSecondStatement(sql: string): boolean {
  const end = endOfFirstStatement(sql);
  return end !== undefined && hasStatement(sql.slice(end));
}

/** Whether the text has anything to execute: not only white space, comments and semicolons. */
export function hasStatement(sql: string): boolean {
  // A text that begins with a letter needs no closer look.
  return /^\s*[A-Za-z(]/.test(sql) ||
    tokenize(sql).some((token) => isCode(token) && token.text !== ";");
}

function joinedOperators(sql: string): string {
  return sql.replaceAll("> =", ">=").replaceAll("< =", "<=").replaceAll("! =", "!=");
}

// The comments after the semicolon that the official script's lexer counts to the statement. It
// knows `# ` as a comment and SQLite does not, so such a statement fails there.
const HASH_COMMENT = /^(?:[^\S\r\n]|--[^\r\n]*(?:\r\n?|\n|$))*# [^\r\n]*/;

function firstStatement(sql: string): string {
  const end = endOfFirstStatement(sql);
  return end === undefined ? sql : sql.slice(0, end);
}

function officialStatement(sql: string): string {
  const end = endOfFirstStatement(sql);
  if (end === undefined) return sql;
  return sql.slice(0, end) + (HASH_COMMENT.exec(sql.slice(end))?.[0] ?? "");
}

function endOfFirstStatement(sql: string): number | undefined {
  const semicolon = sql.indexOf(";");
  if (semicolon < 0) return undefined;
  // Whatever the last character stands in, the whole text is one statement.
  if (semicolon === sql.length - 1) return sql.length;
  let depth = 0;
  for (const token of tokenize(sql)) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth = Math.max(0, depth - 1);
    if (token.text === ";" && token.kind === "punctuation" && depth === 0) return token.start + 1;
  }
  return undefined;
}

function withoutDistinct(sql: string): string {
  if (!/distinct/i.test(sql)) return sql;
  return tokenize(sql)
    .filter((token) => !(token.kind === "word" && token.text.toLowerCase() === "distinct"))
    .map((token) => token.text)
    .join("");
}

function fixedYear(sql: string): string {
  return sql.replace(/YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*/gi, "2020");
}
