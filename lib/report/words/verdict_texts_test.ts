import assert from "node:assert/strict";
import { changeOf, grid, natsOf } from "../testing/made_up_changes.ts";
import { unwarrantedSentences } from "./unwarranted.ts";
import { decimalComma, ENGLISH, PORTUGUESE } from "./verdict_texts.ts";
import { changeWithUnit, lossText } from "./measures.ts";
import { changeSentence } from "./verdict_words.ts";

const PAIRS = [
  [/: a gain/, /: um ganho/],
  [/: a loss(?! of)/, /: uma perda(?! de)/],
  [
    /: a loss of 3\.0 points or more is excluded/,
    /: uma perda de 3,0 pontos ou mais está excluída/,
  ],
  [/no difference shown/, /nenhuma diferença demonstrada/],
  [/\(unadjusted\)/, /\(não ajustado\)/],
  [/between .* and .*(?:points|nats)/, /entre .* e .*(?:pontos?|nats?)\b/],
  [
    /its bound, one-sided at 5 %, is \S+ (?:points|nats a token);/,
    /seu limite, unilateral a 5 %, é \S+ (?:pontos?|nats? por token);/,
  ],
  [/but that is not shown once/, /mas isso não é demonstrado quando/],
  [/there is no interval/, /não há intervalo/],
] as const;

Deno.test("changeSentence() decides alike in both languages, with the same numbers", () => {
  const seen = new Set<number>();
  for (const counts of grid()) {
    for (const claims of [0, 6]) {
      for (const row of [changeOf("mmlu", counts, { claims }), natsOf(counts, { claims })]) {
        const english = changeSentence(row);
        const portuguese = changeSentence(row, PORTUGUESE);
        for (const [i, [en, pt]] of PAIRS.entries()) {
          assert.equal(en.test(english), pt.test(portuguese), `${english} | ${portuguese}`);
          if (en.test(english)) seen.add(i);
        }
        const numbers = (text: string): string[] => text.match(/\d+(?:[.,]\d+)?/g) ?? [];
        assert.deepEqual(
          numbers(portuguese).map((one) => one.replace(",", ".")),
          numbers(english),
          portuguese,
        );
        assert.deepEqual(unwarrantedSentences(portuguese, "pt"), []);
        assert.doesNotMatch(portuguese, /\d\.\d|points|token a/);
      }
    }
  }
  assert.deepEqual([...seen].toSorted(), PAIRS.map((_, i) => i));
});

Deno.test("lossText() has the unit of the measure in the language", () => {
  assert.equal(lossText(0.05, "prose", ENGLISH), "0.050 nats a token");
  assert.equal(lossText(0.05, "prose", PORTUGUESE), "0,050 nat por token");
  assert.equal(lossText(0.03, "mmlu", PORTUGUESE), "3,0 pontos");
  assert.equal(lossText(0.01, "mmlu", ENGLISH), "1.0 points");
});

Deno.test("decimalComma() leaves versions and names alone", () => {
  assert.equal(decimalComma("1.16.0"), "1.16.0");
  assert.equal(decimalComma("Qwen2.5-Coder"), "Qwen2.5-Coder");
  assert.equal(decimalComma("2.5B"), "2.5B");
  assert.equal(decimalComma("[\u22128.4, +4.3]"), "[\u22128,4; +4,3]");
  assert.equal(decimalComma("12.5 %, 3.0"), "12,5 %, 3,0");
  assert.equal(decimalComma("n = 14,042, 1,234,567; 3, 4"), "n = 14.042, 1.234.567; 3, 4");
  assert.equal(decimalComma("of 128, 130 and 1,0345"), "of 128, 130 and 1,0345");
});

Deno.test("changeWithUnit() takes the singular behind less than two in Portuguese, as it is printed", () => {
  const of = (change: number): string => changeWithUnit(change, "mmlu", PORTUGUESE);
  assert.equal(of(0.007), "+0,7 ponto");
  assert.equal(of(0), "0,0 ponto");
  assert.equal(of(-0.0194), "\u22121,9 ponto");
  assert.equal(of(-0.01996), "\u22122,0 pontos");
  assert.equal(of(0.12), "+12,0 pontos");
  assert.equal(of(0.1), "+10,0 pontos");
  assert.equal(changeWithUnit(-2.5, "prose", PORTUGUESE), "\u22122,500 nats por token");
  assert.equal(changeWithUnit(0.007, "mmlu", ENGLISH), "+0.7 points");
});

Deno.test("the unit of a range is singular in Portuguese where both its ends are", () => {
  assert.equal(PORTUGUESE.unit("points", "\u22121,0", "+1,9"), "ponto");
  assert.equal(PORTUGUESE.unit("points", "\u22121,0", "+2,0"), "pontos");
  assert.equal(PORTUGUESE.unit("points", "\u221210,0", "+1,0"), "pontos");
  assert.equal(PORTUGUESE.unit("Brier score", "0,1"), "");
});
