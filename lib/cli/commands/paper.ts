import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkOutputFolder, fromRoot, UsageError, writeAtomic } from "../../ground/mod.ts";
import { formatCounted, MOST_PAGES, PAPER_LANGUAGES, writePaper } from "../../report/mod.ts";
import { readPaperInputs } from "../../study/mod.ts";
import { type Command, oneOf, text, texts } from "../command.ts";
import { STUDY_FLAGS } from "../study_flags.ts";

/** The study whose paper is written where none is named. */
const DEFAULT_STUDY = "results/recorded/sample";

/** Where a study is looked for by its name. */
const PLACES = ["results/recorded", "results"];

/** `paper`: a finished study as a paper of two columns. */
export const PAPER: Command = {
  name: "paper",
  summary: "write a study as a two-column PDF of at most 10 pages, in English and in Portuguese",
  description:
    "Every number is one of the study's summary.json; nothing is computed anew. The examples that\n" +
    "are quoted come from your copy of the data. The same study gives the same bytes. docs/paper.md\n" +
    "says what is in it and how to change its text.",
  flags: {
    study: {
      type: "text",
      value: "DIR",
      help: `a study's results folder, or its name below ${PLACES.join(" or ")} ` +
        `(default ${DEFAULT_STUDY})`,
    },
    language: { type: "text", value: "both|en|pt", help: "the language (default: both)" },
    "data-root": STUDY_FLAGS["data-root"]!,
    author: { type: "texts", value: "TEXT", help: "who signs it, such as a name; a line each" },
    out: {
      type: "text",
      value: "DIR",
      help: "folder for paper.en.pdf and paper.pt.pdf " +
        "(default: the study's folder)",
    },
  },
  async run(flags, { progress, print, signal }): Promise<void> {
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
  },
};

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
