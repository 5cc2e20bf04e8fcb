import { letterName, letterProbabilities } from "../../stats/mod.ts";
import { markdownTable, rightTitle } from "../tables/markdown_table.ts";
import { formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";

/** A multiple-choice question with what variants make of its letters. */
export interface ChoiceExample {
  /** The question's id. */
  readonly id: string;
  /** Its subject. */
  readonly subject: string;
  /** In words. */
  readonly question: string;
  /** The options, A first. */
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly answer: number;
  /** One entry a variant, the base model's first. */
  readonly answers: readonly ChoiceAnswer[];
}

/** What one variant makes of the letters of a question. */
export interface ChoiceAnswer {
  /** The variant's name. */
  readonly variant: string;
  /** `[options]`: the letters' log-probabilities in nats, over the whole vocabulary. */
  readonly logProbs: readonly number[];
  /** Index of the letter that counts as its answer. */
  readonly chosen: number;
}

/** Options and questions are cut at so many characters. */
const LONGEST = 400;

/**
 * Multiple-choice questions as Markdown, each with its options, which of them is right, the letter
 * that each variant chose, and the probability that it gives each letter, of all letters together.
 *
 * @throws {RangeError} If a variant has not a log-probability for each option.
 */
export function choicesText(examples: readonly ChoiceExample[]): string {
  return examples.map(exampleText).join("\n");
}

function exampleText(
  { id, subject, question, choices, answer, answers }: ChoiceExample,
): string {
  const columns = answers.map(({ variant, logProbs, chosen }) => {
    if (logProbs.length !== choices.length) {
      throw new RangeError(
        `Cannot show ${id} as "${variant}" needs a log-probability for each of its ` +
          `${choices.length} options: it has ${logProbs.length}`,
      );
    }
    return { variant, chosen, shares: letterProbabilities(logProbs) };
  });
  const table = markdownTable(
    [
      { title: "" },
      { title: "option" },
      ...columns.map(({ variant }) => rightTitle(variant)),
      { title: "" },
    ],
    choices.map((choice, at) => [
      letterName(at),
      { markdown: markdownText(choice, { longest: LONGEST }) },
      ...columns.map(({ shares }) => formatPercent(shares[at]!)),
      [
        ...(at === answer ? ["right"] : []),
        ...columns.filter(({ chosen }) => chosen === at).map(({ variant }) => `${variant}'s`),
      ].join(", "),
    ]),
  );
  const letters = columns.map(({ variant, chosen }) =>
    `${markdownText(variant)} ${letterName(chosen)}`
  );
  return `- ${markdownText(question, { longest: LONGEST })} (${markdownText(id)}, ${
    markdownText(subject)
  }): ${letters.join(", ")}; right is ${letterName(answer)}.\n\n${table}`;
}
