import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { missingLetters, withEscapes } from "./font_letters.ts";
import { escapedLetters, PAPER_LANGUAGES, paperSource, writePaper } from "./write_paper.ts";

Deno.test("missingLetters() knows what the fonts have: European scripts, signs of tables and figures", () => {
  const known = "ASCII ~ çãõéíÑßøŁőžşİ ΑΩαω Жщї «»“”’–—… ×÷±−≤≥≠√†‡•↑→↓← €£ \u00a0 e\u0301\u200b";
  assert.deepEqual(missingLetters(known), []);
  assert.deepEqual(missingLetters("张三张").map(({ number }) => number), ["U+5F20", "U+4E09"]);
  assert.deepEqual(missingLetters("a😀").map(({ number }) => number), ["U+1F600"]);
});

Deno.test("withEscapes() writes letters that no font has as their numbers, and does so once", () => {
  assert.equal(withEscapes("a 张三 b😀"), "a U+5F20 U+4E09 bU+1F600");
  assert.equal(withEscapes(withEscapes("张三")), "U+5F20 U+4E09");
  // one letter of two signs is there where its composed form is
  assert.equal(withEscapes("e\u0301 ő o\u030b").normalize("NFC"), "é ő ő");
});

Deno.test("writePaper() refuses the name of an author that its fonts cannot write, by its letters", () => {
  for (const language of PAPER_LANGUAGES) {
    assert.throws(
      () => writePaper({ ...paperInputs(), authors: ["Ana Souza", "张三, UFAM"] }, language),
      (error: Error) =>
        error instanceof UsageError &&
        /no "张" \(U\+5F20\), "三" \(U\+4E09\) of the author "张三, UFAM"/.test(error.message),
    );
  }
});

Deno.test("paperSource() writes the letters of data and names that fonts lack as their numbers", () => {
  const inputs = paperInputs({ ...SUMMARY, name: "研究" }, "多少 cows?");
  for (const language of PAPER_LANGUAGES) {
    const { source, files } = paperSource(inputs, language);
    assert.match(source.typst, /U\+591A U\+5C11 cows\?/);
    assert.match(source.typst, /U\+7814 U\+7A76/);
    for (const text of [source.typst, ...Object.values(files)]) {
      assert.deepEqual(missingLetters(text), []);
    }
    assert.ok(writePaper(inputs, language).pages > 3);
  }
  assert.deepEqual(escapedLetters(inputs).map(({ number }) => number).sort(), [
    "U+591A",
    "U+5C11",
    "U+7814",
    "U+7A76",
  ]);
  assert.deepEqual(escapedLetters(paperInputs()), []);
});
