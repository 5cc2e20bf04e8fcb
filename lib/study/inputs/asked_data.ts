import { UsageError } from "../../ground/mod.ts";
import type { Gauge, Provenance } from "../../runs/mod.ts";
import { MEASURES } from "../measures/measures.ts";

/** SHA-256 of data files, by their names in a summary's `provenance.data`. */
export type DataHashes = Provenance["data"];

/** The names of files that are not those that a study asked. */
export interface OtherData {
  /** Of files that were opened and have another content. */
  readonly changed: readonly string[];
  /** Of files that are not among those that were opened. */
  readonly missing: readonly string[];
}

/**
 * Compares data that were opened with those that a study asked. A file that the study did not have
 * is no difference: a database that was missing may be there by now.
 *
 * @param asked The hashes of the study's summary.
 * @param opened Those of what was opened.
 * @param gauges Whose files are compared.
 */
export function otherData(
  asked: DataHashes,
  opened: DataHashes,
  gauges: readonly Gauge[],
): OtherData {
  const names = Object.keys(asked).filter((name) =>
    gauges.some((gauge) => name.startsWith(MEASURES[gauge].dataPrefix))
  );
  const isThere = (name: string): boolean => Object.hasOwn(opened, name);
  return {
    changed: names.filter((name) => isThere(name) && opened[name] !== asked[name]),
    missing: names.filter((name) => !isThere(name)),
  };
}

/** Options of {@linkcode checkAskedData}. */
export interface AskedDataOptions {
  /** The measures whose data are used. */
  readonly gauges: readonly Gauge[];
  /** What cannot be done, such as `export the texts of "mine"`. */
  readonly action: string;
  /** What to do about it. */
  readonly advice: string;
}

/**
 * Refuses data that are not those that a study asked, by the name of the first file.
 *
 * @throws {UsageError} If a file is missing, is another, or the study has no hash of any.
 */
export function checkAskedData(
  asked: DataHashes,
  opened: DataHashes,
  { gauges, action, advice }: AskedDataOptions,
): void {
  const refuse = (why: string): never => {
    throw new UsageError(`Cannot ${action}: ${why}: ${advice}`);
  };
  for (const gauge of gauges) {
    const prefix = MEASURES[gauge].dataPrefix;
    if (Object.keys(asked).some((name) => name.startsWith(prefix))) continue;
    refuse(`its summary does not say of which files of ${prefix} it asked`);
  }
  const { changed, missing } = otherData(asked, opened, gauges);
  if (missing.length > 0) refuse(`${firstNamed(missing)}, which was asked, is not there`);
  if (changed.length > 0) refuse(`${firstNamed(changed)} is not the file that was asked`);
}

function firstNamed([first, ...others]: readonly string[]): string {
  return others.length === 0 ? first! : `${first} (the first of ${others.length + 1} files)`;
}
