import { sha256Of } from "../files/checksums.ts";

/**
 * JSON with one spelling for one value: keys sorted, no spaces, keys without a value left out.
 *
 * @throws {TypeError} If a value has no JSON form: a number that is not finite, a function, a hole.
 *
 * @example
 * ```ts
 * import { canonicalJson } from "./canonical_json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(canonicalJson({ b: [1, "x"], a: null }), '{"a":null,"b":[1,"x"]}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => canonicalJson(item)).join(",")}]`;
  }
  if (typeof value === "object") {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
    return `{${fields.join(",")}}`;
  }
  throw new TypeError(`Cannot write as JSON: current value is ${String(value)}`);
}

/**
 * A name for a sample made of all that determines it: the SHA-256 of the parts' canonical JSON.
 *
 * What determines a sample belongs in (model and adapter hashes, prompt tokens, limits, prompt
 * version); what does not (batch size, the time) must stay out, or a resumed run starts over.
 *
 * @param parts Values with a JSON form, in any order of keys.
 * @returns 64 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { contentKey } from "./canonical_json.ts";
 * import assert from "node:assert/strict";
 *
 * const key = contentKey({ model: "m", tokens: [1, 2] });
 * assert.equal(key, contentKey({ tokens: [1, 2], model: "m" }));
 * assert.notEqual(key, contentKey({ tokens: [12], model: "m" }));
 * ```
 */
export function contentKey(parts: Readonly<Record<string, unknown>>): string {
  return sha256Of(canonicalJson(parts));
}
