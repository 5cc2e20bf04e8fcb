import assert from "node:assert/strict";
import { ciede2000, seenLab, type Sight, SIGHTS } from "../testing/colour_sight.ts";
import { fitName, fitText, INK, MUTED, PALETTE, renderPlot, textWidth, wrapText } from "./svg.ts";

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

Deno.test("PALETTE stays apart, and from INK, for normal, deuteranopic and protanopic eyes", () => {
  const colours = [...PALETTE, INK];
  for (const sight of SIGHTS) {
    colours.forEach((colour, i) => {
      for (const other of colours.slice(0, i)) {
        const apart = distance(colour, other, sight);
        assert.ok(apart >= 18, `${colour} and ${other} (${sight}): ${apart}`);
      }
    });
  }
});

Deno.test("the colours of before fall together in the simulation, so that it can tell", () => {
  assert.ok(distance("#bf5200", "#7a6400", "normal") > 18);
  assert.ok(distance("#bf5200", "#7a6400", "deuteranopia") < 10);
  assert.ok(distance("#bf5200", "#7a6400", "protanopia") < 1);
});

function distance(colour: string, other: string, sight: Sight): number {
  return ciede2000(seenLab(colour, sight), seenLab(other, sight));
}

// WCAG 2.1, "relative luminance" and "contrast ratio".
function contrastOnWhite(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

Deno.test("fitText() and wrapText() keep a text within its width", () => {
  assert.equal(fitText("short", 100), "short");
  const cut = fitText("a name that is too long for its column", 80);
  assert.ok(cut.endsWith("…") && textWidth(cut) <= 80);
  const lines = wrapText("bars are the wider interval of the two, unadjusted", 100);
  assert.ok(lines.length > 2 && lines.every((line) => textWidth(line) <= 100));
  assert.equal(lines.join(" "), "bars are the wider interval of the two, unadjusted");
});

Deno.test("fitName() keeps both ends of a name within its width, so that scales stay apart", () => {
  assert.equal(fitName("short", 100), "short");
  const cut = ["0.25", "0.5", "0.75"].map((scale) =>
    fitName(`all-linear-lr2e-4/2of3@${scale}`, 90)
  );
  assert.equal(new Set(cut).size, 3);
  for (const name of cut) {
    assert.match(name, /^al.*….*@0\.\d+$/);
    assert.ok(textWidth(name) <= 90);
  }
});

Deno.test("renderPlot() shows a figure larger on a screen, and draws it the same", () => {
  const draw = (scale: number): string =>
    renderPlot({ width: 100, height: 50 }, { title: "t", description: "d", scale });
  assert.match(draw(2), /width="200" height="100" viewBox="0 0 100 50"/);
  assert.equal(draw(2).replace('width="200" height="100"', 'width="100" height="50"'), draw(1));
});
