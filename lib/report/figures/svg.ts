import { createRequire } from "node:module";
import * as Plot from "@observablehq/plot";
import { escapeControls, printable } from "../../ground/mod.ts";

/** What this room uses of a drawn element; neither jsdom nor Plot is typed without the DOM library. */
interface SvgElement {
  readonly ownerDocument: {
    createElementNS(namespace: string, name: string): SvgElement & { textContent: string };
  };
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  prepend(...children: readonly SvgElement[]): void;
  querySelector(selector: string): { remove(): void } | null;
}

/** What a figure says to a reader who cannot see it, and how large it is shown. */
export interface FigureDescription {
  /** What it shows, in a line. */
  readonly title: string;
  /** Its numbers in words. */
  readonly description: string;
  /** How many pixels of a screen a unit of the figure has, 1 by default; the drawing is the same. */
  readonly scale?: number;
  /** The size of the axes' text, in units; 12 by default. */
  readonly fontSize?: number;
}

/**
 * The width of the figures of a study, in units: that of one column of a paper, 8.5 cm, so that
 * {@linkcode FONT} is printed at 7.8 points and {@linkcode SMALL_FONT} at 7.1.
 */
export const COLUMN_WIDTH = 340;
/** Labels and axes of a figure of one column. */
export const FONT = 11;
/** Its notes. */
export const SMALL_FONT = 10;
/** How large such a figure is on a screen. */
export const ON_SCREEN = 1.75;

/** Fonts of every figure: sans-serif on any system, with metrics close to each other. */
export const FONT_FAMILY = "Arial, Helvetica, 'DejaVu Sans', sans-serif";
/** Text and axes: dark on the white background that every figure brings along. */
export const INK = "#1b1b1b";
/** Captions, notes and zero lines. */
export const MUTED = "#5c5c5c";
/**
 * Five colours that stay apart for readers without red or green cones: seen by the normal eye, with
 * deuteranopia or with protanopia, each two differ by 18 or more (CIEDE2000) and each from
 * {@linkcode INK}, and a label in any of them has a contrast of at least 4.5 on white (WCAG 2.1, level
 * AA). They differ in lightness too, which is what is left where hues fall together. The base is grey.
 *
 * Source: simulated after Machado, Oliveira and Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency" (2009), at full severity; found by a search among blues,
 * oranges, greens, purples and browns.
 */
export const PALETTE: readonly string[] = ["#0970e5", "#ad5e03", "#237d68", "#602b6b", "#523002"];

const SVG = "http://www.w3.org/2000/svg";

/** Loads jsdom with the first figure: it takes a third of a second, which no other command needs. */
const load = createRequire(import.meta.url);

/**
 * Draws a plot to a standalone SVG string: white background, title and description for screen
 * readers, no style sheet of Plot's (its only rules concern web pages), one element a line, numbers
 * rounded to two decimals so that the text is the same on every machine. Texts of unknown origin
 * are escaped as XML, and their control characters, which no XML may hold, as `\\u001b`.
 */
export function renderPlot(
  options: object,
  { title, description, scale = 1, fontSize = 12 }: FigureDescription,
): string {
  const { JSDOM } = load("jsdom");
  const { window } = new JSDOM("");
  const svg = Plot.plot({
    ...options,
    document: window.document,
    className: "figure",
    style: { fontFamily: FONT_FAMILY, fontSize: `${fontSize}px`, color: INK, background: "white" },
  }) as unknown as SvgElement;
  svg.querySelector("style")?.remove();
  const make = (name: string, text?: string): SvgElement => {
    const element = svg.ownerDocument.createElementNS(SVG, name);
    if (text !== undefined) element.textContent = escapeControls(text);
    return element;
  };
  const background = make("rect");
  background.setAttribute("width", "100%");
  background.setAttribute("height", "100%");
  background.setAttribute("fill", "white");
  svg.prepend(make("title", title), make("desc", description), background);
  svg.setAttribute("role", "img");
  for (const side of ["width", "height"]) {
    svg.setAttribute(side, String(scale * Number(svg.getAttribute(side))));
  }
  // As XML, not as HTML: the latter writes "&nbsp;", which an SVG file does not know.
  const markup: string = new window.XMLSerializer().serializeToString(svg);
  return `${roundAttributes(markup).replaceAll("><", ">\n<")}\n`;
}

/** What the width of a text depends on. */
export interface TextStyle {
  readonly fontSize?: number;
  readonly bold?: boolean;
}

/**
 * A text's width in pixels, counted generously for the widest of the fonts in use (DejaVu Sans).
 * It places labels where no font can be measured; it is not exact.
 */
export function textWidth(text: string, { fontSize = 12, bold = false }: TextStyle = {}): number {
  let em = 0;
  for (const character of text) {
    if (/[ijlI.,:;'|!()/ \u00a0]/.test(character)) em += 0.4;
    else if (/[mwMW@%\u2192\u2191]/.test(character)) em += 1;
    else if (/[A-Z]/.test(character)) em += 0.72;
    else em += 0.62;
  }
  return em * fontSize * (bold ? 1.1 : 1);
}

/** A text cut with an ellipsis where it is wider than so many pixels. */
export function fitText(text: string, width: number, style: TextStyle = {}): string {
  if (textWidth(text, style) <= width) return text;
  const signs = [...text];
  while (signs.length > 1 && textWidth(`${signs.join("")}…`, style) > width) signs.pop();
  return `${signs.join("")}…`;
}

/**
 * A name cut in its middle with an ellipsis where it is wider than so many pixels: names of variants
 * differ at their ends.
 */
export function fitName(name: string, width: number, style: TextStyle = {}): string {
  if (textWidth(name, style) <= width) return name;
  const signs = [...name];
  const cut = (kept: number): string => {
    const tail = Math.ceil(0.6 * kept);
    return `${signs.slice(0, kept - tail).join("")}…${signs.slice(signs.length - tail).join("")}`;
  };
  let kept = signs.length - 1;
  while (kept > 1 && textWidth(cut(kept), style) > width) kept--;
  return cut(kept);
}

/** A text in lines of so many pixels at most, broken between words. */
export function wrapText(text: string, width: number, style: TextStyle = {}): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && textWidth(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitText(word, width, style));
  }
  return lines;
}

/** Space round the frame, in pixels. */
export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Figures of several panels are placed in pixels of the whole figure. */
export const NO_MARGIN: Margin = { top: 0, right: 0, bottom: 0, left: 0 };

/** Where a line of text stands in the figure, in pixels, and how it looks. */
export interface FigureTextOptions {
  /** None by default, as of figures in pixels. */
  readonly margin?: Margin;
  /** The text's vertical middle. */
  readonly top: number;
  /** Where the anchor stands, from the figure's left edge; 8 by default. */
  readonly left?: number;
  /** Which part of the text stands there; "start" by default. */
  readonly anchor?: "start" | "middle" | "end";
  readonly fontSize?: number;
  readonly fontWeight?: "bold" | "normal";
  readonly fill?: string;
  /** True for a white rim, which keeps a text readable over lines. */
  readonly halo?: boolean;
}

/** The longest name that a figure has room for. */
const LONGEST_NAME = 64;

/** A name as a figure shows it: on one line, without control characters, cut at 64 of them. */
export function figureName(name: string): string {
  const shown = printable(name);
  return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME - 1)}…` : shown;
}

/** A text mark at a place in pixels, for titles, captions and labels that no scale places. */
export function figureText(
  text: string,
  { margin = NO_MARGIN, top, left = 8, anchor = "start", halo = false, ...style }:
    FigureTextOptions,
): unknown {
  return Plot.text([printable(text)], {
    frameAnchor: "top-left",
    textAnchor: anchor,
    lineAnchor: "middle",
    dx: left - margin.left,
    dy: top - margin.top,
    fill: INK,
    ...(halo ? { stroke: "white", strokeWidth: 4 } : {}),
    ...style,
  });
}

/** Draws a figure of one column, in its size on a screen. */
export function renderColumn(
  options: object,
  words: Pick<FigureDescription, "title" | "description">,
): string {
  return renderPlot(options, { ...words, scale: ON_SCREEN, fontSize: FONT });
}

// Only numbers with more than two decimals inside tags; text between tags is left alone.
function roundAttributes(markup: string): string {
  return markup.replaceAll(
    /<[^>]*>/g,
    (tag) =>
      tag.replaceAll(
        /-?\d+\.\d{3,}(?:e-?\d+)?/g,
        (number) => String(+Number(number).toFixed(2)),
      ),
  );
}
