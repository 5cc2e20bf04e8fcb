import { dirname } from "node:path";
import {
  allVariants,
  answerVariants,
  BASE,
  countCut,
  finishStudy,
  noteChangedAdapters,
  type OpenStudy,
  openStudy,
  trainingManifestLines,
  trainings,
  trainRecipes,
  type VariantAnswers,
  writeTrainingData,
} from "../../study/mod.ts";
import { cutText, formatPercent, summaryTable } from "../../report/mod.ts";
import { printable } from "../../ground/mod.ts";
import { type Command, type CommandContext, type FlagValues, text } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** `baseline`: phase 1, the base model alone. */
export const BASELINE: Command = {
  name: "baseline",
  summary: "phase 1: the base model's answers, with raw success and failure counts",
  flags: STUDY_FLAGS,
  async run(flags, context): Promise<void> {
    const { inputs, folder } = await open(flags, context);
    const answers = await answerVariants(inputs, folder, [BASE], context);
    context.print(countsLine(answers[0]!, inputs.config.label));
  },
};

/** `export-sft`: the training records for TRL. */
export const EXPORT_SFT: Command = {
  name: "export-sft",
  summary: "phase 2: write the training records (prompt and completion, JSON lines)",
  flags: STUDY_FLAGS,
  async run(flags, context): Promise<void> {
    const { inputs, folder } = await open(flags, context);
    const { progress, signal } = context;
    const { manifest } = await writeTrainingData(inputs, {
      path: folder.sftData,
      progress,
      ...(signal ? { signal } : {}),
    });
    for (const line of trainingManifestLines(manifest)) context.print(line);
    context.print(`written to ${dirname(folder.sftData)}`);
  },
};

/** `train`: phase 2, every recipe of the study. */
export const TRAIN: Command = {
  name: "train",
  summary: "phase 2: train every LoRA recipe of the study with TRL",
  flags: STUDY_FLAGS,
  async run(flags, context): Promise<void> {
    const { inputs, folder } = await open(flags, context, { training: true });
    await trainRecipes(inputs, folder, context);
    for (const { recipe } of trainings(inputs.config)) context.print(folder.training(recipe));
  },
};

/** `report`: phase 5, table and figure of a trained study. */
export const REPORT: Command = {
  name: "report",
  summary: "phases 3 to 5: evaluate what is trained, write the summary, table and figure",
  flags: STUDY_FLAGS,
  async run(flags, context): Promise<void> {
    const study = await open(flags, context);
    const { inputs, folder } = study;
    const variants = await allVariants(inputs, folder);
    await noteChangedAdapters(study, context.progress);
    const answers = await answerVariants(inputs, folder, variants, context);
    context.print(summaryTable(await finishStudy(study, answers)));
  },
};

function open(
  flags: FlagValues,
  { progress, signal }: CommandContext,
  options: { readonly training?: boolean } = {},
): Promise<OpenStudy> {
  return openStudy(studyConfig(flags), { out: text(flags, "out"), progress, signal, ...options });
}

function countsLine(
  { name, verdicts, letters }: VariantAnswers,
  label: string | undefined,
): string {
  const source = label === undefined ? "" : ` (${printable(label)})`;
  const success = verdicts.filter(({ official }) => official).length;
  const right = letters.filter(({ correct }) => correct).length;
  return [
    `${name}: text-to-SQL ${success} success, ${verdicts.length - success} failure of ` +
    `${verdicts.length} (${formatPercent(success / verdicts.length)})${source}`,
    `${name}: multiple choice ${right} right of ${letters.length} ` +
    `(${formatPercent(right / letters.length)})${source}`,
    cutText([{ variant: name, n: verdicts.length, ...countCut(verdicts) }]),
  ].join("\n");
}
