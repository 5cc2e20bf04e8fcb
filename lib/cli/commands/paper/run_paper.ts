import { join, resolve } from "node:path";
import { checkOutputFolder, firstOf, fromRoot, writeAtomic } from "../../../ground/mod.ts";
import {
  escapedLetters,
  formatCounted,
  MOST_PAGES,
  PAPER_LANGUAGES,
  writePaper,
} from "../../../report/mod.ts";
import { findStudy, readPaperInputs } from "../../../study/mod.ts";
import { type CommandContext, type FlagValues, oneOf, text, texts } from "../../command.ts";
import { DEFAULT_STUDY } from "../../study_flags.ts";

/** So many letters that the fonts do not have are named. */
const SHOWN_LETTERS = 5;

/** The work of `paper`. */
export async function runPaper(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const chosen = oneOf("paper", flags, {
    flag: "language",
    names: ["both", ...PAPER_LANGUAGES],
  });
  const { folder, notes } = findStudy(text(flags, "study") ?? fromRoot(DEFAULT_STUDY));
  for (const line of notes) progress.note(line);
  const out = text(flags, "out") ?? folder;
  checkOutputFolder(out);
  progress.step("Reading the study");
  const spider = text(flags, "spider");
  const inputs = await readPaperInputs(folder, {
    dataRoot: text(flags, "data-root"),
    spider: spider === undefined ? undefined : resolve(spider),
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
  const escaped = languages.flatMap((language) => escapedLetters(inputs[language]));
  const letters = [...new Set(escaped.map(({ letter, number }) => `${letter} (${number})`))];
  if (letters.length > 0) {
    progress.note(
      `The paper's fonts do not have ${firstOf(letters, SHOWN_LETTERS)}: where it shows such a ` +
        "letter, its number stands in its place",
    );
  }
  for (const { file, pdf, pages } of papers) {
    writeAtomic(file, pdf);
    print(`${file}: ${formatCounted(pages, "page")} of ${MOST_PAGES}`);
  }
}
