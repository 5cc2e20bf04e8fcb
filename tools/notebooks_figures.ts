import { Resvg } from "@resvg/resvg-js";
import { basename, join } from "node:path";
import { UsageError } from "../lib/ground/mod.ts";

/** Pixels of a figure's width: one column of a paper, 8.5 cm, at 600 dots an inch. */
const PNG_WIDTH = Math.round(8.5 / 2.54 * 600);

const ONE_LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' +
  '<text y="9" font-family="Arial, sans-serif">a</text></svg>';

/**
 * Writes the figures of an executed notebook as SVG, and as PNG at one column's width and 600 dots an
 * inch, named after the notebook and the cell: `05_report-figure.svg`.
 *
 * @param notebook The executed copy.
 * @param dir The folder to write to; it is made where it is not there.
 * @returns The paths of what was written.
 * @throws {UsageError} If this machine has no fonts: a PNG would have no text.
 */
export async function exportFigures(notebook: string, dir: string): Promise<readonly string[]> {
  await Deno.mkdir(dir, { recursive: true });
  const written: string[] = [];
  for (const { name, svg } of figuresOf(await Deno.readTextFile(notebook))) {
    const path = join(dir, `${basename(notebook, ".ipynb")}-${name}`);
    await Deno.writeTextFile(`${path}.svg`, svg);
    await Deno.writeFile(`${path}.png`, drawnPng(svg));
    written.push(`${path}.svg`, `${path}.png`);
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

/**
 * Draws a figure with the fonts of this machine.
 *
 * @returns The bytes of a PNG.
 * @throws {UsageError} If there are none.
 */
export function drawnPng(svg: string): Uint8Array {
  if (new Resvg(ONE_LETTER).getBBox() === undefined) {
    throw new UsageError(
      "Cannot draw figures as PNG: this machine has no fonts for their text: install some, such as " +
        "DejaVu (Debian: fonts-dejavu-core)",
    );
  }
  return new Resvg(svg, { fitTo: { mode: "width", value: PNG_WIDTH } }).render().asPng();
}

interface ExecutedCell {
  readonly id: string;
  readonly outputs?: readonly {
    readonly data?: Readonly<Record<string, string | readonly string[] | undefined>>;
  }[];
}
