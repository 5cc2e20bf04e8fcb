import { isCode, type Token, tokenize } from "../text/tokens.ts";
import { asciiQuotes } from "./ascii_quotes.ts";

// A line that begins like this is no SQL any more: a heading, a label ("Question:"), a fence, a table,
// or a sentence about the statement, or the end of a text of Python.
const PROSE_LINE =
  /^\s*(?:#{1,6}(?:\s|$)|```|~~~|(?:"""|'''|go)\s*$|[=+|][=+|-]{2}|\|\s[^|]{0,120}\|(?:\s|$)|\p{L}[\p{L} _-]{0,30}\d{0,3}:(?:\s|$)|(?:this|the|here|it|i|we|you)\s+[a-z]+\s)/iu;
// A rule under which something else begins, which is a comment of SQL too, or a line that ends a batch.
const RULE_LINE = /^\s*(?:-{3,}|\/)\s*$/;
const CONTINUES =
  /^\s*(?:(?:from|where|group|having|order|limit|offset|join|inner|left|right|full|cross|natural|on|using|and|or|not|in|union|intersect|except|select|values|as|case|when|then|else|end|between|like|glob|is|exists|window|asc|desc|all|distinct|with|collate|escape)\b|[(),=<>+*/|;'"`[\d-])/i;
const BEGINS_QUERY = /^\s*(?:select|with|values)\b/i;
// Words after which a statement cannot end.
const OPEN_ENDED =
  /^(?:select|distinct|from|where|by|having|limit|offset|join|on|and|or|not|in|union|all|intersect|except|as|case|when|then|else|between|like|is|with|[,(=<>+*/|-]|<=|>=|<>|!=|\|\|)$/i;
// Role names that stay behind where a decoder leaves the markers round them out.
const ROLE = /^(?:assistant|user|system|model|human)$/i;
const ENDS_IN_ROLE = /[^\W_](assistant)$/i;
// Signs that stand behind a statement and in none, but for the number of a parameter ($1); the second is
// the semicolon of Chinese.
const ENDS: ReadonlySet<string> = new Set([";", "\uff1b", "\u3002", "}", "]", "$"]);
const LOOK_AHEAD_CHARACTERS = 240;

/**
 * Cuts a text that begins with a statement to the statement: up to its semicolon, to a bracket that
 * it did not open, to a tag or brace that is no SQL, to the next statement, or to a line that is
 * prose or another speaker's.
 *
 * @returns The statement with ASCII quotes, without its semicolon; `undefined` if there is no code.
 */
export function cutStatement(text: string): string | undefined {
  const ascii = asciiQuotes(text);
  const tokens = tokenize(ascii);
  let depth = 0;
  let end = 0;
  let first = "";
  let last = "";
  for (const [at, token] of tokens.entries()) {
    const isComplete = depth === 0 && end > 0 && !OPEN_ENDED.test(last);
    if (token.kind === "punctuation") {
      if (token.text === "(") depth++;
      if (token.text === ")" && --depth < 0) break;
      if (endsAt(ascii, token) || opensTag(ascii, token)) break;
    }
    if (token.kind === "quoted_name" && /^\[\/\w+\]$/.test(token.text)) break;
    if (token.kind === "space" && token.text.includes("\n") && end > 0) {
      const from = token.start + token.text.length;
      const line = lineAt(ascii, from);
      if (isComplete && RULE_LINE.test(line) && !goesOn(ascii, from + line.length)) break;
      const isNext = isComplete && first === "select" && BEGINS_QUERY.test(line);
      if (isNext || endsHere({ space: token.text, line, last, depth })) break;
    }
    if (token.kind === "word" && isComplete && opensNextTurn(ascii, token, tokens[at - 1])) break;
    if (isCode(token)) {
      const role = depth === 0 ? gluedRole(ascii, token) : 0;
      end = token.start + token.text.length - role;
      last = token.text;
      if (first === "" && token.text !== "(") first = token.text.toLowerCase();
      if (role > 0) break;
    }
  }
  return end === 0 ? undefined : ascii.slice(0, end);
}

function lineAt(text: string, from: number): string {
  return text.slice(from, from + LOOK_AHEAD_CHARACTERS).split("\n", 1)[0]!;
}

function endsAt(text: string, { text: sign, start }: Token): boolean {
  return ENDS.has(sign) && !(sign === "$" && /\d/.test(text.charAt(start + 1)));
}

// Whether a clause, an expression or another WITH table follows, behind rules and comments.
function goesOn(text: string, from: number): boolean {
  const lines = text.slice(from, from + LOOK_AHEAD_CHARACTERS).split("\n");
  const next = lines.find((line) => !/^\s*(?:--|$)/.test(line)) ?? "";
  return CONTINUES.test(next) || /^\s*\w+(?:\(|\.\w)/.test(next);
}

function opensTag(text: string, { text: sign, start }: Token): boolean {
  return sign === "<" && /^(?:\/[a-z]|\|)/i.test(text.slice(start + 1, start + 3));
}

function endsHere(
  { space, line, last, depth }: { space: string; line: string; last: string; depth: number },
): boolean {
  if (line.trim() === "" || PROSE_LINE.test(line)) return true;
  if (CONTINUES.test(line)) return false;
  if (depth > 0 || OPEN_ENDED.test(last)) return false;
  if (/\n[^\S\n]*\n/.test(space)) return true;
  // One word may be an alias; two after a complete statement are a sentence.
  return /^\s*[\p{L}\p{N}'_]+[,.!]?\s+\p{L}/u.test(line);
}

// A role name on a line of its own, or right behind the statement's last token, and then no clause
// that would make it an alias; or any word with a colon, wherever it stands.
function opensNextTurn(text: string, token: Token, before: Token | undefined): boolean {
  if (before === undefined) return false;
  if (/^:(?:\s|$)/.test(text.substr(token.start + token.text.length, 2))) return true;
  if (!ROLE.test(token.text)) return false;
  if (before.kind === "space" ? !before.text.includes("\n") : before.text === ".") return false;
  return isSpeaker(text, token.start + token.text.length);
}

// "FROM toolassistant" and an empty line: the name of the table and the next speaker's. Gives the
// length of the role's name.
function gluedRole(text: string, token: Token): number {
  if (token.kind !== "word") return 0;
  const role = ENDS_IN_ROLE.exec(token.text)?.[1];
  const end = token.start + token.text.length;
  if (role === undefined || !text.startsWith("\n\n", end)) return 0;
  return text.slice(end, end + LOOK_AHEAD_CHARACTERS).trim() !== "" && isSpeaker(text, end)
    ? role.length
    : 0;
}

function isSpeaker(text: string, from: number): boolean {
  const rest = text.slice(from, from + LOOK_AHEAD_CHARACTERS);
  const [own, ...others] = rest.split("\n");
  if (own!.trim() !== "" && own!.trim() !== ":") return false;
  const next = others.find((line) => line.trim() !== "") ?? "";
  return BEGINS_QUERY.test(next) || !CONTINUES.test(next);
}
