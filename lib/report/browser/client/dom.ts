/// <reference lib="dom" />
import { codePoint } from "../../../ground/light.ts";

/**
 * What an element may have in it: texts are texts, never markup, and their characters that are not
 * seen or turn the direction of writing stand there as code points, see {@linkcode shownText}.
 */
export type Child = Node | string | number | null | undefined | false;

/** Attributes of an element; `false` and `undefined` leave one out, `true` sets it empty. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with its attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    const text = value === true ? "" : String(value);
    element.setAttribute(name, READ.has(name) ? shownText(text) : text);
  }
  append(element, children);
  return element;
}

/** Attributes that are read by people. */
const READ = new Set(["title", "aria-label", "label", "placeholder"]);

/**
 * What is not seen, or is obeyed in place of being shown: controls but tabs and line breaks, separators
 * of lines and paragraphs, halves of surrogate pairs, and what Unicode lets a display leave out, such
 * as marks of direction (U+202E) and spaces of no width (U+200B).
 */
const UNSEEN =
  /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** A text with its unseen characters as code points: "U+202E". */
export function shownText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(UNSEEN, codePoint);
}

/** A text in parts, its unseen characters as marked code points. */
function shownParts(text: string): (Node | string)[] {
  const even = text.replaceAll("\r\n", "\n");
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const { 0: sign, index } of even.matchAll(UNSEEN)) {
    const code = document.createElement("span");
    code.className = "unseen";
    code.textContent = codePoint(sign);
    parts.push(even.slice(from, index), code);
    from = index + sign.length;
  }
  return [...parts, even.slice(from)];
}

/** A button that does something; its text is its name. */
export function button(
  attributes: Attributes,
  onClick: () => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const element = el("button", { type: "button", ...attributes }, ...children);
  element.addEventListener("click", onClick);
  return element;
}

/** Takes all children away and puts others in. */
export function refill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** An element of the page that is always there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no "${id}"`);
  return found as T;
}

/** Names are broken behind these, and parts of so many characters at most are kept whole. */
const PART = /[^_@#/ ]+[_@#/ ]*|[_@#/ ]+/g;
const WHOLE = 16;

/** A name that may be long, broken between its parts alone: "all_linear_" and "1e-3". */
export function breakable(name: string): Child[] {
  return (name.match(PART) ?? []).flatMap((part) => [
    part.length <= WHOLE ? el("span", { class: "whole" }, part) : part,
    el("wbr"),
  ]);
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** A name with its underscores as spaces: "order_limit", "high_school_biology". */
export function nameText(name: string): string {
  return name.replaceAll("_", " ");
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === "string") element.append(...shownParts(child));
    else element.append(typeof child === "number" ? String(child) : child);
  }
}
