import { z } from "zod";
import { checkRecord, counted, TEXT } from "../../ground/mod.ts";
import { natsPerToken, PROSE_PROMPT_VERSION } from "../../prose/mod.ts";
import { type ProseSample, SAMPLES, type SampleStore, type SummaryCounts } from "../../runs/mod.ts";
import { answerProse, type ProseAnswers } from "../answers/answer_prose.ts";
import { passagePrompts } from "../answers/study_prompts.ts";
import { prefixed } from "../inputs/prefixed.ts";
import type { ProseInputs } from "../inputs/prose_inputs.ts";
import { compareProse } from "../numbers/compare_prose.ts";
import { scoreProse } from "../numbers/score_prose.ts";
import { distinctPrompts } from "./distinct_prompts.ts";
import {
  type AnswerRow,
  type AnswerRows,
  type AskingCost,
  type Measure,
  rounded,
  type StoreForms,
} from "./measure.ts";

/** Scored passages. */
export interface ProseStores {
  /** `proseSamples` by their keys. */
  readonly proseSamples: SampleStore<ProseSample>;
}

/** Their files. */
export const PROSE_STORES: StoreForms<ProseStores> = {
  proseSamples: { file: "prose.jsonl", schema: () => SAMPLES.prose },
};

/** A scored passage, as a study writes it. */
const PASSAGE = z.object({
  variant: TEXT.optional(),
  id: TEXT,
  kind: TEXT,
  topic: TEXT,
  tokens: z.int().min(1),
  nats: z.number().min(0),
});

const ROWS: AnswerRows<ProseAnswers> = {
  file: "prose",
  key: "nats",
  name: "scored passage",
  columns: { id: "text", kind: "text", topic: "text", tokens: "whole", nats: "number" },
  write: ({ prose }): AnswerRow[] =>
    prose.map(({ nats, ...score }) => ({ ...score, nats: rounded(nats) })),
  read(row, place): ProseAnswers {
    const { variant: _, ...passage } = checkRecord(PASSAGE, row, place);
    return { prose: [passage] };
  },
};

/** Rounded products are summed in any order: further decimals of nats a token are not asked for. */
const SAME_DECIMALS = 4;

/** General text in nats a token, of which fewer are better; topics are the clusters. */
export const PROSE_MEASURE: Measure<ProseInputs, ProseAnswers, ProseStores> = {
  examples: "passages",
  asked: "passage",
  primary: "as gauge",
  rows: ROWS,
  samples: "proseSamples",
  title: () => "general text",
  dataPrefix: "prose/",
  promptVersion: () => PROSE_PROMPT_VERSION,
  hashes: ({ prose }) => Promise.resolve(prefixed(PROSE_MEASURE.dataPrefix, prose.hashes)),
  shortfalls: () => [],
  cost(inputs): AskingCost {
    const passages = passagePrompts(inputs);
    const readTokens = passages.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const distinct = distinctPrompts(
      passages.map(({ tokens }) => ({ prefix: [], suffix: tokens })),
    );
    return { asked: passages.length, distinct, readTokens, writtenTokens: 0 };
  },
  async answer(inputs, engine, { proseSamples }, options): Promise<ProseAnswers> {
    const { passages } = inputs.prose;
    options.progress.step(
      `${options.variant.name}: general text, ${counted(passages.length, "passage")}`,
    );
    return { prose: await answerProse(inputs, engine, { ...options, store: proseSamples }) };
  },
  outcomes: ({ prose }) =>
    prose.map((passage) => {
      const value = natsPerToken(passage);
      return { id: passage.id, cluster: passage.topic, value, same: value.toFixed(SAME_DECIMALS) };
    }),
  score: ({ prose }) => prose.length > 0 ? { prose: scoreProse(prose) } : {},
  compare: (base, tuned, delta) =>
    base.prose.length > 1 ? { prose: compareProse(base.prose, tuned.prose, delta) } : {},
  counts: ({ prose: { passages } }, { prose }): SummaryCounts =>
    prose.length === 0 ? {} : {
      prose: {
        title: "general text",
        asked: passages.length,
        scored: prose.length,
        missing: passages.length - prose.length,
        topics: new Set(prose.map(({ topic }) => topic)).size,
      },
    },
};
