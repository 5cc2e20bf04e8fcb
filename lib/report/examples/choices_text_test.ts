import assert from "node:assert/strict";
import { type ChoiceExample, choicesText } from "./choices_text.ts";

const EXAMPLE: ChoiceExample = {
  id: "anatomy-7",
  subject: "anatomy",
  question: "Which bone?",
  choices: ["femur", "ulna", "tibia"],
  answer: 1,
  answers: [
    // 1 : 3 : 1 of 0.05 in all
    { variant: "base", logProbs: [0.01, 0.03, 0.01].map(Math.log), chosen: 1 },
    { variant: "qv", logProbs: [0.1, 0.3, 0.6].map(Math.log), chosen: 2 },
  ],
};

Deno.test("choicesText() has each option's probability of all letters, the right one and the chosen ones", () => {
  assert.equal(
    choicesText([EXAMPLE]),
    [
      "- Which bone? (anatomy-7, anatomy): base B, qv C; right is B.",
      "",
      "|     | option |   base |     qv |               |",
      "| --- | ------ | -----: | -----: | ------------- |",
      "| A   | femur  | 20.0 % | 10.0 % |               |",
      "| B   | ulna   | 60.0 % | 30.0 % | right, base's |",
      "| C   | tibia  | 20.0 % | 60.0 % | qv's          |",
      "",
    ].join("\n"),
  );
});

Deno.test("choicesText() shows data as it is written, never as markup", () => {
  const wild = "<b>[x](javascript:y)</b> | a\n# b";
  const text = choicesText([{ ...EXAMPLE, question: wild, choices: [wild, "u", "v"] }]);
  assert.ok(!text.includes("<b>") && !text.includes("](javascript"));
  assert.equal(text.trimEnd().split("\n").length, 7);
});

Deno.test("choicesText() keeps probabilities that are very small apart from none", () => {
  const far = { ...EXAMPLE.answers[0]!, logProbs: [-900, -901, -950] };
  assert.match(choicesText([{ ...EXAMPLE, answers: [far] }]), /\| 73\.1 % \|/);
});

Deno.test("choicesText() refuses answers of another number of options", () => {
  const answers = [{ variant: "base", logProbs: [0, 1], chosen: 0 }];
  assert.throws(() => choicesText([{ ...EXAMPLE, answers }]), { name: "RangeError" });
});
