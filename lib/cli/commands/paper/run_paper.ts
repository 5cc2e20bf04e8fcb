import { DEFAULT_STUDY, PLACES } from "./paper.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkOutputFolder, fromRoot, UsageError, writeAtomic } from "../../../ground/mod.ts";
import { formatCounted, MOST_PAGES, PAPER_LANGUAGES, writePaper } from "../../../report/mod.ts";
import { readPaperInputs } from "../../../study/mod.ts";
import { type CommandContext, type FlagValues, oneOf, text, texts } from "../../command.ts";

/** The work of `paper`. */
export async function runPaper(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const chosen = oneOf("paper", flags, {
    flag: "language",
    names: ["both", ...PAPER_LANGUAGES],
  });
  const folder = studyFolder(text(flags, "study") ?? DEFAULT_STUDY);
  const out = text(flags, "out") ?? folder;
  checkOutputFolder(out);
  progress.step("Reading the study");
  const inputs = await readPaperInputs(folder, {
    dataRoot: text(flags, "data-root"),
    authors: texts(flags, "author"),
    note: (line) => progress.note(line),
  });
  const languages = PAPER_LANGUAGES.filter((one) => chosen === "both" || chosen === one);
  const papers = languages.map((language) => {
    signal.throwIfAborted();
    progress.step(`Writing paper.${language}.pdf`);
    return {
      file: join(out, `paper.${language}.pdf`),
      ...writePaper(inputs[language], language),
    };
  });
  for (const { file, pdf, pages } of papers) {
    writeAtomic(file, pdf);
    print(`${file}: ${formatCounted(pages, "page")} of ${MOST_PAGES}`);
  }
}

/** @throws {UsageError} If there is no such folder. */
function studyFolder(study: string): string {
  const places = [study, fromRoot(study), ...PLACES.map((at) => fromRoot(join(at, study)))];
  const found = places.find((place) => existsSync(join(place, "summary.json")));
  if (found !== undefined) return found;
  throw new UsageError(
    `paper: "${study}" has no summary.json, and neither has that name below ${
      PLACES.join(" or ")
    }: finish the study with deno task report`,
  );
}
