// What holds a statement by its name, and what holds a whole answer, which may be one.
const TAGS = [
  /<(\/?)(?:final_)?(?:answer|sql|sql_?query)>/gi,
  /<(\/?)(?:final|(?:final_)?(?:response|result|solution|output))>/gi,
] as const;
// Behind fences: a query may be the question in words, and HTML has a word of a sentence in a code tag too,
// so that one counts at a line's begin alone.
const LATE_TAGS = [/<(\/?)query>/gi, /^[ \t]{0,20}<()code>|<\/code>/gim] as const;
const FENCES = /`{3,}|(?:^|\n)[ \t]*~{3,}/g;
const BLANKS = /[ \t]*/y;
const LANGUAGE = /[\w+#-]*/y;
const SQL_LANGUAGE = /^(?:sql|sqlite3?|postgres(?:ql)?|mysql|mariadb|tsql|plsql|duckdb)$/i;
const JSON_KEYS = [
  /(["'])(?:(?:final|predicted|pred|generated)_?)?(?:sql|sql_?(?:query|statement|code)|query|statement|answer)\1\s*:\s*(["'])/gi,
  /(["'])(?:final_?)?(?:response|result|solution|output|code)\1\s*:\s*(["'])/gi,
] as const;
// An object inside of a JSON text, as the arguments of a tool call are.
const INNER_OBJECT = /\{\s{0,20}\\"/;

/**
 * The stretches of an answer in which its statement may stand, the likeliest first:
 *
 * 1. what an `<answer>` or `<sql>` tag holds, in order, then what `<final>`, `<result>` and the like;
 * 2. code fences that are marked as SQL, in order, then all others, in order;
 * 3. what a `<query>` tag holds, or a `<code>` tag at a line's begin;
 * 4. the text itself.
 *
 * Where a stretch has a JSON object with a key such as `sql`, its value comes before the stretch; a
 * key such as `response` comes after those, and an object inside of a JSON text last.
 */
export function* candidates(answer: string): Iterable<string> {
  for (const inner of taggedTexts(answer, TAGS)) yield* unfenced(inner);
  yield* fenced(answer);
  for (const inner of taggedTexts(answer, LATE_TAGS)) yield* unfenced(inner);
  yield* withJson(answer);
}

function* unfenced(text: string): Iterable<string> {
  yield* fenced(text);
  yield* withJson(text);
}

function* fenced(text: string): Iterable<string> {
  for (const block of fencedBlocks(text)) yield* withJson(block);
}

function* withJson(text: string): Iterable<string> {
  yield* jsonValues(text);
  yield text;
}

function* taggedTexts(text: string, kinds: readonly RegExp[]): Iterable<string> {
  for (const tags of kinds) yield* textsIn(text, tags);
}

function* textsIn(text: string, tags: RegExp): Iterable<string> {
  let from: number | undefined;
  for (const { index, 0: tag, 1: slash } of text.matchAll(tags)) {
    if (slash === "") {
      from = index + tag.length;
    } else if (from !== undefined) {
      yield text.slice(from, index);
      from = undefined;
    }
  }
  if (from !== undefined) yield text.slice(from);
}

// A fence opens and the next one closes, wherever on a line they stand; the last may be unclosed.
function fencedBlocks(text: string): readonly string[] {
  const marked: string[] = [];
  const others: string[] = [];
  let open: { readonly from: number; readonly isSql: boolean; readonly sign: string } | undefined;
  for (const { index, 0: fence } of text.matchAll(FENCES)) {
    const end = index + fence.length;
    if (open === undefined) {
      open = { ...opening(text, end), sign: fence.at(-1)! };
    } else if (open.sign === fence.at(-1)) {
      (open.isSql ? marked : others).push(text.slice(open.from, Math.max(open.from, index)));
      open = undefined;
    }
  }
  if (open !== undefined) (open.isSql ? marked : others).push(text.slice(open.from));
  return [...marked, ...others];
}

function opening(text: string, at: number): { readonly from: number; readonly isSql: boolean } {
  const word = endOf(BLANKS, text, at);
  const wordEnd = endOf(LANGUAGE, text, word);
  const lineEnd = endOf(BLANKS, text, wordEnd);
  const isSql = SQL_LANGUAGE.test(text.slice(word, wordEnd));
  // On one line with its block, a word is a language only if it names SQL.
  const hasLine = lineEnd === text.length || text[lineEnd] === "\n";
  return { from: isSql || hasLine ? lineEnd : at, isSql };
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

function* jsonValues(text: string): Iterable<string> {
  for (const keys of JSON_KEYS) yield* valuesOf(text, keys);
  if (!INNER_OBJECT.test(text)) return;
  const inner = unescaped(text);
  for (const keys of JSON_KEYS) yield* valuesOf(inner, keys);
}

function* valuesOf(text: string, keys: RegExp): Iterable<string> {
  for (let from = 0;;) {
    keys.lastIndex = from;
    const match = keys.exec(text);
    if (match === null) return;
    const start = match.index + match[0].length;
    from = closingQuote(text, start, match[2]!);
    yield unescaped(text.slice(start, from));
  }
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

// Models write line breaks and single quotes into JSON texts as they stand.
const AS_JSON: Readonly<Record<string, string>> = {
  "\\'": "'",
  '"': '\\"',
  "\n": "\\n",
  "\t": "\\t",
  "\\": "",
};

function unescaped(raw: string): string {
  const json = raw.replace(/\\.|["\n\t]|\\$/gs, (found) => AS_JSON[found] ?? found);
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    return raw;
  }
}
