import { contentKey } from "../../ground/mod.ts";
import { adapterText, type Summary } from "../../runs/mod.ts";

const SHOWN_DIGITS = 16;

/** More files than these in one folder are one fact. */
const MOST_FILES = 4;

/**
 * What made a study's numbers, as named facts: code, machine, versions, seeds, and the first digits
 * of the hashes (all 64 are in the summary). Many files of a folder have one hash of all their names
 * and hashes here.
 */
export function provenanceFacts({ configHash, provenance }: Summary): Record<string, string> {
  const { modelFiles, adapters, prompts, data, seeds, tools, git, device, dtype } = provenance;
  const adapterFiles = Object.entries(adapters).flatMap(([recipe, files]) =>
    Object.entries(files).map(([file, hash]) => [`adapter ${recipe}/${file}`, short(hash)] as const)
  );
  return {
    "study (config and inputs)": short(configHash),
    code: commitText(git),
    device: `${device}, ${dtype}`,
    prompts: `SQL ${prompts.sql}, multiple choice ${prompts.mmlu}` +
      (prompts.prose === undefined ? "" : `, general text ${prompts.prose}`),
    seeds: Object.entries(seeds).map(([what, seed]) => `${what} ${seed}`).join(", "),
    ...mapped("model", modelFiles, short),
    ...mapped("adapter", provenance.adapterSettings ?? {}, adapterText),
    ...mapped(
      "source of adapter",
      provenance.adapterSources ?? {},
      ({ id, commit }) => `${id} on the hub, commit ${commit.slice(0, SHOWN_DIGITS)}`,
    ),
    ...Object.fromEntries(adapterFiles),
    ...mapped("data", dataHashes(data), (text) => text),
    ...mapped("version of", tools, (version) => version ?? "not installed"),
  };
}

/** The hashes of data files, those of a folder of many as one. */
function dataHashes(data: Readonly<Record<string, string>>): Record<string, string> {
  const byFolder = Map.groupBy(
    Object.entries(data),
    // a database of Spider has a folder of its own in the one that counts
    ([name]) => name.split("/").slice(0, -1).slice(0, 2).join("/"),
  );
  return Object.fromEntries(
    [...byFolder].flatMap(([folder, files]) =>
      files.length <= MOST_FILES
        ? files.map(([name, hash]) => [name, short(hash)])
        : [[`${folder}/ (${files.length} files)`, short(contentKey(Object.fromEntries(files)))]]
    ),
  );
}

function mapped<T>(
  prefix: string,
  values: Readonly<Record<string, T>>,
  shown: (value: T) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, shown(value)]),
  );
}

function commitText({ commit, dirty }: Summary["provenance"]["git"]): string {
  if (commit === null) return "not under version control";
  return `${commit.slice(0, SHOWN_DIGITS)}${dirty ? ", with changes that are not committed" : ""}`;
}

function short(hash: string): string {
  return hash.slice(0, SHOWN_DIGITS);
}
