/**
 * YAML as text, for the front matter of model cards.
 *
 * @module
 */

/** What a front matter is made of; keys without a value are left out. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

/**
 * A mapping as YAML in block style, two spaces a level. Texts are double-quoted, so that none is
 * taken for a number, a date, a comment or another key; keys are constants of this code.
 *
 * @throws {RangeError} If a number is not finite.
 *
 * @example A text that YAML would take for something else
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(yamlText({ tags: ["no", "a: b"], n: 2 }), 'tags:\n  - "no"\n  - "a: b"\nn: 2\n');
 * ```
 *
 * Source: https://yaml.org/spec/1.2.2/#73-flow-scalar-styles (double-quoted)
 */
export function yamlText(mapping: { readonly [key: string]: YamlValue | undefined }): string {
  return mappingLines(mapping).map((line) => `${line}\n`).join("");
}

function mappingLines(mapping: { readonly [key: string]: YamlValue | undefined }): string[] {
  return Object.entries(mapping).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const lines = linesOf(value);
    return typeof value === "object" && lines.length > 0
      ? [`${key}:`, ...lines.map((line) => `  ${line}`)]
      : [`${key}: ${lines[0] ?? (Array.isArray(value) ? "[]" : "{}")}`];
  });
}

function linesOf(value: YamlValue): string[] {
  if (typeof value === "string") return [quoted(value)];
  if (typeof value === "number") return [numeric(value)];
  if (typeof value === "boolean") return [String(value)];
  if (isList(value)) {
    return value.flatMap((item) =>
      linesOf(item).map((line, at) => (at === 0 ? "- " : "  ") + line)
    );
  }
  return mappingLines(value);
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function numeric(value: number): string {
  // YAML 1.1 takes 1e-7 for a text and 1.0e-7 for a number
  if (Number.isFinite(value)) return String(value).replace(/^(-?\d+)e/, "$1.0e");
  throw new RangeError(`Cannot write a number as YAML as it must be finite: ${value}`);
}

// What a reader of YAML 1.1 or 1.2 refuses or folds even within quotes.
const ESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** JSON's strings are YAML's, but for a few characters. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    ESCAPED,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
