import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { danglingLink, fromRoot, realPath, UsageError } from "../ground/mod.ts";
import { ANSWER_FILES, answerPlace, SEPARATOR } from "./results/read_answers.ts";
import { RESULT_FILES } from "./results/write_results.ts";

/** Where a study's results lie. */
export interface FoundStudy {
  /** The folder: working, or recorded. */
  readonly folder: string;
  /** What is to be said where the name could mean another folder. */
  readonly notes: readonly string[];
}

/** Options of {@linkcode findStudy}. */
export interface FindStudyOptions {
  /** The folder of all results; that of this repository if left out. */
  readonly results?: string;
}

/**
 * Finds a study's results by their folder or by the study's name: a folder is that folder, and a name
 * is `results/NAME`, else `results/scratch/NAME`, else `results/recorded/NAME`. The first of these
 * that has results is taken; where others are passed over, a line says so.
 *
 * @param study A path, relative to the working directory, or a name.
 * @throws {UsageError} If there is no such folder.
 */
export function findStudy(
  study: string,
  { results = fromRoot("results") }: FindStudyOptions = {},
): FoundStudy {
  const parents = isName(study)
    ? [results, ...["scratch", "recorded"].map((part) => join(results, part))]
    : [];
  const named = parents.map((parent) => join(parent, study));
  const places = distinct([study, ...named].filter(isFolder));
  if (places.length === 0) {
    const why = existsSync(study)
      ? "it is a file, not a folder"
      : danglingLink(study) ?? "there is no such folder";
    const among = parents.length === 0
      ? ""
      : `, and no study of that name in ${parents.slice(0, -1).join(", ")} or ${parents.at(-1)}`;
    throw new UsageError(`Cannot use the study "${study}": ${why}${among}`);
  }
  const folder = places.find(hasResults) ?? places[0]!;
  const others = places.filter((place) => place !== folder);
  const empty = others.filter((place) => !hasResults(place) && !hasPageOnly(place));
  const full = others.filter(hasResults);
  return {
    folder,
    notes: [
      ...empty.map((place) => `${place} has no results yet: ${folder} is read`),
      ...full.map((place) => `"${study}" is ${folder} and ${place}: the first is read`),
    ],
  };
}

/** A place of answers with the study's name in it resolved. */
export interface FoundAnswers {
  /** A path, or `PATH::VARIANT`. */
  readonly place: string;
  /** What is to be said where the name could mean another folder. */
  readonly notes: readonly string[];
}

/**
 * Finds answers that were written earlier by their path, or by the name of their study as
 * {@linkcode findStudy} finds it, each with or without its variant.
 *
 * @param place A file, a folder or a study's name, each with or without `::VARIANT`.
 * @throws {UsageError} If it is a name, and there is no study of that name.
 */
export function findAnswers(place: string, options: FindStudyOptions = {}): FoundAnswers {
  const { path, variant } = answerPlace(place);
  // a path that is not there is told of by who reads it
  const given = statSync(path, { throwIfNoEntry: false });
  if (given?.isFile() || (given === undefined && !isName(path))) return { place, notes: [] };
  const { folder, notes } = findStudy(path, options);
  return { place: variant === undefined ? folder : `${folder}${SEPARATOR}${variant}`, notes };
}

/** Whether it is the name of a study, not the way to a folder. */
function isName(study: string): boolean {
  return !/[\\/]/.test(study) && study !== "" && study !== "." && study !== "..";
}

/** Whether a folder has a summary or answers. */
function hasResults(folder: string): boolean {
  return [RESULT_FILES.summary, ...ANSWER_FILES].some((file) => existsSync(join(folder, file)));
}

/** Whether a folder is one that was made for a page of `browse` and never had a run. */
function hasPageOnly(folder: string): boolean {
  return readdirSync(folder).every((file) => file === "browse.html");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The places without those that are another's by a link or from within it. */
function distinct(places: readonly string[]): string[] {
  const seen = new Set<string>();
  return places.filter((place) => seen.size < seen.add(realPath(place)).size);
}
