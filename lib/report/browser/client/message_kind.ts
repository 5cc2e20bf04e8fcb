import { countText } from "./dom.ts";

const COUNTED = /^(\d+) (row|column)s?, the gold has (\d+)$/;

/**
 * The kind of a verdict's message: what it says without names, numbers and quoted text, so that
 * "no such column: T2.age" and "no such column: name" are counted together.
 *
 * Quoted text is left as `"…"`, a number as `n`, and a last word behind a colon is left out.
 */
export function messageKind(message: string): string {
  return message
    .replaceAll(/"[^"]*"|'[^']*'/g, '"…"')
    .replaceAll(/\b\d+(?:\.\d+)?\b/g, "n")
    .replace(/^n (row|column),/, "n $1s,")
    .replace(/: \S+$/, "");
}

/**
 * A verdict's message as the page says it: counts with their thousands apart, and one row as one.
 */
export function messageText(message: string): string {
  const [, count, unit, rest] = COUNTED.exec(message) ?? [];
  if (count === undefined) return message;
  const counted = `${countText(Number(count))} ${unit}${count === "1" ? "" : "s"}`;
  return `${counted}, the gold has ${countText(Number(rest))}`;
}
