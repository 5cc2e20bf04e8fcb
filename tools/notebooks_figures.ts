import { Resvg } from "@resvg/resvg-js";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { compilePaper, FIGURE_FONT, isFigure, paperFigure } from "../lib/report/mod.ts";

/** How wide a figure is: one column of a paper. */
const COLUMN_CENTIMETRES = 8.5;
/** The same in pixels, at 600 dots an inch. */
const PNG_WIDTH = Math.round(COLUMN_CENTIMETRES / 2.54 * 600);

/**
 * Writes the figures of an executed notebook, each as {@linkcode writeFigure} does, named after the
 * notebook and the cell: `05_report-figure.svg`.
 *
 * @param notebook The executed copy.
 * @param dir The folder to write to; it is made where it is not there.
 * @returns The paths of what was written.
 */
export async function exportFigures(notebook: string, dir: string): Promise<readonly string[]> {
  await Deno.mkdir(dir, { recursive: true });
  const written: string[] = [];
  for (const { name, svg } of figuresOf(await Deno.readTextFile(notebook))) {
    written.push(...await writeFigure(join(dir, `${basename(notebook, ".ipynb")}-${name}`), svg));
  }
  return written;
}

/**
 * Writes a figure at one column's width: as SVG, as PNG at 600 dots an inch, and as PDF, whose lines
 * and letters are no pixels. PNG and PDF have the font of the paper, so the same figure gives the
 * same bytes on every machine.
 *
 * @param path Where to, without the ending.
 * @returns The paths of what was written.
 */
export async function writeFigure(path: string, svg: string): Promise<readonly string[]> {
  const files = { svg: new TextEncoder().encode(svg), png: drawnPng(svg), pdf: drawnPdf(svg) };
  const written: string[] = [];
  for (const [type, bytes] of Object.entries(files)) {
    await Deno.writeFile(`${path}.${type}`, bytes);
    written.push(`${path}.${type}`);
  }
  return written;
}

/**
 * The figures among the outputs of an executed notebook, in their order, each with the id of its
 * cell; the second one of a cell is `ID-2`.
 *
 * @param text A notebook in nbformat 4.
 */
export function figuresOf(
  text: string,
): readonly { readonly name: string; readonly svg: string }[] {
  const { cells } = JSON.parse(text) as { readonly cells: readonly ExecutedCell[] };
  return cells.flatMap(({ id, outputs = [] }) =>
    outputs.flatMap(({ data }) => {
      const svg = data?.["image/svg+xml"];
      return svg === undefined ? [] : [typeof svg === "string" ? svg : svg.join("")];
    }).map((svg, i) => ({ name: i === 0 ? id : `${id}-${i + 1}`, svg }))
  );
}

/** A figure as the bytes of a PNG. */
export function drawnPng(svg: string): Uint8Array {
  const { resolve } = createRequire(import.meta.url);
  const fontFiles = ["400Regular/Arimo_400Regular.ttf", "700Bold/Arimo_700Bold.ttf"]
    .map((file) => resolve(`@expo-google-fonts/arimo/${file}`));
  return new Resvg(drawable(svg), {
    fitTo: { mode: "width", value: PNG_WIDTH },
    // the system's are for letters that this font has not
    font: { fontFiles, loadSystemFonts: true, defaultFontFamily: FIGURE_FONT },
  }).render().asPng();
}

/** A figure as the bytes of a PDF, its page as large as itself. */
export function drawnPdf(svg: string): Uint8Array {
  const page = "#set document(date: none)\n#set page(width: auto, height: auto, margin: 0pt)\n" +
    `#image("figure.svg", width: ${COLUMN_CENTIMETRES}cm)\n`;
  return compilePaper("figure.typ", { "figure.typ": page, "figure.svg": drawable(svg) }).pdf;
}

/** A figure of the library with the paper's font; any other drawing of a notebook as it is. */
function drawable(svg: string): string {
  return isFigure(svg) ? paperFigure(svg).svg : svg;
}

interface ExecutedCell {
  readonly id: string;
  readonly outputs?: readonly {
    readonly data?: Readonly<Record<string, string | readonly string[] | undefined>>;
  }[];
}
