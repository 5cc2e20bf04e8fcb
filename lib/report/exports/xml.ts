/**
 * XML as text, for files that other programs read.
 *
 * @module
 */

/** An element: its attributes, and its text or the elements in it. */
export interface XmlElement {
  /** Its name; a constant of this code. */
  readonly name: string;
  /** Attributes by name, in their order; those without a value are left out. */
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  /** A text, or elements. */
  readonly content?: string | readonly XmlElement[];
}

/**
 * An XML document of one element, two spaces a level.
 *
 * Values may be any text. What XML 1.0 has no character for (controls, halves of surrogate pairs) is
 * shown as its number, such as `\u001b`, as it cannot be written even as an entity.
 *
 * @example A text with markup in it
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const document = xmlDocument({ name: "a", attributes: { b: "<&\u001b" }, content: "]]>" });
 * assert.ok(document.endsWith('<a b="&lt;&amp;\\u001b">]]&gt;</a>\n'));
 * ```
 *
 * Source: https://www.w3.org/TR/xml/#charsets
 */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, "")}`;
}

function element({ name, attributes = {}, content = [] }: XmlElement, indent: string): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]
  ).join("");
  const open = `${indent}<${name}${given}`;
  if (content.length === 0) return `${open}/>\n`;
  if (typeof content === "string") return `${open}>${escaped(content)}</${name}>\n`;
  const inner = content.map((child) => element(child, `${indent}  `)).join("");
  return `${open}>\n${inner}${indent}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // a reader takes these in an attribute for a space
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

// deno-lint-ignore no-control-regex
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;

function escaped(text: string): string {
  return text
    .replace(NO_CHARACTER, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"\t\n\r]/g, (sign) => ENTITIES[sign]!);
}
