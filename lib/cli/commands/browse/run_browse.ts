import { basename, isAbsolute, join, relative, resolve } from "node:path";
import {
  checkOutputFile,
  checkOutputIsNoInput,
  REPOSITORY_ROOT,
  UsageError,
  writeAtomic,
} from "../../../ground/mod.ts";
import { browserPage } from "../../../report/mod.ts";
import { loadConfig, type StudyConfig } from "../../../runs/mod.ts";
import { browseStudy, findStudy, type FoundStudy } from "../../../study/mod.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import { configPath } from "../../study_flags.ts";

/** A page above so many bytes is told: it opens slowly. */
const MOST_BYTES = 15e6;

/** The work of `browse`. */
export async function runBrowse(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const { folder, config, notes } = browsed(flags);
  for (const line of notes) progress.note(line);
  const out = text(flags, "out") ?? defaultPage(folder);
  checkOutputFile(out);
  checkOutputIsNoInput(
    out,
    [
      "summary.json",
      ...["verdicts", "letters", "prose"].flatMap((k) => [`${k}.jsonl`, `${k}.parquet`]),
    ]
      .map((file) => join(folder, file)),
  );
  if (!/\.html?$/i.test(out)) {
    throw new UsageError(`browse: --out is a page, with a name that ends in .html: "${out}"`);
  }
  const root = text(flags, "data-root");
  const copy = (flag: "spider" | "mmlu"): string | undefined => {
    const given = text(flags, flag);
    if (given !== undefined) return resolve(given);
    return root === undefined ? undefined : join(resolve(root), flag);
  };
  const data = await browseStudy({
    folder,
    config,
    spider: copy("spider"),
    mmlu: copy("mmlu"),
    progress,
    signal,
  });
  progress.step("Writing the page");
  const page = browserPage(data);
  writeAtomic(out, page);
  if (page.length > MOST_BYTES) {
    progress.note(`the page has ${megabytes(page.length)}: it may open slowly`);
  }
  print(`${out}: ${data.variants.length} variants, ${megabytes(page.length)}`);
}

/** The results, and the config where it is not to be the summary's. */
function browsed(
  flags: FlagValues,
): FoundStudy & { readonly config: StudyConfig | undefined } {
  const path = text(flags, "config");
  const study = text(flags, "study");
  if (study !== undefined) {
    return { ...findStudy(study), config: path === undefined ? undefined : loadConfig(path) };
  }
  const config = loadConfig(configPath(flags));
  return { ...findStudy(config.name), config };
}

/**
 * Where the page goes: beside the results where these are a working folder, which Git ignores; else,
 * as of a recording, into `results/scratch`, where it stands for no run. It holds the texts of the data.
 */
export function defaultPage(folder: string): string {
  const results = join(REPOSITORY_ROOT, "results");
  const below = relative(results, resolve(folder));
  const isWorking = below !== "" && !isAbsolute(below) &&
    !/^(?:\.\.|recorded)(?:[\\/]|$)/.test(below);
  return isWorking
    ? join(resolve(folder), "browse.html")
    : join(results, "scratch", `browse-${basename(resolve(folder))}.html`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
