import { join } from "node:path";
import { fromRoot, writeAtomic } from "../../ground/mod.ts";
import { repetitionTable } from "../../report/mod.ts";
import { readSummary, type Summary } from "../../runs/mod.ts";
import {
  BASE,
  compareRepetition,
  MIN_SAME,
  openStudy,
  readAnswers,
  repeatVariant,
  RESULT_FILES,
} from "../../study/mod.ts";
import { type Command, text } from "../command.ts";
import { STUDY_FLAGS, studyConfig } from "../study_flags.ts";

/** `repeat`: one variant of a recorded study, trained and answered again. */
export const REPEAT: Command = {
  name: "repeat",
  summary:
    "train and ask one variant of a recorded study again: are the answers the recorded ones?",
  description:
    "Trains the variant's recipe with its seed, asks it all that the study asked, and compares every\n" +
    "verdict, letter and passage with the recorded ones. Needs the study's model and data. An adapter\n" +
    "that is put into OUT/training/NAME is used in place of a training.",
  flags: {
    config: STUDY_FLAGS.config!,
    "data-root": STUDY_FLAGS["data-root"]!,
    variant: {
      type: "text",
      value: "NAME",
      help: "what to repeat (default: the recommended variant, else the first of the plan)",
    },
    recorded: {
      type: "text",
      value: "DIR",
      help: "the recording (default results/recorded/<name of the study>)",
    },
    out: {
      type: "text",
      value: "DIR",
      help: "results folder (default results/<name of the study>-repeat)",
    },
  },
  async run(flags, { progress, print, signal }): Promise<void> {
    const config = studyConfig(flags);
    const from = text(flags, "recorded") ?? fromRoot(`results/recorded/${config.name}`);
    const summary = readSummary(join(from, RESULT_FILES.summary));
    const name = text(flags, "variant") ?? chosenVariant(summary);
    const recorded = readAnswers(`${from}::${name}`);
    const study = await openStudy(config, {
      out: text(flags, "out") ?? fromRoot(`results/${config.name}-repeat`),
      training: name !== BASE.name,
      progress,
      signal,
    });
    const { answers, sameWeights } = await repeatVariant(study, summary, name, {
      progress,
      signal,
    });
    const repetition = compareRepetition(recorded, answers);
    const path = join(study.folder.root, "repetition.json");
    const weights = sameWeights === undefined ? {} : { sameWeights };
    writeAtomic(path, `${JSON.stringify({ ...repetition, ...weights }, null, 2)}\n`);
    print(`${name} of ${summary.name}, recorded and now\n`);
    print(repetitionTable(repetition.rows));
    if (sameWeights !== undefined) {
      print(`Its weights are ${sameWeights ? "" : "not "}the recorded ones, byte for byte.`);
    }
    const [verdicts, letters] = [MIN_SAME.sql, MIN_SAME.mmlu].map((least) => 100 * least);
    print(
      `It was ${repetition.repeated ? "" : "not "}repeated: ${verdicts} % of the verdicts and ` +
        `${letters} % of the letters are to be the same.`,
    );
    print(`which differ: ${path}`);
  },
};

function chosenVariant({ findings, plan, variants }: Summary): string {
  return findings.recommendation?.chosen ?? plan.primary[0] ?? variants[0]!.name;
}
