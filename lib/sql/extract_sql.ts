import { isCode, tokenize } from "./text/tokens.ts";

// Where a chat model's turn ends or another turn begins.
const TURN_MARKERS = /<\|[^|<>\n]{1,40}\|>|<\/s>|<s>|<eos>|<(?:start|end)_of_turn>|\[\/?INST\]/;
const REASONING = /<think>[\s\S]*?(?:<\/think>|$)/gi;
const FENCE = /(?:^|\n)[ \t]*(?:```|~~~)([^\n`]*)\n([\s\S]*?)(?:\n[ \t]*(?:```|~~~)|$)/g;
const INLINE_FENCE = /```(?:sql|sqlite)?\s*([\s\S]*?)```/gi;
const QUERY_START =
  /\b(?:select\b|with\s+(?:recursive\s+)?["`[]?\w+["`\]]?\s*(?:\([^()]{0,200}\)\s*)?as\s+(?:(?:not\s+)?materialized\s*)?\()/giu;
const OTHER_STATEMENT =
  /^(?:insert|update|delete|replace|create|drop|alter|pragma|attach|detach|vacuum|explain|values|begin|commit|rollback|savepoint|release|reindex|analyze)\b/i;
// A line that begins like this is no SQL any more: a heading, a label ("Question:"), a fence, or a
// sentence about the statement.
const PROSE_LINE =
  /^\s*(?:#{1,6}(?:\s|$)|```|~~~|\p{L}[\p{L} _-]{0,30}\d{0,3}:(?:\s|$)|(?:this|the|here|it|i|we|you)\s+[a-z]+\s)/iu;
const CONTINUES =
  /^\s*(?:(?:from|where|group|having|order|limit|offset|join|inner|left|right|full|cross|natural|on|using|and|or|not|in|union|intersect|except|select|values|as|case|when|then|else|end|between|like|glob|is|exists|window|asc|desc|all|distinct|with|collate|escape)\b|[(),=<>+*/|;'"`[\d-])/i;
// Words after which a statement cannot end.
const OPEN_ENDED =
  /^(?:select|distinct|from|where|by|having|limit|offset|join|on|and|or|not|in|union|all|intersect|except|as|case|when|then|else|between|like|is|with|[,(=<>+*/|-]|<=|>=|<>|!=|\|\|)$/i;
const LOOK_AHEAD_CHARACTERS = 240;
// Beginnings of a statement that are looked at, and how many in a text of hostile length.
const MAX_STARTS = 12;
const LONG_CHARACTERS = 100_000;
const MAX_STARTS_LONG = 1;

/**
 * Finds the SQL statement in what a model wrote: out of a code fence or an inline code span, with
 * prose before and after it, after a reasoning block, up to a chat end marker, with Windows line
 * ends, or with typographic quotes round its literals. Of several statements the first is taken.
 * Nothing else is repaired: a statement with a mistake keeps it.
 *
 * @returns The statement without its semicolon, or `undefined` if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(extractSql("The answer is: SELECT 1;"), "SELECT 1");
 * ```
 */
export function extractSql(completion: string): string | undefined {
  const text = modelTurn(completion);
  for (const candidate of [...fencedBlocks(text), text]) {
    const statement = statementIn(candidate);
    if (statement !== undefined) return statement;
  }
  return undefined;
}

function modelTurn(completion: string): string {
  const text = completion
    .replace(/\r\n?/g, "\n")
    .replace(/[\ufeff\u200b\u200c\u200d\u2060]/g, "")
    .replace(REASONING, "");
  // A marker or a role name at the very start opens the model's own turn.
  return text.split(TURN_MARKERS).find((turn) => !/^\s*(?:assistant|model)?\s*$/.test(turn)) ?? "";
}

function fencedBlocks(text: string): readonly string[] {
  const blocks = [...text.matchAll(FENCE)].map((match) => match[2]!);
  const inline = [...text.matchAll(INLINE_FENCE)].map((match) => match[1]!);
  return [...blocks, ...inline];
}

function statementIn(text: string): string | undefined {
  const trimmed = text.trim();
  if (OTHER_STATEMENT.test(trimmed)) return cut(trimmed);
  for (const start of starts(text)) {
    const statement = cut(codeSpan(text, start));
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
      /[:`>]$/.test(before.slice(0, before.length - opening.length));
    // Opening brackets before the first SELECT belong to the statement.
    const brackets = /(?:\(\s*)*$/.exec(opening)![0];
    const rank = atStart ? 0 : /^[A-Z]{4,6}\b/.test(match[0]) ? 1 : 2;
    matches.push({ index: match.index - brackets.length, rank });
  }
  matches.sort((a, b) => a.rank - b.rank || a.index - b.index);
  const count = text.length > LONG_CHARACTERS ? MAX_STARTS_LONG : MAX_STARTS;
  return matches.slice(0, count).map(({ index }) => index);
}

// The text of an inline code span that opens right before the statement.
function codeSpan(text: string, start: number): string {
  if (text[start - 1] !== "`" || text[start - 2] === "`") return text.slice(start);
  let ticks = 0;
  for (let at = text.indexOf("`", start); at >= 0; at = text.indexOf("`", at + 1)) {
    const closes = ticks % 2 === 0 && /^(?:[\s.,;:!?)]|$)/.test(text.slice(at + 1, at + 2));
    if (closes) return text.slice(start, at);
    ticks++;
  }
  return text.slice(start);
}

function cut(text: string): string | undefined {
  const ascii = asciiQuotes(text);
  let depth = 0;
  let end = 0;
  let last = "";
  for (const token of tokenize(ascii)) {
    if (token.kind === "punctuation") {
      if (token.text === "(") depth++;
      if (token.text === ")" && --depth < 0) break;
      if (token.text === ";") break;
    }
    if (token.kind === "space" && token.text.includes("\n") && end > 0) {
      const next = token.start + token.text.length;
      const line = ascii.slice(next, next + LOOK_AHEAD_CHARACTERS).split("\n", 1)[0]!;
      if (endsHere({ space: token.text, line, last, depth })) break;
    }
    if (isCode(token)) {
      end = token.start + token.text.length;
      last = token.text;
    }
  }
  return end === 0 ? undefined : ascii.slice(0, end);
}

function endsHere(
  { space, line, last, depth }: { space: string; line: string; last: string; depth: number },
): boolean {
  if (line.trim() === "" || PROSE_LINE.test(line)) return true;
  if (CONTINUES.test(line)) return false;
  if (/\n[^\S\n]*\n/.test(space)) return true;
  // One word may be an alias; two after a complete statement are a sentence.
  return depth === 0 && !OPEN_ENDED.test(last) && /^\s*[\p{L}\p{N}'_]+[,.!]?\s+\p{L}/u.test(line);
}

function looksLikeQuery(statement: string): boolean {
  const words = tokenize(statement).filter(isCode);
  const first = words.find((token) => token.text !== "(")?.text.toLowerCase();
  if (first === "with") return words.some((token) => token.text.toLowerCase() === "select");
  if (words.length < 2) return false;
  // "select the names with this": a sentence has no FROM, and what follows it is no expression.
  const hasFrom = words.some((token) => token.text.toLowerCase() === "from");
  return hasFrom || /^\(*\s*select\s+[^,\s]+(?:\s*,\s*[^,\s]+)*\s*\)*$/i.test(statement) ||
    /^\(*\s*select\s+[^a-z]*[(*+/|'\d-]/i.test(statement);
}

// Typographic quotes that stand where SQL wants quotes; inside of a literal they are text.
function asciiQuotes(text: string): string {
  if (!/[\u2018-\u201f\u00b4\u00a0\u2000-\u200a\u202f\u3000]/.test(text)) return text;
  let out = "";
  let closing: string | undefined;
  for (const char of text) {
    if (closing === undefined) {
      const opened = TYPOGRAPHIC[char];
      if (opened !== undefined) {
        out += opened.ascii;
        closing = opened.closing;
      } else {
        out += /[\u00a0\u2000-\u200a\u202f\u3000]/.test(char) ? " " : char;
        if (char === "'" || char === '"' || char === "`") closing = char;
      }
    } else if (closing.includes(char)) {
      out += closing.length > 1 ? closing.at(-1)! : char;
      closing = undefined;
    } else {
      out += char;
    }
  }
  return out;
}

// What may close each opening quote; the last character of `closing` is the ASCII quote.
const SINGLE = { ascii: "'", closing: "\u2018\u2019\u00b4'" } as const;
const DOUBLE = { ascii: '"', closing: '\u201c\u201d"' } as const;
const TYPOGRAPHIC: Readonly<Record<string, typeof SINGLE | typeof DOUBLE>> = {
  "\u2018": SINGLE,
  "\u2019": SINGLE,
  "\u201a": SINGLE,
  "\u201b": SINGLE,
  "\u00b4": SINGLE,
  "\u201c": DOUBLE,
  "\u201d": DOUBLE,
  "\u201e": DOUBLE,
  "\u201f": DOUBLE,
};
