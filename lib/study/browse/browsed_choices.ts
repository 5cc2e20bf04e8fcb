import { UsageError } from "../../ground/mod.ts";
import type { MmluData, MmluQuestion } from "../../mmlu/mod.ts";
import {
  type BrowserChoices,
  type BrowserLetters,
  NO_LETTER,
  NOT_ASKED,
} from "../../report/mod.ts";
import { letterName } from "../../stats/mod.ts";
import type { BrowsedLetter, BrowsedVariant } from "./read_browsed_answers.ts";

/** Log-probabilities are kept in hundredths of a nat. */
const HUNDREDTHS = 100;

/** The lowest that a column of 16 bits has room for. */
const LOWEST = -0x8000;

/**
 * The multiple-choice part of the flip browser: the questions' texts out of the user's copy of the
 * data, and which letters the variants chose.
 *
 * @returns `undefined` where no variant was asked.
 * @throws {UsageError} If the copy has not the questions that were answered, or says that another
 * letter is right.
 */
export function browsedChoices(
  variants: readonly BrowsedVariant[],
  mmlu: MmluData,
): BrowserChoices | undefined {
  const asked = new Set(variants.flatMap(({ letters }) => letters.map(({ id }) => id)));
  if (asked.size === 0) return undefined;
  const all = [...mmlu.test.values()].flat();
  const questions = all.filter(({ id }) => asked.has(id));
  const places = new Map(questions.map(({ id }, at) => [id, at]));
  const starts: number[] = [];
  let options = 0;
  for (const { choices } of questions) {
    starts.push(options);
    options += choices.length;
  }
  const answers = variants.flatMap(({ letters }, variant) => {
    if (letters.length === 0) return [];
    return [
      lettersOf(letters, variant, {
        questions,
        placeOf: (letter) => checkedPlace(letter, places.get(letter.id), { questions, mmlu }),
        starts,
        options,
      }),
    ];
  });
  return { title: mmlu.title, questions, answers };
}

function lettersOf(
  letters: readonly BrowsedLetter[],
  variant: number,
  { questions, placeOf, starts, options }: {
    readonly questions: readonly MmluQuestion[];
    readonly placeOf: (letter: BrowsedLetter) => number;
    readonly starts: readonly number[];
    readonly options: number;
  },
): BrowserLetters {
  const chosen = new Uint8Array(questions.length).fill(NO_LETTER);
  const written = new Uint8Array(questions.length).fill(NOT_ASKED);
  // kept of all questions of a variant, or of none
  const kept = letters.every(({ logProbs = [] }) => logProbs.length > 0);
  const logProbs = new Int16Array(kept ? options : 0).fill(LOWEST);
  for (const letter of letters) {
    const at = placeOf(letter);
    chosen[at] = letter.chosen;
    if (letter.written !== undefined) written[at] = letter.written ?? NO_LETTER;
    if (!kept) continue;
    letter.logProbs!.forEach((value, option) => {
      logProbs[starts[at]! + option] = Math.max(LOWEST, Math.round(value * HUNDREDTHS));
    });
  }
  return {
    variant,
    chosen,
    ...(written.some((letter) => letter !== NOT_ASKED) && { written }),
    ...(kept && { logProbs }),
  };
}

/** Where the question stands; what was answered must be this question. */
function checkedPlace(
  letter: BrowsedLetter,
  at: number | undefined,
  { questions, mmlu }: { readonly questions: readonly MmluQuestion[]; readonly mmlu: MmluData },
): number {
  const { id, subject, answer, chosen, correct, logProbs = [] } = letter;
  const question = at === undefined ? undefined : questions[at];
  const refuse = (why: string): never => {
    throw new UsageError(
      `Cannot browse: "${id}" was answered, and ${mmlu.root} has ${why}: give the copy of the data ` +
        "that the study asked (--mmlu or --data-root)",
    );
  };
  if (!question) return refuse("no such question");
  if (question.subject !== subject) return refuse(`it under "${question.subject}"`);
  const right = letterName(question.answer);
  if (
    (answer !== undefined && answer !== question.answer) ||
    correct !== (chosen === question.answer)
  ) {
    return refuse(`${right} as its right letter, which does not fit the answer`);
  }
  if (
    chosen >= question.choices.length || ![0, question.choices.length].includes(logProbs.length)
  ) {
    return refuse(`another number of options there (${question.choices.length})`);
  }
  return at!;
}
