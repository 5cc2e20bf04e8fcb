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
    .replace(/: \S+$/, "");
}
