import { fromRoot } from "../../ground/mod.ts";
import {
  loadMultipleChoice,
  type MmluData,
  type MmluQuestion,
  selectSuite,
} from "../../mmlu/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";

/** The multiple-choice questions of a study. */
export interface MmluInputs {
  /** The data, test and dev questions. */
  readonly mmlu: MmluData;
  /** The suite: as many questions of each category. */
  readonly questions: readonly MmluQuestion[];
  /** Those of them that are answered in writing too. */
  readonly written: readonly MmluQuestion[];
}

/** Opens MMLU, or multiple-choice questions of one's own, and draws the suite. */
export async function openMmluInputs(
  { mmlu: settings, sweep, seed }: StudyConfig,
): Promise<MmluInputs> {
  const { path, title } = settings;
  const mmlu = await loadMultipleChoice(fromRoot(path), title === undefined ? {} : { title });
  const questions = selectSuite(mmlu, { perCategory: settings.perCategory, seed });
  const asked = new Set(questions);
  const written = sweep.written === 0
    ? []
    : selectSuite(mmlu, { perCategory: sweep.written, seed }).filter((one) => asked.has(one));
  return { mmlu, questions, written };
}
