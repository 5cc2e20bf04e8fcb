/** What a stretch of SQL text is. */
export type TokenKind =
  | "space"
  | "comment"
  | "word"
  | "number"
  | "string"
  | "quoted_name"
  | "parameter"
  | "punctuation"
  | "unterminated";

/** One stretch of SQL text; the tokens of a text joined together give the text again. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset of the first character, in UTF-16 units. */
  readonly start: number;
}

const SPACE = /[\s\u00a0\ufeff]+/y;
const WORD = /[\p{L}_][\p{L}\p{N}\p{M}_$]*/uy;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const PARAMETER = /\?\d*|[:@#$][\p{L}_][\p{L}\p{N}_]*/uy;
const PUNCTUATION = /<>|<=|>=|!=|==|\|\||<<|>>|->>|->|[\s\S]/y;
const CLOSING_QUOTES: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`", "[": "]" };

/**
 * Splits SQL text into tokens by SQLite's lexical rules (doubled quotes, `--` and block comments,
 * bracketed and back-ticked names). A quote or block comment without its end makes one last token
 * of kind `unterminated`; no text is ever lost or refused.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const kinds = tokenize("SELECT 'a;b'").map((token) => token.kind);
 * assert.deepEqual(kinds, ["word", "space", "string"]);
 * ```
 *
 * Source: https://sqlite.org/lang_expr.html and https://sqlite.org/lang_comment.html
 */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const [kind, end] = tokenAt(sql, at);
    tokens.push({ kind, text: sql.slice(at, end), start: at });
    at = end;
  }
  return tokens;
}

/** Whether a token carries meaning for the statement: neither white space nor a comment. */
export function isCode(token: Token): boolean {
  return token.kind !== "space" && token.kind !== "comment";
}

function tokenAt(sql: string, at: number): [TokenKind, number] {
  const char = sql[at]!;
  if (char === "-" && sql[at + 1] === "-") return ["comment", endOfLine(sql, at)];
  if (char === "/" && sql[at + 1] === "*") return endOfBlockComment(sql, at);
  const closing = CLOSING_QUOTES[char];
  if (closing !== undefined) return endOfQuote(sql, at, closing);
  const quotedBlob = (char === "x" || char === "X") && sql[at + 1] === "'";
  if (quotedBlob) return endOfQuote(sql, at + 1, "'");
  for (
    const [kind, pattern] of [
      ["space", SPACE],
      ["word", WORD],
      ["number", NUMBER],
      ["parameter", PARAMETER],
    ] as const
  ) {
    const end = matchEnd(pattern, sql, at);
    if (end !== undefined) return [kind, end];
  }
  return ["punctuation", matchEnd(PUNCTUATION, sql, at) ?? at + 1];
}

function matchEnd(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}

function endOfLine(sql: string, at: number): number {
  const newline = sql.indexOf("\n", at);
  return newline < 0 ? sql.length : newline;
}

function endOfBlockComment(sql: string, at: number): [TokenKind, number] {
  const end = sql.indexOf("*/", at + 2);
  return end < 0 ? ["unterminated", sql.length] : ["comment", end + 2];
}

function endOfQuote(sql: string, at: number, closing: string): [TokenKind, number] {
  const kind = sql[at] === "'" ? "string" : "quoted_name";
  let end = at + 1;
  while (end < sql.length) {
    const next = sql.indexOf(closing, end);
    if (next < 0) break;
    // A doubled quote stands for one quote inside the text; brackets have no such escape.
    if (closing === "]" || sql[next + 1] !== closing) return [kind, next + 1];
    end = next + 2;
  }
  return ["unterminated", sql.length];
}
