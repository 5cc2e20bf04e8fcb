import type { VariantAnswers } from "../numbers/answers.ts";
import { HUNDREDTHS } from "./recorded_answers.ts";

/** What single precision leaves of a hundredth, in hundredths, for any log-probability that there is. */
const NEAR = 1e-3;

/**
 * Whether the log-probabilities of the letters have two decimals, as those of a recording: numbers
 * that are made of them are not exactly the study's own, which has more.
 */
export function roundedLogProbs({ letters }: Pick<VariantAnswers, "letters">): boolean {
  const values = letters.flatMap(({ logProbs }) => logProbs);
  return values.length > 0 && values.every((value) => {
    const hundredths = HUNDREDTHS * value;
    return Math.abs(hundredths - Math.round(hundredths)) < NEAR;
  });
}
