import { createContext, Script } from "node:vm";

/** Says of a module's name whether an expression matches it. */
export interface NamePattern {
  /** @throws {RangeError} If the expression has taken more than 2 s for all names together. */
  test(name: string): boolean;
}

/** Milliseconds that one expression may take for all names. */
const MOST_MS = 2_000;
/** Characters of an expression that a refusal shows. */
const MOST_SHOWN = 60;
const MATCH = new Script("expression.test(name)");

/** What follows a backslash and means the same in both languages. */
const SAME_ESCAPE = /^(?:[dDwWsSbBnrtfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^0-9A-Za-z])/;
/** Escapes of Python in JavaScript's terms; names of modules hold no line ends. */
const OTHER_ESCAPES: Readonly<Record<string, string>> = { A: "^", Z: "$", a: "\\x07" };
/** How a group may begin, with the start of the same group here. Scoped flags are those of both languages. */
const GROUP = /^\(\?(?::|=|!|<=|<!|[ims]*(?:-[ims]+)?:)/;
const NAMED_GROUP = /^\(\?P<\w+>/;
const COMMENT = /^\(\?#[^)]*\)/;
const GLOBAL_FLAGS = /^\(\?([aimsu]+)\)/;
const REPEAT = /^\{(\d*)(?:(,)(\d*))?\}/;

/**
 * A regular expression of Python's `re` module in JavaScript's terms, anchored
 * as `re.match` does it (at the start), or `re.fullmatch` (at both ends).
 *
 * It says of a text without line ends whether it matches, and no more: its
 * groups are not Python's. An expression that takes seconds is refused while it matches. What cannot be said here the same way is refused:
 * back references (one to a group that took no part fails there and matches
 * here), atomic groups, possessive repeats, conditions and verbose patterns.
 *
 * @throws {SyntaxError} If the pattern is none of Python's, or has no equal here; the message says why.
 *
 * @example
 * ```ts
 * import { pythonRegExp } from "./python_regexp.ts";
 * import assert from "node:assert/strict";
 *
 * assert(pythonRegExp(String.raw`.*\.(?P<kind>q|v)_proj\Z`).test("self_attn.q_proj"));
 * assert(!pythonRegExp("layers", "full").test("layers.0"));
 * ```
 *
 * Source: https://docs.python.org/3/library/re.html#regular-expression-syntax
 */
export function pythonRegExp(
  pattern: string,
  anchors: "start" | "full" = "start",
): NamePattern {
  const flags = pattern.match(GLOBAL_FLAGS);
  const source = translate(flags ? pattern.slice(flags[0].length) : pattern);
  new RegExp(source); // by itself, or a bracket too many would close the one round it
  const ignoreCase = flags?.[1]?.includes("i") ? "i" : "";
  const expression = new RegExp(`^(?:${source})${anchors === "full" ? "$" : ""}`, ignoreCase);
  const shown = JSON.stringify(pattern);
  return bounded(
    expression,
    shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}..."` : shown,
  );
}

/** The names that an expression matched take microseconds; nested repeats can take years. */
function bounded(expression: RegExp, shown: string): NamePattern {
  const context = createContext({ expression, name: "" });
  let left = MOST_MS;
  return {
    test(name): boolean {
      context.name = name;
      const began = performance.now();
      try {
        return MATCH.runInContext(context, { timeout: Math.max(1, Math.ceil(left)) });
      } catch (error) {
        if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
        throw new RangeError(
          `the expression ${shown} takes more than ${
            MOST_MS / 1000
          } s to match the names of modules`,
        );
      } finally {
        left -= performance.now() - began;
      }
    },
  };
}

function translate(pattern: string): string {
  let out = "";
  for (let at = 0; at < pattern.length;) {
    const [length, text] = nextPiece(pattern.slice(at));
    out += text;
    at += length;
  }
  return out;
}

/** The first piece of a pattern: how many characters it has, and how it is written here. */
function nextPiece(rest: string): [length: number, text: string] {
  switch (rest[0]) {
    case "\\": {
      const text = escape(rest.slice(1), OTHER_ESCAPES);
      return [escapeLength(rest.slice(1)), text];
    }
    case "[":
      return characterClass(rest);
    case "(":
      return groupStart(rest);
    case "{": {
      const [whole, least, comma, most] = rest.match(REPEAT) ?? [];
      if (!whole || (least === "" && !comma)) return [1, "\\{"];
      return [whole.length, `{${least || 0}${comma ?? ""}${most ?? ""}}`];
    }
    default:
      return [1, rest[0]!];
  }
}

function groupStart(rest: string): [length: number, text: string] {
  if (rest[1] !== "?") return [1, "("];
  const comment = rest.match(COMMENT);
  if (comment) return [comment[0].length, ""];
  const named = rest.match(NAMED_GROUP);
  if (named) return [named[0].length, "("];
  const known = rest.match(GROUP);
  if (known) return [known[0].length, known[0]];
  throw new SyntaxError(`"${rest.slice(0, 4)}" has no equal in this program`);
}

/** A class, whose first character may be a closing bracket that closes nothing. */
function characterClass(rest: string): [length: number, text: string] {
  let at = rest[1] === "^" ? 2 : 1;
  let text = rest.slice(0, at);
  for (let first = true; at < rest.length; first = false) {
    const char = rest[at]!;
    if (char === "]" && !first) return [at + 1, `${text}]`];
    if (char === "\\") {
      text += escape(rest.slice(at + 1), {});
      at += escapeLength(rest.slice(at + 1));
    } else {
      text += char === "]" ? "\\]" : char;
      at++;
    }
  }
  throw new SyntaxError("a bracket is not closed");
}

/** An escape whose backslash is left out of `rest`, as it is written here. */
function escape(rest: string, others: Readonly<Record<string, string>>): string {
  const same = rest.match(SAME_ESCAPE);
  if (same) return `\\${same[0]}`;
  const other = others[rest[0] ?? ""];
  if (other) return other;
  throw new SyntaxError(`"\\${rest.slice(0, 1)}" has no equal in this program`);
}

/** Characters of an escape, with its backslash. */
function escapeLength(rest: string): number {
  return 1 + (rest.match(SAME_ESCAPE)?.[0].length ?? 1);
}
