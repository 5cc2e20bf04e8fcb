import assert from "node:assert/strict";
import { wholeCode, wholeNumbers } from "./whole_words.ts";

const short = (word: string): string => `<span class="whole">${word}</span>`;

Deno.test("wholeNumbers() keeps numbers and names with numbers on a line, and no other word", () => {
  assert.equal(
    wholeNumbers("the loss at 1e-3, and qv-lr2e-3@0.5."),
    `the loss at ${short("1e-3")}, and ${short("qv-lr2e-3@0.5.")}`,
  );
  assert.equal(wholeNumbers("0-shot, not text-to-SQL"), `${short("0-shot")}, not text-to-SQL`);
  const long = "Qwen2.5-Coder-1.5B-Instruct-GGUF";
  for (const text of [long, "a &#39;1&#39; - 2", "−2.7"]) assert.equal(wholeNumbers(text), text);
});

Deno.test("wholeCode() keeps words with hyphens and strokes on a line, as far as a phone has it", () => {
  assert.equal(wholeCode("lab fetch --mmlu a<b"), `lab fetch ${short("--mmlu")} a&#60;b`);
  const [long, longest] = [
    "lib/study/open_study_of_it.ts",
    `https://example.org/${"x".repeat(20)}`,
  ];
  assert.equal(wholeCode(long), `<span class="whole long">${long}</span>`);
  // it is broken where it must be, and what stands behind it stays behind it
  assert.equal(wholeCode(longest), longest.replace("org/", "org/<wbr>"));
});
