import { contentKey } from "../../ground/mod.ts";
import { adapterText, GAUGES, serverText, type Summary } from "../../runs/mod.ts";
import { SHOWN } from "../measures/measures.ts";
import { formatCounted } from "../words/format_numbers.ts";

const SHOWN_DIGITS = 16;

/**
 * What made a study's numbers, as named facts: code, machine, versions, seeds, and for the model,
 * each adapter and each data set the first digits of one hash. That is the file's own where there is
 * one file, and of all names and hashes where there are several; the summary has all files with all 64
 * digits.
 */
export function provenanceFacts({ configHash, provenance }: Summary): Record<string, string> {
  const { modelFiles, adapters, prompts, data, seeds, tools, git, device, dtype } = provenance;
  const settings = Object.values(provenance.adapterSettings ?? {});
  // earlier summaries name a seed of a training that was elsewhere
  const isTrained = settings.length === 0 || settings.some(({ trained }) => trained === "here");
  const sets = Map.groupBy(Object.entries(data), ([name]) => name.split("/")[0]!);
  return {
    "study (config and inputs)": short(configHash),
    code: commitText(git),
    device: `${device}, ${dtype}`,
    ...provenance.servers && { server: provenance.servers.map(serverText).join("; ") },
    versions: Object.entries(tools).map(([tool, version]) =>
      `${tool} ${version ?? "not installed"}`
    )
      .join(", "),
    prompts: GAUGES.filter((gauge) => prompts[gauge] !== undefined)
      .map((gauge) => `${SHOWN[gauge].name} ${prompts[gauge]}`).join(", "),
    seeds: Object.entries(seeds).filter(([what]) => what !== "training" || isTrained)
      .map(([what, seed]) => `${what} ${seed}`).join(", "),
    ...mapped("adapter", provenance.adapterSettings ?? {}, adapterText),
    ...mapped(
      "source of adapter",
      provenance.adapterSources ?? {},
      ({ id, commit }) => `${id} on the hub, commit ${commit.slice(0, SHOWN_DIGITS)}`,
    ),
    "files of the model": filesText(modelFiles),
    ...mapped("files of adapter", adapters, filesText),
    ...Object.fromEntries(
      [...sets].map(([name, files]) => [`files of ${name}`, filesText(Object.fromEntries(files))]),
    ),
  };
}

/** "4 files, 5a4cf60e4e312abd", or the one file and its hash. */
function filesText(files: Readonly<Record<string, string>>): string {
  const [first, ...others] = Object.entries(files);
  if (first === undefined) return "none";
  if (others.length === 0) return `${first[0]}, ${short(first[1])}`;
  return `${formatCounted(others.length + 1, "file")}, ${short(contentKey(files))}`;
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
