import { sha256Of } from "../../ground/mod.ts";
import { natsPerToken } from "../../prose/mod.ts";
import { READINGS } from "../../sql/mod.ts";
import { letterName } from "../../stats/mod.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import type { AnswerRow } from "../measures/measure.ts";
import type { StoredAnswers } from "../results/read_answers.ts";
import { roundedLogProb } from "./answer_tables.ts";
import type { DataTexts } from "./data_texts.ts";

/** One line of a `samples_*.jsonl`. Source: `SampleResult` of lm_eval/result_schema.py, 0.4.13. */
export interface LmEvalSample {
  /** The example's place in the task, from 0. */
  readonly doc_id: number;
  /** The example: its id and where it belongs, and its texts where they were asked for. */
  readonly doc: Readonly<Record<string, unknown>>;
  /** The gold answer; empty where it is not known. */
  readonly target: string;
  /** Model inputs by request: context, and continuation or settings of generation. */
  readonly arguments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Responses by request and repeat. */
  readonly resps: readonly unknown[];
  /** Responses by request after the filter. */
  readonly filtered_resps: readonly unknown[];
  /** The filter's name. */
  readonly filter: string;
  /** The metrics that the line has a value of. */
  readonly metrics: readonly string[];
  /** SHA-256 of `doc` as indented JSON. */
  readonly doc_hash: string;
  /** SHA-256 of the context. */
  readonly prompt_hash: string;
  /** SHA-256 of `target`. */
  readonly target_hash: string;
  /** A value for each of `metrics`; and, as `lab`, what the harness has no field for. */
  readonly [metric: string]: unknown;
}

/** What a task of a variant is, before its samples are made. */
export interface LmEvalTaskForm {
  /** The task's name. */
  readonly name: string;
  /** What lm-evaluation-harness calls this kind of answer. */
  readonly outputType: "generate_until" | "multiple_choice" | "loglikelihood_rolling";
  /** The metrics by name, and whether more of each is better. */
  readonly higherIsBetter: Readonly<Record<string, boolean>>;
  /** Which of the three measures it is. */
  readonly measure: "sql" | "mmlu" | "prose";
  /** Examples shown in every prompt, where they are not the study's own. */
  readonly shots?: number;
  /** Makes the samples, in the order of the answers. */
  makeSamples(): LmEvalSample[];
}

/** One task of a variant: what it was asked in one way. */
export interface LmEvalTask extends LmEvalTaskForm {
  /** The samples, in the order of the answers. */
  readonly samples: readonly LmEvalSample[];
}

/** The one filter: responses are already what was judged. */
export const FILTER = "none";

/** The tasks of one variant, without samples yet. A measure that it did not answer has none. */
export function lmEvalTaskForms(variant: StoredAnswers, texts: DataTexts): LmEvalTaskForm[] {
  const verdicts = variant.rows.filter((row) => typeof row.official === "boolean");
  const byShots = Map.groupBy(verdicts, ({ shots }) => typeof shots === "number" ? shots : null);
  const letters = variant.letters.length > 0 &&
    variant.letters.every(({ logProbs }) => logProbs.length > 0);
  const choices: LmEvalTaskForm = {
    name: "lab_multiple_choice",
    measure: "mmlu",
    outputType: letters ? "multiple_choice" : "generate_until",
    higherIsBetter: { acc: true },
    makeSamples: () =>
      variant.letters.map((answer, at) => {
        const { id, subject, category, correct } = answer;
        return sample(at, {
          doc: { id, subject, category, ...texts.choices.get(id) },
          target: answer.answer < 0 ? "" : letterName(answer.answer),
          context: texts.choicePrompt(id),
          ...(letters ? scoredLetters(answer) : chosenLetter(answer)),
          metrics: { acc: correct ? 1 : 0 },
        });
      }),
  };
  const prose: LmEvalTaskForm = {
    name: "lab_general_text",
    measure: "prose",
    outputType: "loglikelihood_rolling",
    higherIsBetter: { nats_per_token: false },
    makeSamples: () =>
      variant.prose.map((score, at) => {
        const { id, kind, topic, tokens, nats } = score;
        return sample(at, {
          doc: { id, kind, topic, ...texts.prose.get(id) },
          lab: { tokens },
          target: texts.prose.get(id)?.text ?? "",
          context: "",
          resps: [[String(-nats)]],
          filtered: [String(-nats)],
          metrics: { nats_per_token: natsPerToken(score) },
        });
      }),
  };
  return [
    ...[...byShots].map(([shots, rows]) => sqlTask(shots, rows, texts)),
    ...(variant.letters.length > 0 ? [choices] : []),
    ...(variant.prose.length > 0 ? [prose] : []),
  ];
}

function sqlTask(
  shots: number | null,
  rows: readonly AnswerRow[],
  texts: DataTexts,
): LmEvalTaskForm {
  return {
    name: shots === null ? "lab_text_to_sql" : `lab_text_to_sql_${shots}_shot`,
    measure: "sql",
    ...(shots === null ? {} : { shots }),
    outputType: "generate_until",
    higherIsBetter: Object.fromEntries(READINGS.map((reading) => [metricOf(reading), true])),
    makeSamples: () =>
      rows.map((row, at) => {
        const id = String(row.id);
        const { query = "", ...doc } = texts.sql.get(id) ?? {};
        const statement = typeof row.sql === "string" ? row.sql : "";
        return sample(at, {
          doc: {
            id,
            db_id: row.dbId,
            hardness: row.hardness,
            ...doc,
            ...(query === "" ? {} : { query }),
          },
          lab: {
            status: row.status,
            error_class: row.errorClass ?? "",
            message: row.message ?? "",
            finish_reason: row.finishReason ?? "",
          },
          target: query,
          // a verdict does not keep the prompt of other numbers of examples
          context: shots === null ? texts.sqlPrompt(id) : "",
          resps: [[statement]],
          filtered: [statement],
          metrics: Object.fromEntries(
            READINGS.map((reading) => [metricOf(reading), row[reading] === true ? 1 : 0]),
          ),
        });
      }),
  };
}

/** The official reading is what others call execution accuracy. */
function metricOf(reading: typeof READINGS[number]): string {
  return reading === "official" ? "execution_accuracy" : `execution_accuracy_${reading}`;
}

function scoredLetters({ logProbs, chosen }: MmluAnswer): Responses {
  const resps = logProbs.map((value, letter) => [
    String(roundedLogProb(value)),
    greedyText(value, letter === chosen),
  ]);
  return {
    continuations: logProbs.map((_, letter) => ` ${letterName(letter)}`),
    resps: resps.map((response) => [response]),
    filtered: resps,
  };
}

/**
 * Whether a letter is what the model writes next: certain above a half, excluded where another
 * letter is more likely, and not known otherwise, as tokens beside the letters are not stored.
 */
function greedyText(logProb: number, chosen: boolean): string {
  if (!chosen) return "False";
  return Math.exp(logProb) > 0.5 ? "True" : "None";
}

/** Where log-probabilities were not kept, the letter is all that there is. */
function chosenLetter({ chosen }: MmluAnswer): Responses {
  const letter = letterName(chosen);
  return { resps: [[letter]], filtered: [letter] };
}

/** What a model answered to one sample. */
interface Responses {
  readonly continuations?: readonly string[];
  readonly resps: readonly unknown[];
  readonly filtered: readonly unknown[];
}

/** What is the same in every kind of sample. */
function sample(
  doc_id: number,
  { doc, target, context, continuations, resps, filtered, metrics, lab }: Responses & {
    readonly doc: Readonly<Record<string, unknown>>;
    readonly lab?: Readonly<Record<string, unknown>>;
    readonly target: string;
    readonly context: string;
    readonly metrics: Readonly<Record<string, number>>;
  },
): LmEvalSample {
  const requests = continuations ?? [undefined];
  return {
    doc_id,
    doc,
    target,
    arguments: Object.fromEntries(
      requests.map((arg_1, i) => [
        `gen_args_${i}`,
        { arg_0: context, ...(arg_1 === undefined ? {} : { arg_1 }) },
      ]),
    ),
    resps,
    filtered_resps: filtered,
    filter: FILTER,
    metrics: Object.keys(metrics),
    doc_hash: sha256Of(JSON.stringify(doc, null, 2)),
    prompt_hash: sha256Of(context),
    target_hash: sha256Of(target),
    ...metrics,
    ...(lab && { lab }),
  };
}
