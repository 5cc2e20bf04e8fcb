import { createRequire } from "node:module";
import { textWidth } from "../figures/svg.ts";
import type { Box } from "../figures/labels.ts";

/** A text of a figure and where it stands, in units of the figure; y grows downwards. */
export interface PlacedText {
  readonly text: string;
  /** The size of its font, in units of the figure. */
  readonly size: number;
  readonly box: Box;
}

/** What is read of an element of a figure. */
interface SvgNode {
  readonly parentElement: SvgNode | null;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgNode>;
}

/** Of a line of text, how much is above and below its middle: capitals and descenders. */
const [ABOVE, BELOW] = [0.4, 0.35];

const load = createRequire(import.meta.url);

/**
 * The texts of a figure with their boxes, their widths as {@linkcode textWidth} counts them: for
 * tests on whether one covers another or leaves the figure.
 */
export function figureTexts(svg: string): PlacedText[] {
  const { JSDOM } = load("jsdom");
  const { window } = new JSDOM(svg, { contentType: "image/svg+xml" });
  const root: SvgNode = window.document.documentElement;
  return [...root.querySelectorAll("text")].filter(({ textContent }) => textContent.trim() !== "")
    .map((node) => ({ text: node.textContent, size: sizeOf(node), box: boxOf(node) }));
}

/** The pairs of texts that cover each other. */
export function overlappingTexts(svg: string): (readonly [string, string])[] {
  const texts = figureTexts(svg);
  return texts.flatMap(({ text, box: a }, i) =>
    texts.slice(i + 1)
      .filter(({ box: b }) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
      .map((other) => [text, other.text] as const)
  );
}

/** The texts that are not within the figure. */
export function textsOutside(svg: string): string[] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
  return figureTexts(svg)
    .filter(({ box: { x0, x1, y0, y1 } }) => x0 < 0 || x1 > width! || y0 < 0 || y1 > height!)
    .map(({ text }) => text);
}

function boxOf(node: SvgNode): Box {
  const size = sizeOf(node);
  const bold = inherited(node, "font-weight") === "bold";
  const width = textWidth(node.textContent, { fontSize: size, bold });
  const anchor = inherited(node, "text-anchor") ?? "start";
  let [x, y] = [Number(node.getAttribute("x") ?? 0), 0];
  for (let at: SvgNode | null = node; at !== null; at = at.parentElement) {
    const moved = /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(at.getAttribute("transform") ?? "");
    x += Number(moved?.[1] ?? 0);
    y += Number(moved?.[2] ?? 0);
  }
  // of Plot: "0.32em" puts the middle of a line there, "0.71em" its top
  y += (Number.parseFloat(node.getAttribute("y") ?? "0") - 0.32) * size;
  y += Number.parseFloat(node.getAttribute("dy") ?? "0") * size;
  const x0 = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
  return { x0, x1: x0 + width, y0: y - ABOVE * size, y1: y + BELOW * size };
}

function sizeOf(node: SvgNode): number {
  return Number.parseFloat(inherited(node, "font-size") ?? "");
}

/** An attribute of the element or the nearest ancestor that has it, in its style too. */
function inherited(node: SvgNode, name: string): string | undefined {
  for (let at: SvgNode | null = node; at !== null; at = at.parentElement) {
    const found = at.getAttribute(name) ??
      new RegExp(`${name}:\\s*([^;]+)`).exec(at.getAttribute("style") ?? "")?.[1];
    if (found) return found;
  }
  return undefined;
}
