import { dirname } from "node:path";
import {
  allVariants,
  answerVariants,
  BASE,
  besideNumbers,
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
} from "../../../study/mod.ts";
import { cutText, formatPercent, summaryTable } from "../../../report/mod.ts";
import { printable, UsageError } from "../../../ground/mod.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import { studyConfig } from "../../study_config.ts";

/** The work of `baseline`. */
export async function runBaseline(flags: FlagValues, context: CommandContext): Promise<void> {
  const { inputs, folder } = await open(flags, context);
  const answers = await answerVariants(inputs, folder, [BASE], context);
  context.print(countsLine(answers[0]!, inputs.config.label));
}

/** The work of `export-sft`. */
export async function runExportSft(flags: FlagValues, context: CommandContext): Promise<void> {
  const out = text(flags, "out");
  if (out !== undefined && /\.jsonl?$/i.test(out)) {
    throw new UsageError(
      `export-sft: --out is a folder, where the records get samples/sft.jsonl: "${out}" is the name ` +
        "of a file",
    );
  }
  const { inputs, folder } = await open(flags, context);
  const { progress, signal } = context;
  const { manifest } = await writeTrainingData(inputs, {
    path: folder.sftData,
    progress,
    ...(signal ? { signal } : {}),
  });
  for (const line of trainingManifestLines(manifest)) context.print(line);
  context.print(`written to ${dirname(folder.sftData)}`);
}

/** The work of `train`. */
export async function runTrain(flags: FlagValues, context: CommandContext): Promise<void> {
  const { inputs, folder } = await open(flags, context, { training: true });
  await trainRecipes(inputs, folder, context);
  for (const { recipe } of trainings(inputs.config)) context.print(folder.training(recipe));
}

/** The work of `report`. */
export async function runReport(flags: FlagValues, context: CommandContext): Promise<void> {
  const study = await open(flags, context);
  const { inputs, folder } = study;
  const variants = await allVariants(inputs, folder);
  await noteChangedAdapters(study, context.progress);
  const answers = await answerVariants(inputs, folder, variants, context);
  const summary = await finishStudy(study, answers, context);
  context.print(summaryTable(summary, besideNumbers(summary, folder.root)));
}

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
