import assert from "node:assert/strict";
import { INK, MUTED, PALETTE, renderPlot } from "./svg.ts";

Deno.test("renderPlot() leaves the numbers in texts as they are and rounds those of attributes", () => {
  const svg = renderPlot({ width: 100, height: 50 }, { title: "p = 0.12345", description: "d" });
  assert.ok(svg.includes("<title>p = 0.12345</title>"));
  assert.doesNotMatch(svg, /="[^"]*\d\.\d{3,}[^"]*"/);
  assert.ok(svg.startsWith("<svg"));
  assert.ok(svg.includes(`xmlns="http://www.w3.org/2000/svg"`));
});

Deno.test("PALETTE, INK and MUTED have a contrast of at least 4.5 on white", () => {
  for (const colour of [...PALETTE, INK, MUTED]) {
    assert.ok(contrastOnWhite(colour) >= 4.5, `${colour}: ${contrastOnWhite(colour)}`);
  }
});

// WCAG 2.1, "relative luminance" and "contrast ratio".
function contrastOnWhite(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
