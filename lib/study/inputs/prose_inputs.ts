import { fromRoot, UsageError } from "../../ground/mod.ts";
import { loadPassages, type ProseData } from "../../prose/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import { pcg32, shuffled } from "../../stats/mod.ts";

/** The general text of a study. */
export interface ProseInputs {
  /** The passages that are scored. */
  readonly prose: ProseData;
}

/** Opens the passages of general text and draws those that are scored, in the order of the files. */
export async function openProseInputs(
  { prose: settings, measures, seed }: StudyConfig,
): Promise<ProseInputs> {
  const prose = await loadPassages(fromRoot(settings.path));
  if (measures.includes("prose") && prose.passages.length < 2) {
    throw new UsageError(
      `Cannot measure general text by "${settings.path}": one passage has no spread, give two or more`,
    );
  }
  const { limit } = settings;
  if (limit === null || limit >= prose.passages.length) return { prose };
  const drawn = new Set(shuffled(prose.passages, pcg32(seed)).slice(0, limit));
  return { prose: { ...prose, passages: prose.passages.filter((one) => drawn.has(one)) } };
}
