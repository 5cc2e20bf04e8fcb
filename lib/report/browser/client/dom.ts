/// <reference lib="dom" />

/** What an element may have in it: texts are texts, never markup. */
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
    element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
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
    element.append(typeof child === "number" ? String(child) : child);
  }
}
