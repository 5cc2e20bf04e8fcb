import type { Command } from "../../command.ts";
import { MMLU_FLAG, SPIDER_FLAG, STUDY_FLAG, STUDY_FLAGS } from "../../study_flags.ts";

/** `browse`: a study's questions, answers and flips as one page that opens from the disk. */
export const BROWSE: Command = {
  name: "browse",
  summary: "write a page that shows which questions a variant repaired and broke, and why",
  description:
    "One HTML file that opens from the disk, without a network: base against any variant, or any\n" +
    "two, text-to-SQL and multiple choice. The answers are those of a finished or recorded study;\n" +
    "the texts and results come from your copy of the data, so a page of Spider or MMLU is yours to\n" +
    "pass on only as their licences allow. See docs/browse.md.",
  flags: {
    study: { ...STUDY_FLAG, help: `${STUDY_FLAG.help} (default: the config's)` },
    config: STUDY_FLAGS.config!,
    "data-root": STUDY_FLAGS["data-root"]!,
    spider: SPIDER_FLAG,
    mmlu: MMLU_FLAG,
    out: {
      type: "text",
      value: "FILE",
      help: "the page (default: browse.html beside the results)",
    },
  },
  load: async () => (await import("./run_browse.ts")).runBrowse,
};
