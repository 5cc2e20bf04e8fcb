import type { Command } from "../../command.ts";
import { DEFAULT_STUDY, SPIDER_FLAG, STUDY_FLAG, STUDY_FLAGS } from "../../study_flags.ts";

/** `paper`: a finished study as a paper of two columns. */
export const PAPER: Command = {
  name: "paper",
  summary: "write a study as a two-column PDF of at most 10 pages, in English and in Portuguese",
  description:
    "Every number is one of the study's summary.json; nothing is computed anew. The examples that\n" +
    "are quoted come from your copy of the data. The same study gives the same bytes. docs/paper.md\n" +
    "says what is in it and how to change its text.",
  flags: {
    study: { ...STUDY_FLAG, help: `${STUDY_FLAG.help} (default ${DEFAULT_STUDY})` },
    language: { type: "text", value: "both|en|pt", help: "the language (default: both)" },
    "data-root": STUDY_FLAGS["data-root"]!,
    spider: SPIDER_FLAG,
    author: { type: "texts", value: "TEXT", help: "who signs it, such as a name; a line each" },
    out: {
      type: "text",
      value: "DIR",
      help: "folder for paper.en.pdf and paper.pt.pdf " +
        "(default: the study's folder)",
    },
  },
  load: async () => (await import("./run_paper.ts")).runPaper,
};
