/**
 * Draws how the cost grows: `deno run -A bench/gpu_figure.ts results/bench/gpu.json` writes
 * `gpu_questions.svg` and `gpu_prefix.svg` beside the file.
 */
import * as Plot from "@observablehq/plot";
import { dirname } from "node:path";
import { INK, PALETTE, renderPlot } from "../lib/report/mod.ts";
import { fitText, type GpuResults, type GrowthPoint, straightLine } from "./gpu_table.ts";

const WIDTH = 560;
const HEIGHT = 340;

/** Seconds against `x` with the straight line of least squares. */
export function growthFigure(
  points: readonly GrowthPoint[],
  { title, label, unit }: { readonly title: string; readonly label: string; readonly unit: string },
): string {
  const { intercept, slope } = straightLine(points);
  const last = Math.max(...points.map(({ x }) => x));
  const line = [0, last].map((x) => ({ x, seconds: intercept + slope * x }));
  const fit = fitText(points, unit);
  return renderPlot({
    width: WIDTH,
    height: HEIGHT,
    marginTop: 64,
    marginBottom: 46,
    x: { label, domain: [0, last * 1.04], grid: false },
    y: {
      label: "seconds",
      domain: [0, Math.max(...points.map((p) => p.seconds)) * 1.1],
      grid: true,
    },
    marks: [
      Plot.line(line, { x: "x", y: "seconds", stroke: PALETTE[1]! }),
      Plot.dot(points, { x: "x", y: "seconds", fill: PALETTE[0]!, r: 4 }),
      ...[title, fit].map((text, i) =>
        Plot.text([text], { frameAnchor: "top-left", dx: 8, dy: 18 * i - 40, fill: INK })
      ),
    ],
  }, { title, description: `${title}: ${fit}` });
}

if (import.meta.main) {
  const [file = "results/bench/gpu.json"] = Deno.args;
  const { growth } = JSON.parse(await Deno.readTextFile(file)) as GpuResults;
  if (!growth) throw new RangeError(`Cannot draw ${file}: it has no growth`);
  const write = (name: string, svg: string): Promise<void> =>
    Deno.writeTextFile(`${dirname(file)}/${name}`, svg);
  await write(
    "gpu_questions.svg",
    growthFigure(growth.byQuestions, {
      title: "Questions over 20 databases, 900 shared + 25, 48 new",
      label: "questions",
      unit: "question",
    }),
  );
  await write(
    "gpu_prefix.svg",
    growthFigure(growth.byPrefix, {
      title: `${growth.prefixQuestions} questions over 20 databases, 48 new`,
      label: "tokens of the shared prefix",
      unit: "token",
    }),
  );
}
