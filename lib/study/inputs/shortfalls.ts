import { firstOf } from "../../ground/mod.ts";
import { fewerQuestions, fewerShots, type MmluQuestion } from "../../mmlu/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import type { SpiderExample } from "../../spider/mod.ts";
import type { MmluInputs } from "./mmlu_inputs.ts";
import { lostByDatabase, type SqlInputs } from "./sql_inputs.ts";

/** So many ids are named, the rest by number. */
const NAMED = 5;

/**
 * Where fewer text-to-SQL questions are asked or judged than the config says,
 * one line each: a limit above what there is, databases that are missing, and
 * questions that are there twice. Before them, what else is to be known of the files.
 */
export function sqlShortfalls(
  { spider: { limit } }: Pick<StudyConfig, "spider">,
  { spider, drawn, asked }: SqlInputs,
): string[] {
  return [
    ...spider.notes,
    ...above("text-to-SQL questions", limit, spider.dev.length),
    ...[...lostByDatabase({ drawn, asked })].map(([dbId, { length }]) =>
      `missing database: ${dbId} (${length} dev questions cannot be judged)`
    ),
    ...repeats(
      "text-to-SQL",
      asked,
      ({ dbId, question, evidence = "" }: SpiderExample) => [dbId, question, evidence],
    ),
  ];
}

/**
 * Where fewer multiple-choice questions are asked, or with fewer shots, than the config says, and
 * what else is to be known of their files, as {@linkcode sqlShortfalls}.
 */
export function mmluShortfalls(
  { mmlu: { perCategory, shots } }: Pick<StudyConfig, "mmlu">,
  { mmlu, questions }: MmluInputs,
): string[] {
  return [
    ...mmlu.notes,
    ...fewerQuestions(mmlu, perCategory),
    ...fewerShots(mmlu, questions, shots),
    ...repeats(
      "multiple-choice",
      questions,
      ({ subject, question, choices }: MmluQuestion) => [subject, question.trim(), ...choices],
    ),
  ];
}

/** Where training has fewer examples than the config says. */
export function trainingShortfalls(
  { training: { examples } }: Pick<StudyConfig, "training">,
  { spider }: SqlInputs,
): string[] {
  return above("training examples", examples, spider.train.length);
}

function above(what: string, wanted: number | null, there: number): string[] {
  if (wanted === null || wanted <= there) return [];
  return [`${wanted} ${what} are wanted and there are ${there}: all ${there} are taken`];
}

/** Questions whose prompt is another's too: the model is asked once, and the answer counts for each. */
function repeats<Question extends { readonly id: string }>(
  kind: string,
  questions: readonly Question[],
  prompt: (question: Question) => readonly string[],
): string[] {
  const first = new Map<string, string>();
  const again: string[] = [];
  for (const question of questions) {
    const key = JSON.stringify(prompt(question));
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, question.id);
    else again.push(`${question.id} is ${earlier}`);
  }
  if (again.length === 0) return [];
  return [
    `${questions.length} ${kind} questions, ${first.size} of them different: ` +
    `${again.length} repeat another, are not asked twice and are scored each (${
      firstOf(again, NAMED)
    })`,
  ];
}
