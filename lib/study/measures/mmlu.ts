import { checkRecord, counted } from "../../ground/mod.ts";
import { devShots, MMLU_PROMPT_VERSION } from "../../mmlu/mod.ts";
import {
  type MmluSample,
  SAMPLES,
  type SampleStore,
  type SummaryCounts,
  type WrittenSample,
} from "../../runs/mod.ts";
import { alignById, letterName } from "../../stats/mod.ts";
import { answerMmlu } from "../answers/answer_mmlu.ts";
import { answerWritten, MAX_WRITTEN_TOKENS } from "../answers/answer_written.ts";
import { answerLetters, type MmluAnswers } from "../answers/letters.ts";
import { mmluPrompts } from "../answers/study_prompts.ts";
import type { MmluInputs } from "../inputs/mmlu_inputs.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { prefixed } from "../inputs/prefixed.ts";
import { mmluShortfalls } from "../inputs/shortfalls.ts";
import { compareMmlu } from "../numbers/compare_mmlu.ts";
import { scoreMmlu } from "../numbers/score_mmlu.ts";
import { LETTER } from "./answer_rows.ts";
import { distinctPrompts } from "./distinct_prompts.ts";
import { distinctTokens } from "./distinct_tokens.ts";
import {
  type AnswerRow,
  type AnswerRows,
  type AskingCost,
  type Measure,
  rounded,
  type StoreForms,
} from "./measure.ts";

/** Log-probabilities of letters, and answers in writing. */
export interface MmluStores {
  /** `mmluSamples` by their keys. */
  readonly mmluSamples: SampleStore<MmluSample>;
  /** `writtenSamples` by their keys. */
  readonly writtenSamples: SampleStore<WrittenSample>;
}

/** Their files. */
export const MMLU_STORES: StoreForms<MmluStores> = {
  mmluSamples: { file: "mmlu.jsonl", schema: () => SAMPLES.mmlu },
  writtenSamples: { file: "written.jsonl", schema: () => SAMPLES.written },
};

const ROWS: AnswerRows<MmluAnswers> = {
  file: "letters",
  key: "chosen",
  name: "answer",
  columns: {
    id: "text",
    subject: "text",
    category: "text",
    answer: "whole",
    chosen: "whole",
    correct: "flag",
    written: "whole",
    logProbs: "numbers",
  },
  write: ({ letters }): AnswerRow[] =>
    letters.map(({ logProbs, ...answer }) => ({ ...answer, logProbs: logProbs.map(rounded) })),
  read(row, place): MmluAnswers {
    const { variant: _, answer, chosen, logProbs = [], written, ...rest } = checkRecord(
      LETTER,
      row,
      place,
    );
    // a wrong answer of a file without the right letters is of no known letter: none is made up
    return {
      letters: [{
        ...rest,
        chosen,
        answer: answer ?? (rest.correct ? chosen : -1),
        logProbs: answer === undefined ? [] : logProbs,
        ...(written === undefined ? {} : { written }),
      }],
    };
  },
};

/** Multiple choice by the log-probabilities of letters; subjects are the clusters. */
export const MMLU_MEASURE: Measure<MmluInputs, MmluAnswers, MmluStores> = {
  examples: "multiple-choice questions",
  asked: "multiple-choice question",
  primary: "always",
  minSame: 0.99,
  rows: ROWS,
  samples: "mmluSamples",
  title: ({ mmlu }) => mmlu.title,
  dataPrefix: "mmlu/",
  promptVersion: () => MMLU_PROMPT_VERSION,
  hashes: ({ mmlu }) => Promise.resolve(prefixed(MMLU_MEASURE.dataPrefix, mmlu.hashes)),
  shortfalls: mmluShortfalls,
  async cost(inputs): Promise<AskingCost> {
    const prompts = await mmluPrompts(inputs);
    return {
      asked: prompts.length,
      distinct: distinctPrompts(prompts),
      readTokens: distinctTokens(prompts),
      writtenTokens: inputs.written.length * MAX_WRITTEN_TOKENS,
    };
  },
  async answer(inputs, engine, { mmluSamples, writtenSamples }, options): Promise<MmluAnswers> {
    const { questions } = inputs;
    options.progress.step(
      `${options.variant.name}: multiple choice, ${counted(questions.length, "question")}`,
    );
    const scores = await answerMmlu(inputs, engine, { ...options, store: mmluSamples });
    const written = await answerWritten(inputs, engine, { ...options, store: writtenSamples });
    return { letters: answerLetters(questions, scores, written) };
  },
  outcomes: ({ letters }) =>
    letters.map(({ id, subject, correct, chosen }) => ({
      id,
      cluster: subject,
      value: Number(correct),
      same: `${chosen}`,
      word: letterName(chosen),
    })),
  score: ({ letters }) => letters.length > 0 ? { mmlu: scoreMmlu(letters) } : {},
  compare: (base, tuned, delta) =>
    base.letters.length > 0
      ? { mmlu: compareMmlu(alignById(base.letters, tuned.letters), delta) }
      : {},
  counts: (inputs, { letters }): SummaryCounts =>
    letters.length === 0 ? {} : {
      mmlu: {
        title: inputs.mmlu.title,
        asked: inputs.questions.length,
        scored: letters.length,
        missing: inputs.questions.length - letters.length,
        subjects: new Set(letters.map(({ subject }) => subject)).size,
        ...shownShots(inputs),
      },
    },
};

/** How many examples the prompts had: the most, and the fewest where that is another number. */
function shownShots(
  { mmlu, questions, config }: MmluInputs & Pick<ModelInputs, "config">,
): Pick<NonNullable<SummaryCounts["mmlu"]>, "shots" | "fewestShots"> {
  const subjects = [...new Set(questions.map(({ subject }) => subject))];
  const shown = subjects.map((subject) => devShots(mmlu, subject, config.mmlu.shots).length);
  const [shots, fewestShots] = [Math.max(...shown), Math.min(...shown)];
  return { shots, ...(fewestShots === shots ? {} : { fewestShots }) };
}
