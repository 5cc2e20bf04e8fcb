import { relative } from "node:path";
import { summaryTable } from "../../report/mod.ts";
import { openStudy, RESULT_FILES, runPipeline } from "../../study/mod.ts";
import { type Command, text } from "../command.ts";
import { planLines } from "../plan_lines.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** `pipeline`: a whole study, from the checkpoint to the trade-off table. */
export const PIPELINE: Command = {
  name: "pipeline",
  summary: "run a whole study: baseline, training, both evaluations, table and figure",
  description:
    "Sets up what is missing, then runs every phase. A killed run goes on where it stopped when it\n" +
    "is started again, and a finished one says what it reused and prints its table.",
  flags: STUDY_FLAGS,
  async run(flags, { progress, print, signal }): Promise<void> {
    const study = await openStudy(studyConfig(flags), {
      out: text(flags, "out"),
      training: true,
      progress,
      signal,
    });
    progress.step("Plan");
    for (const line of planLines(study)) progress.note(line);
    const summary = await runPipeline(study, { progress, signal });
    print(summaryTable(summary));
    const root = relative(Deno.cwd(), study.folder.root) || ".";
    progress.step(
      `Done: ${Object.values(RESULT_FILES).map((file) => `${root}/${file}`).join(", ")}`,
    );
  },
};
