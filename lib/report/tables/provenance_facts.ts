import { adapterText, type Summary } from "../../runs/mod.ts";

const SHOWN_DIGITS = 16;

/**
 * What made a study's numbers, as named facts: code, machine, versions, seeds, and the first digits
 * of the hashes (all 64 are in the summary).
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
    prompts: `SQL ${prompts.sql}, multiple choice ${prompts.mmlu}`,
    seeds: Object.entries(seeds).map(([what, seed]) => `${what} ${seed}`).join(", "),
    ...mapped("model", modelFiles, short),
    ...mapped("adapter", provenance.adapterSettings ?? {}, adapterText),
    ...Object.fromEntries(adapterFiles),
    ...mapped("data", data, short),
    ...mapped("version of", tools, (version) => version ?? "not installed"),
  };
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
