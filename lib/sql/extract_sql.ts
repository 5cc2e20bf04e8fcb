import { isCode, type Token, tokenize } from "./text/tokens.ts";

// Where a chat model's turn ends or another turn begins.
const TURN_MARKERS = /<\|[^|<>\n]{1,40}\|>|<\/s>|<s>|<eos>|<(?:start|end)_of_turn>|\[\/?INST\]/;
const REASONING = /<think>[\s\S]*?(?:<\/think>|$)/gi;
const FENCE = /(?:^|\n)[ \t]*(?:```|~~~)([^\n`]*)\n([\s\S]*?)(?:\n[ \t]*(?:```|~~~)|$)/g;
const INLINE_FENCE = /```(?:sql|sqlite)?\s*([\s\S]*?)```/gi;
const QUERY_START = /\b(?:select|with)\b/giu;
const OTHER_STATEMENT =
  /^(?:insert|update|delete|replace|create|drop|alter|pragma|attach|detach|vacuum|explain|values|begin|commit|rollback|savepoint|release|reindex|analyze)\b/i;
// A line that begins like this is no SQL any more: the next shot of the prompt, or an explanation.
const PROSE_LINE =
  /^\s*(?:#{1,6}(?:\s|$)|```|~~~|(?:[\p{L}][\p{L} _-]{0,30})\d{0,3}:(?:\s|$)|(?:this|the|here|note|in|it|i|we|you|explanation|output|result|answer)\s+(?:[a-z]+\s+){1,})/iu;
const CONTINUES =
  /^\s*(?:from|where|group|having|order|limit|offset|join|inner|left|right|full|cross|natural|on|using|and|or|not|in|union|intersect|except|select|values|as|case|when|then|else|end|between|like|is|exists|window|asc|desc|all|distinct|with|[(),=<>+*/|;'"`[\d-])/i;

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
 * extractSql("Sure!\n```sql\nSELECT 1;\n```"); // "SELECT 1"
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
  // A marker at the very start opens the model's own turn.
  const turns = text.split(TURN_MARKERS).filter((turn) => turn.trim() !== "");
  return turns[0] ?? "";
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
    const statement = cut(text.slice(start));
    if (statement !== undefined && looksLikeQuery(statement)) return statement;
  }
  return undefined;
}

// Starts of lines, and words after a colon or a back-tick, before words inside of a sentence; the
// upper-case ones first among these.
function starts(text: string): readonly number[] {
  const matches = [...text.matchAll(QUERY_START)];
  const rank = (match: RegExpExecArray): number => {
    const before = text.slice(0, match.index);
    if (/(?:^|\n|[:`>])[\s("]*$/.test(before)) return 0;
    return match[0] === match[0].toUpperCase() ? 1 : 2;
  };
  return matches
    .map((match) => ({ index: openedAt(text, match.index), rank: rank(match) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ index }) => index);
}

// An opening bracket before the first SELECT belongs to the statement.
function openedAt(text: string, index: number): number {
  const opening = /(?:\(\s*)+$/.exec(text.slice(0, index));
  return opening === null ? index : opening.index;
}

function cut(text: string): string | undefined {
  const tokens = tokenize(asciiQuotes(text));
  const kept: Token[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "punctuation") {
      if (token.text === "(") depth++;
      if (token.text === ")" && --depth < 0) break;
      if (token.text === ";") break;
    }
    const endsCodeSpan = token.kind === "unterminated" && token.text.startsWith("`");
    if (endsCodeSpan) break;
    if (token.kind === "space" && token.text.includes("\n")) {
      const rest = tokens.slice(index + 1).map((next) => next.text).join("");
      if (endsHere(token.text, rest)) break;
    }
    kept.push(token);
  }
  const statement = kept.map((token) => token.text).join("").trim();
  return kept.some(isCode) ? statement : undefined;
}

function endsHere(space: string, rest: string): boolean {
  const line = rest.split("\n", 1)[0]!;
  const blankLine = /\n[^\S\n]*\n/.test(space);
  return PROSE_LINE.test(line) || (blankLine && !CONTINUES.test(line));
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
