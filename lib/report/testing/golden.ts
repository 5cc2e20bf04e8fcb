import assert from "node:assert/strict";

// The formatter knows SVG too, and would rewrite the golden copies.
const HEADER = "<!-- deno-fmt-ignore-file -->\n";

/**
 * Draws a figure and compares it with its golden copy in `testdata/`.
 *
 * Fails on any console warning, which is how Plot reports a plot that is probably wrong. On a
 * difference the drawn figure is written next to the golden one as `<name>-changed.svg`; look at
 * it, and rename it if it is right.
 */
export function assertGolden(name: string, draw: () => string): void {
  const warnings: unknown[][] = [];
  const original = globalThis.console;
  let drawn: string;
  try {
    globalThis.console = Object.assign(Object.create(original), {
      warn: (...values: unknown[]) => warnings.push(values),
      error: (...values: unknown[]) => warnings.push(values),
    });
    drawn = draw();
  } finally {
    globalThis.console = original;
  }
  assert.deepEqual(warnings, []);
  assert.doesNotMatch(drawn, /NaN|undefined|Infinity|⚠/);
  const file = (suffix: string): URL => new URL(`../testdata/${name}${suffix}`, import.meta.url);
  const golden = read(file(".svg"));
  if (HEADER + drawn === golden) return;
  Deno.writeTextFileSync(file("-changed.svg"), HEADER + drawn);
  assert.fail(
    golden === undefined
      ? `no golden figure ${name}.svg: see ${name}-changed.svg`
      : `the figure is not as in ${name}.svg: see ${name}-changed.svg`,
  );
}

function read(file: URL): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
