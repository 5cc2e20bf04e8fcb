import { relative } from "node:path";
import { summaryTable } from "../../report/mod.ts";
import {
  checkGivenVariants,
  costLines,
  type OpenStudy,
  openStudy,
  planReport,
  RESULT_FILES,
  runPipeline,
  summaryTexts,
} from "../../study/mod.ts";
import { type Command, type CommandContext, type Flag, text } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** The flag that asks for the plan alone. */
export const PLAN_FLAG: Readonly<Record<string, Flag>> = {
  plan: { type: "switch", help: "only say what it will do, how long it takes, what n it needs" },
};

/** `pipeline`: a whole study, from the checkpoint to the trade-off table. */
export const PIPELINE: Command = {
  name: "pipeline",
  summary: "run a whole study: baseline, training, all evaluations, table and figures",
  description:
    "Sets up what is missing, then runs every phase. A killed run goes on where it stopped when it\n" +
    "is started again, and a finished one says what it reused and prints its table.",
  flags: { ...STUDY_FLAGS, ...PLAN_FLAG },
  async run(flags, context): Promise<void> {
    const { progress, signal } = context;
    const study = await openStudy(studyConfig(flags), {
      out: text(flags, "out"),
      training: flags.plan !== true,
      progress,
      signal,
    });
    await runStudy(study, context, { planOnly: flags.plan === true });
  },
};

/** `study`: the sweep over recipes, checkpoints, scales and seeds, and the recommendation. */
export const STUDY: Command = {
  ...PIPELINE,
  name: "study",
  summary: "the sweep over recipes, checkpoints, scales and seeds, and what to recommend",
  description:
    'The config\'s "sweep" names scales, checkpoints, seeds, numbers of shots, the measure of what\n' +
    "is known and the loss that is not to be tolerated. The plan is written down before an answer\n" +
    "of a tuned model is read. Killed or finished, it goes on from what is stored.",
};

/** Says a study's plan, runs it and prints its report; with `planOnly` only the first. */
export async function runStudy(
  study: OpenStudy,
  { progress, print, signal }: CommandContext,
  { planOnly }: { readonly planOnly: boolean },
): Promise<void> {
  if (planOnly) {
    for (const line of await checkGivenVariants(study.inputs, study.folder)) progress.note(line);
    print(planReport(study));
    return;
  }
  progress.step("Plan");
  for (const line of costLines(study)) progress.note(line);
  const summary = await runPipeline(study, { progress, signal });
  print(summaryTable(summary));
  const root = relative(Deno.cwd(), study.folder.root) || ".";
  const files = new Set([...Object.values(RESULT_FILES), ...Object.keys(summaryTexts(summary))]);
  progress.step(`Done: ${[...files].map((file) => `${root}/${file}`).join(", ")}`);
}
