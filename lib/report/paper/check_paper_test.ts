import assert from "node:assert/strict";
import { unsourcedNumbers, unwarrantedText } from "./check_paper.ts";

Deno.test("unsourcedNumbers() finds a number that no key gives, of any kind", () => {
  for (const text of ["42 questions", "a gain of 3.1 points", "95 %", "in 2026", "n=7", "x²3"]) {
    assert.equal(unsourcedNumbers(`{{n|count}} and\n${text}`).length, 1, text);
  }
  assert.deepEqual(unsourcedNumbers("{{n3|count}} by CR2 and SHA-256, @tab-main"), []);
  assert.equal(unsourcedNumbers("CR2 of 2")[0]?.line, 1);
});

Deno.test("unwarrantedText() names sentences that no number warrants, in both languages", () => {
  const of = (plain: string, language: "en" | "pt"): string =>
    unwarrantedText(plain, language) ?? "";
  assert.match(of("So there is no\ndifference.", "en"), /no difference shown is not no difference/);
  assert.match(of("This *proves* it.", "en"), /nothing proves/);
  assert.match(of("A diferença é significativa.", "pt"), /nothing proves/);
  assert.match(of("Não houve diferença.", "pt"), /no difference shown is not no difference/);
  assert.equal(of("No difference is shown.", "en"), "");
  assert.equal(of("Nenhuma diferença é demonstrada.", "pt"), "");
});
