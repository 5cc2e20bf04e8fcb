import { candidates } from "./extract/candidates.ts";
import { cutStatement } from "./extract/cut_statement.ts";
import { modelTurn } from "./extract/model_turn.ts";
import { isCode, type Token, tokenize } from "./text/tokens.ts";

const QUERY_START =
  /\b(?:select\b|with\s+(?:recursive\s+)?["`[]?\w+["`\]]?\s*(?:\([^()]{0,200}\)\s*)?as\s+(?:(?:not\s+)?materialized\s*)?\()/giu;
const OTHER_STATEMENT =
  /^(?:insert|update|delete|replace|create|drop|alter|pragma|attach|detach|vacuum|explain|values|begin|commit|rollback|savepoint|release|reindex|analyze)\b/i;
// What stands before a statement: a label, a back-tick, a tag, an arrow, or the sign of a quoted line; the
// sign of a comparison with a subquery is none.
const OPENS = /(?:[:`]|<[^<>\s]{1,30}>|[-=]>|(?:^|\n)[ \t]*>)$/;
// Beginnings of a statement that are looked at, and how many in a text of hostile length.
const MAX_STARTS = 12;
const LONG_CHARACTERS = 100_000;
const MAX_STARTS_LONG = 1;

/**
 * Finds the SQL statement in what a model wrote. Only the model's own turn counts, up to a chat end
 * marker or to what a decoder left of the next turn, and of it only what stands outside of
 * reasoning: after the last closing tag, whether or not the opening one is there.
 *
 * The statement may stand in an `<answer>` or `<sql>` tag, in a code fence, in a JSON object, in an
 * inline code span, between prose, have Windows line ends, or typographic quotes round its
 * literals. Which one wins: a tag before fences, fences marked as SQL before other fences, fences
 * before the text round them, and of equals the first that holds a query, else another statement. Of several statements in
 * one place the first is taken. Nothing else is repaired: a statement with a mistake keeps it.
 *
 * @returns The statement without its semicolon, or `undefined` if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(extractSql("The answer is: SELECT 1;"), "SELECT 1");
 * assert.equal(extractSql("SELECT 2?\n</think>\nSELECT 1"), "SELECT 1");
 * ```
 */
export function extractSql(completion: string): string | undefined {
  // What comes after the last reasoning part is the answer; else what came before.
  for (const part of modelTurn(completion).parts.toReversed()) {
    let other: string | undefined;
    for (const candidate of candidates(part)) {
      if (other !== undefined && candidate === part) return other;
      const statement = statementIn(candidate);
      if (statement === undefined) continue;
      // a fence may give the schema again, and the next one the query
      if (candidate === part || !OTHER_STATEMENT.test(statement)) return statement;
      other ??= statement;
    }
  }
  return undefined;
}

/**
 * Whether a completion was cut inside its reasoning: a part was opened and not closed, and no
 * statement stands outside of it. More tokens, or a prompt without reasoning, would have given an
 * answer; the number says so little of the model that it is reported apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.ok(isCutInReasoning("<think>\nThe tables are"));
 * assert.ok(!isCutInReasoning("<think>\nThe tables are</think>\nI do not know."));
 * ```
 */
export function isCutInReasoning(completion: string): boolean {
  return modelTurn(completion).endsInReasoning && extractSql(completion) === undefined;
}

function statementIn(text: string): string | undefined {
  const trimmed = text.trim();
  if (OTHER_STATEMENT.test(trimmed)) return cutStatement(trimmed);
  for (const start of starts(text)) {
    const statement = cutStatement(quotedSpan(text, start));
    if (statement !== undefined && looksLikeQuery(statement)) return statement;
  }
  return undefined;
}

// Starts of lines, and words after a colon or a back-tick, before words inside of a sentence; the
// upper-case ones first among these.
function starts(text: string): readonly number[] {
  const matches: { index: number; rank: number }[] = [];
  for (const match of text.matchAll(QUERY_START)) {
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    const opening = /[\s("]*$/.exec(before)![0];
    const atStart = opening.length === match.index || opening.includes("\n") ||
      OPENS.test(before.slice(0, before.length - opening.length));
    // Opening brackets before the first SELECT belong to the statement.
    const brackets = /(?:\(\s*)*$/.exec(opening)![0];
    const rank = atStart ? 0 : /^[A-Z]{4,6}\b/.test(match[0]) ? 1 : 2;
    matches.push({ index: match.index - brackets.length, rank });
  }
  matches.sort((a, b) => a.rank - b.rank || a.index - b.index);
  const count = text.length > LONG_CHARACTERS ? MAX_STARTS_LONG : MAX_STARTS;
  return matches.slice(0, count).map(({ index }) => index);
}

// The text of an inline code span, or of a quoted or bold text, that opens right before the statement.
function quotedSpan(text: string, start: number): string {
  const long = /(?:\*\*|"""|''')$/.exec(text.slice(Math.max(0, start - 3), start))?.[0];
  const end = long === undefined ? -1 : text.indexOf(long, start);
  if (end >= 0) return text.slice(start, end);
  const quote = text[start - 1];
  const isQuote = quote === "`" || quote === '"' || quote === "'";
  if (!isQuote || text[start - 2] === quote) return text.slice(start);
  let quotes = 0;
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1)) {
    const closes = quotes % 2 === 0 && /^(?:[\s.,;:!?)\]}]|$)/.test(text.slice(at + 1, at + 2));
    if (closes) return text.slice(start, at);
    quotes++;
  }
  return text.slice(start);
}

function looksLikeQuery(statement: string): boolean {
  const words = tokenize(statement).filter(isCode);
  const first = words.findIndex((token) => token.text !== "(");
  const rest = words.slice(first + 1);
  if (words[first]?.text.toLowerCase() === "with") return rest.some(isWord("select"));
  if (rest.length === 0) return false;
  // "select the names with this": a sentence has no FROM, and what follows it is no expression.
  return rest.some(isWord("from")) || isList(rest) || hasSignFirst(rest);
}

function isWord(word: string): (token: Token) => boolean {
  return ({ text }) => text.toLowerCase() === word;
}

// No white space but round commas and before the closing brackets.
function isList(items: readonly Token[]): boolean {
  const end = items.findLastIndex(({ text }) => text !== ")") + 1;
  return end > 0 && items.slice(1, end).every((token, index) => {
    const before = items[index]!;
    return token.text === "," || before.text === "," ||
      before.start + before.text.length === token.start;
  });
}

// A bracket, a sign, a literal or a digit before the first letter.
function hasSignFirst(items: readonly Token[]): boolean {
  for (const { text } of items) {
    const letter = text.search(/[a-z]/i);
    if (/[(*+/|'\d-]/.test(letter < 0 ? text : text.slice(0, letter))) return true;
    if (letter >= 0) return false;
  }
  return false;
}
