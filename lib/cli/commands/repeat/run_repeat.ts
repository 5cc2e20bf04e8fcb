import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromRoot, UsageError, writeAtomic } from "../../../ground/mod.ts";
import {
  changeRows,
  INTERVAL_NOTE,
  repetitionTable,
  UNADJUSTED_NOTE,
} from "../../../report/mod.ts";
import { readSummary, type StudyConfig, type Summary } from "../../../runs/mod.ts";
import {
  BASE,
  compareRepetition,
  type EnvironmentChange,
  MEASURES,
  openStudy,
  readAnswers,
  repeatVariant,
  REPETITION_FILE,
  repetitionChanges,
  RESULT_FILES,
} from "../../../study/mod.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import { gaugeSentences, titlesOf } from "../../gauge_sentences.ts";
import { studyConfig } from "../../study_config.ts";

/** The work of `repeat`. */
export async function runRepeat(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const config = studyConfig(flags);
  const from = text(flags, "recorded") ?? fromRoot(`results/recorded/${config.name}`);
  const summary = readSummary(join(from, RESULT_FILES.summary));
  const name = text(flags, "variant") ?? chosenVariant(summary);
  checkModelIsThere(config);
  const recorded = readAnswers(`${from}::${name}`, (line) => progress.note(line));
  const study = await openStudy(config, {
    out: text(flags, "out") ?? fromRoot(`results/${config.name}-repeat`),
    training: name !== BASE.name,
    progress,
    signal,
  });
  const { answers, sameWeights, environment, noEnvironment } = await repeatVariant(
    study,
    { folder: from, summary },
    name,
    { progress, signal },
  );
  const { unjudged = [] } = summary.counts.sql ?? {};
  const then = { ...recorded, unjudged };
  const repetition = compareRepetition(then, answers);
  const path = join(study.folder.root, REPETITION_FILE);
  writeAtomic(path, `${JSON.stringify({ ...repetition, sameWeights, environment }, null, 2)}\n`);
  print(`${name} of ${summary.name}, recorded and now\n`);
  print(repetitionTable(repetition.rows));
  if (sameWeights !== undefined) {
    print(`Its weights are ${sameWeights ? "" : "not "}the recorded ones, byte for byte.`);
  }
  for (const change of environment ?? []) print(environmentSentence(change));
  if (noEnvironment !== undefined) {
    print(`What its training ran on then and now is not compared: there is no ${noEnvironment}.`);
  }
  const least = Object.values(MEASURES).flatMap(({ minSame, rows }) =>
    minSame === undefined ? [] : [`${100 * minSame} % of the ${rows.file}`]
  );
  print(
    `It was ${repetition.repeated ? "" : "not "}repeated: ${
      least.join(" and ")
    } are to be the same.`,
  );
  if (repetition.rows.some(({ different }) => different.length > 0)) {
    const { second, comparison } = repetitionChanges(then, answers);
    print(`\nChanges from what was recorded to what it answers now\n`);
    const rows = changeRows(second, comparison, {});
    for (const sentence of gaugeSentences(rows, titlesOf([summary]))) print(sentence);
    print(`\n${INTERVAL_NOTE} ${UNADJUSTED_NOTE}`);
  }
  print(`which differ: ${path}`);
}

/** A recorded model is rarely at hand: said at once, and where it comes from. */
function checkModelIsThere({ model: { source, path } }: StudyConfig): void {
  if (source !== "path" || existsSync(join(fromRoot(path!), "config.json"))) return;
  throw new UsageError(
    `Cannot repeat: there is no model in "${path}": put the recorded one there ` +
      "(docs/gpu.md says how it is made)",
  );
}

function chosenVariant({ findings, plan, variants }: Summary): string {
  return findings.recommendation?.chosen ?? plan.primary[0] ?? variants[0]!.name;
}

function environmentSentence({ fact, recorded, now }: EnvironmentChange): string {
  const sides = `${recorded ?? "not named"} then, ${now ?? "not named"} now`;
  if (recorded !== undefined && now !== undefined) {
    return `It was trained with another ${fact}: ${sides}.`;
  }
  return `Whether its ${fact} changed is not known: ${sides}.`;
}
