import { existsSync } from "node:fs";
import { fromRoot, type Progress, UsageError } from "../../ground/mod.ts";
import { loadMultipleChoice, type MmluData } from "../../mmlu/mod.ts";
import { type StudyConfig, unrecordedPlace } from "../../runs/mod.ts";
import { ensureSample } from "../../setup/mod.ts";
import { type SpiderData, withShownSchemas } from "../../spider/mod.ts";
import { loadSpiderOf } from "../inputs/sql_inputs.ts";

/** The measures whose texts are read out of a copy of the data. */
export type Copied = "spider" | "mmlu";

/** Where the user's own copies of the data are: what was given, and what the study's config says. */
export interface CopyPlaces {
  /** In place of the config's text-to-SQL data. */
  readonly spider?: string | undefined;
  /** In place of the config's multiple-choice data. */
  readonly mmlu?: string | undefined;
  /** The study's config; `undefined` where nothing says where its data were. */
  readonly config: StudyConfig | undefined;
}

/**
 * Refuses in one line what is not there of the data that a study asked.
 *
 * @throws {UsageError} If a copy is not where it was given, or was not given and is not where the
 * config says.
 */
export function checkCopies(places: CopyPlaces, needed: readonly Copied[]): void {
  const faults = new Set(needed.flatMap((copy) => faultOf(places, copy) ?? []));
  if (faults.size === 0) return;
  throw new UsageError(
    `Cannot browse: ${[...faults].join(", and ")}: results have no texts of questions, so give ` +
      `your copy of the data with --data-root DIR (${
        needed.map((copy) => `DIR/${copy}`).join(" and ")
      } are read), or with ${needed.map((copy) => `--${copy} PATH`).join(" and ")}`,
  );
}

/**
 * Text-to-SQL data out of a copy that {@linkcode checkCopies} found, with schemas as prompts show them.
 *
 * @throws {UsageError} If they are broken.
 */
export async function openSpider(places: CopyPlaces, progress: Progress): Promise<SpiderData> {
  const { spider, config } = places;
  const path = placeOf(places, "spider");
  if (spider === undefined && config) await ensureSample(config, progress);
  const database = spider === undefined ? config?.spider.database : undefined;
  progress.note(`text-to-SQL out of ${path}`);
  const released = await loadSpiderOf({ path, database });
  return await withShownSchemas(released, config?.spider.schema);
}

/**
 * Multiple-choice data out of a copy that {@linkcode checkCopies} found.
 *
 * @throws {UsageError} If they are broken.
 */
export async function openChoices(places: CopyPlaces, progress: Progress): Promise<MmluData> {
  const path = placeOf(places, "mmlu");
  const title = places.config?.mmlu.title;
  progress.note(`multiple choice out of ${path}`);
  return await loadMultipleChoice(path, title === undefined ? {} : { title });
}

function placeOf(places: CopyPlaces, copy: Copied): string {
  return places[copy] ?? fromRoot(places.config![copy].path);
}

/** Why a copy is not there; `undefined` where it is. */
function faultOf(places: CopyPlaces, copy: Copied): string | undefined {
  const given = places[copy];
  if (given !== undefined) return existsSync(given) ? undefined : `there is no ${given}`;
  const configured = places.config?.[copy].path;
  if (configured === undefined) return "the study has no summary that says where its data are";
  return unrecordedPlace(configured) ??
    (existsSync(fromRoot(configured)) ? undefined : `there is no ${configured} here`);
}
