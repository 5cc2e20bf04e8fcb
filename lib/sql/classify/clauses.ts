import { isCode, type Token, tokenize } from "../text/tokens.ts";

/** The clauses of one SELECT, each as its tokens without the keyword; brackets are kept whole. */
export interface Clauses {
  readonly select: readonly Token[];
  readonly from: readonly Token[];
  readonly where: readonly Token[];
  readonly groupBy: readonly Token[];
  readonly having: readonly Token[];
  readonly orderBy: readonly Token[];
  readonly limit: readonly Token[];
  /** Whether a set operator (INTERSECT, UNION, EXCEPT) joins another SELECT to this one. */
  readonly hasSetOperation: boolean;
}

type ClauseName = Exclude<keyof Clauses, "hasSetOperation">;

const CLAUSE_OF_WORD: Readonly<Record<string, ClauseName>> = {
  select: "select",
  from: "from",
  where: "where",
  group: "groupBy",
  having: "having",
  order: "orderBy",
  limit: "limit",
};
const SET_OPERATORS: ReadonlySet<string> = new Set(["intersect", "union", "except"]);

/**
 * Cuts a statement into the clauses of its outermost, leftmost SELECT by its key words alone: it
 * needs no schema and refuses nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { where } = splitClauses("SELECT a FROM t WHERE b = 1");
 * assert.deepEqual(where.map((token) => token.text), ["b", "=", "1"]);
 * ```
 */
export function splitClauses(sql: string): Clauses {
  const tokens = unwrapped(tokenize(sql).filter(isCode));
  const clauses: Record<ClauseName, Token[]> = {
    select: [],
    from: [],
    where: [],
    groupBy: [],
    having: [],
    orderBy: [],
    limit: [],
  };
  let current: ClauseName | undefined;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (depth === 0) {
      const word = wordOf(token);
      if (SET_OPERATORS.has(word)) return { ...clauses, hasSetOperation: true };
      const clause = CLAUSE_OF_WORD[word];
      if (clause !== undefined) {
        current = clause;
        continue;
      }
      const byOfClause = word === "by" && ["group", "order"].includes(wordOf(tokens[index - 1]));
      if (byOfClause || token.text === ";") continue;
    }
    depth += depthChange(token);
    if (current !== undefined) clauses[current].push(token);
  }
  return { ...clauses, hasSetOperation: false };
}

/** The token's word in lower case, or an empty text for anything that is no bare word. */
export function wordOf(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toLowerCase() : "";
}

/** Splits tokens at the separators that stand outside of every bracket. */
export function splitAt(
  tokens: readonly Token[],
  isSeparator: (token: Token, index: number) => boolean,
): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (depth === 0 && isSeparator(token, index)) {
      parts.push([]);
      continue;
    }
    depth += depthChange(token);
    parts.at(-1)!.push(token);
  }
  return parts;
}

/** `1` for an opening bracket, `-1` for a closing one, else `0`. */
export function depthChange(token: Token): number {
  if (token.kind !== "punctuation") return 0;
  return token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
}

// `(SELECT ...) UNION ...` and `(SELECT ...)`: the bracket round the first SELECT says nothing.
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.text !== "(" || wordOf(tokens[1]) !== "select") return tokens;
  let depth = 0;
  const close = tokens.findIndex((token) => (depth += depthChange(token)) === 0);
  return close < 0 ? tokens.slice(1) : [...tokens.slice(1, close), ...tokens.slice(close + 1)];
}
