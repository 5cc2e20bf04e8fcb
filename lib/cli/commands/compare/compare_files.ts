import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  checkOwnFiles,
  contentKey,
  fromRoot,
  printable,
  readListText,
  UsageError,
  writeOwnFiles,
} from "../../../ground/mod.ts";
import {
  type ChangeRow,
  changeRows,
  CLUSTER_NOTE,
  clusterTable,
  type GaugeTitles,
  INTERVAL_NOTE,
  markdownText,
  nextStep,
  tablesByUnit,
  UNADJUSTED_NOTE,
} from "../../../report/mod.ts";
import { GAUGES, readSummary, type Summary, weightsWords } from "../../../runs/mod.ts";
import {
  EXAMPLE_FORMS,
  judgePredictions,
  PREDICTION_FORMS,
  readGoldExamples,
  readPredictions,
} from "../../../sql/mod.ts";
import {
  answerPlace,
  BASE,
  type ComparedResults,
  compareResults,
  findAnswers,
  NO_ANSWERS,
  notedOnce,
  readAnswers,
  RESULT_FILES,
  roundedLogProbs,
  sameAnswers,
  settingsLine,
  type VariantAnswers,
} from "../../../study/mod.ts";
import {
  type CommandContext,
  type FlagValues,
  neededTexts,
  oneOf,
  text,
  texts,
} from "../../command.ts";
import { gaugeSentences, titlesOf } from "../../gauge_sentences.ts";
import { refuseNoVerdict, remarkLines, unjudgedLines } from "../judge/judge_report.ts";
import { COMPARE_FILE_FLAGS, DEFAULT_TIMEOUT_SECONDS, SUITES } from "../../judge_flags.ts";
import { type Tolerance, toleranceOfTwo } from "./tolerance.ts";

/** Flags that a comparison of what was made earlier takes beside its own. */
const TAKEN: readonly string[] = ["out"];
/** What `--run` takes of them besides: predictions are of text-to-SQL alone. */
const TAKEN_WITH_RUNS: readonly string[] = [...TAKEN, "delta", "gauge", "title"];

/** The list of what a comparison wrote, beside it. */
const WRITTEN = "comparison.sha256";

const ALL_CLUSTERS = 'All rows are in comparison.json, under "clusters".';

/**
 * Compares two runs, or two files of predictions.
 *
 * @throws {UsageError} If there are not two, or they do not fit together.
 */
export async function runCompareFiles(flags: FlagValues, context: CommandContext): Promise<void> {
  const runs = texts(flags, "run");
  const predictions = texts(flags, "predictions");
  const taken = predictions.length === 0 ? TAKEN_WITH_RUNS : TAKEN;
  const other = Object.keys(flags).find((name) =>
    flags[name] !== undefined && !taken.includes(name) && !(name in COMPARE_FILE_FLAGS)
  );
  if (other !== undefined) {
    const which = TAKEN_WITH_RUNS.includes(other) ? "--predictions" : "--run or --predictions";
    throw new UsageError(`compare: --${other} does not go with ${which}`);
  }
  if (runs.length + predictions.length !== 2 || runs.length === 1) {
    throw new UsageError(
      "compare: give --run or --predictions twice: the first is what changes are counted from",
    );
  }
  const given = [...runs, ...predictions];
  const found = runs.map((run) => findAnswers(run));
  const read = runs.length === 2 ? found.map(({ place }) => place) : predictions;
  if (resolve(read[0]!) === resolve(read[1]!)) {
    throw new UsageError(`compare: "${given[0]}" is given twice`);
  }
  // the same from any working directory
  const places = read.map((place) => resolve(place));
  const out = text(flags, "out") ??
    fromRoot(`results/scratch/compare-${contentKey({ places }).slice(0, 8)}`);
  checkOwnFiles(out, WRITTEN);
  const note = notedOnce((line) => context.progress.note(line));
  for (const line of found.flatMap(({ notes }) => notes)) note(line);
  const [first, second] = runs.length === 2
    ? read.map((run) => readAnswers(run, note))
    : await Promise.all(predictions.map((file) => judged(file, flags, context)));
  // two base models are both called so
  const alike = first!.name === second!.name;
  const summaries = runs.map((_, i) => summaryBeside(read[i]!, note));
  const named = [first!, second!].map((answers, i) => {
    const name = alike ? given[i]! : answers.name;
    const summary = summaries[i];
    const words = summary === undefined ? [] : weightsWords(summary.config.engine);
    return { ...answers, name: [name, ...words].join(", ") };
  });
  const tolerance = toleranceOfTwo(flags, named, summaries);
  const compared = compareResults(
    named[0]!,
    named[1]!,
    tolerance === undefined ? {} : { [tolerance.gauge]: tolerance.delta },
  );
  const title = text(flags, "title");
  if (title !== undefined && compared.comparison.mmlu === undefined) {
    throw new UsageError("compare: --title is of multiple choice, to which both have no answers");
  }
  const titles = titlesOf(summaries, title);
  const rounded = runs.filter((_, i) => roundedLogProbs(named[i]!)).map((run) => printable(run));
  const settings = runs.length === 2
    ? settingsLine(
      [answerPlace(read[0]!).path, answerPlace(read[1]!).path],
      GAUGES.filter((gauge) => compared.comparison[gauge] !== undefined),
    )
    : undefined;
  const tuned = second!.name !== BASE.name;
  const printed = reportText(compared, tolerance, { titles, rounded, settings, tuned });
  writeOwnFiles(out, WRITTEN, {
    "comparison.json": `${JSON.stringify(compared, null, 2)}\n`,
    "flips.jsonl": compared.flips.map((flip) => `${JSON.stringify(flip)}\n`).join(""),
    "comparison.md": `${printed}\n`,
  });
  if (sameAnswers(first!, second!)) {
    context.progress.note(
      "both gave the same answers to every question: perhaps it is one model twice",
    );
  }
  context.print(printed);
  context.print(`${compared.flips.length} flipped questions: ${join(out, "flips.jsonl")}`);
}

/** The summary of the study that answers are of, where it is beside them: its weights and titles are told. */
function summaryBeside(run: string, note: (line: string) => void): Summary | undefined {
  const { path } = answerPlace(run);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const summary = join(folder, RESULT_FILES.summary);
  if (!existsSync(summary)) return undefined;
  try {
    return readSummary(summary);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`whether these weights were rounded is not known: ${error.message}`);
    return undefined;
  }
}

function reportText(
  { first, second, comparison, clusters }: ComparedResults,
  tolerance: Tolerance | undefined,
  { titles, rounded, settings, tuned }: {
    /** What the gauges are called. */
    readonly titles: GaugeTitles;
    /** The runs whose log-probabilities were kept to two decimals. */
    readonly rounded: readonly string[];
    /** What else differs between the two; `undefined` where nothing is known to. */
    readonly settings: string | undefined;
    /** Whether the second one may have an adapter, to scale or to train again. */
    readonly tuned: boolean;
  },
): string {
  const rows = changeRows(second, comparison, { tolerance });
  const todo = tuned ? nextStep(rows, titles, { scaled: false }) : "";
  const unknown = comparison.mmlu && !comparison.mmlu.letters
    ? [
      "- log-probabilities of the letters were not kept: how much of the change on multiple choice " +
      "is a habit of letters cannot be told",
    ]
    : [];
  const inexact = comparison.mmlu?.letters && rounded.length > 0
    ? [
      `- log-probabilities of the letters have two decimals in ${
        rounded.join(" and ")
      }: the letter ` +
      "prior and the probability of the right letter are not exactly those of the study's own summary",
    ]
    : [];
  return [
    `Changes from ${first} to ${second}\n`,
    ...gaugeSentences(rows, titles),
    ...unknown,
    ...inexact,
    ...(todo === "" ? [] : [`\n${todo}`]),
    ...(settings === undefined ? [] : [`\n${settings}`]),
    `\n${INTERVAL_NOTE} ${UNADJUSTED_NOTE}${columnNotes(rows)}`,
    ...tablesByUnit(rows, titles).map((table) => `\n${table}`),
    `\nWhere the net changes lie. ${CLUSTER_NOTE} ${ALL_CLUSTERS}`,
    ...GAUGES.flatMap((gauge) => {
      const own = clusters[gauge];
      return own
        ? [`\n${capitalized(markdownText(titles[gauge]))}:\n\n${clusterTable(gauge, own)}`]
        : [];
    }),
  ].join("\n");
}

/** What columns are, of those that the tables have. */
function columnNotes(rows: readonly ChangeRow[]): string {
  const notes = [
    rows.some(({ measure }) => measure === "sql") &&
    '"assignment" and "strict" are other readings of the same verdicts',
    rows.some(({ evidence }) => evidence.kind === "score") && "gained and lost count questions",
    rows.some(({ midP }) => midP !== undefined) && "mid-p is McNemar's, by questions alone",
  ].filter((note) => note !== false);
  if (notes.length === 0) return "";
  return ` ${capitalized(notes.join("; "))}.`;
}

function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

/** The verdicts on a file of predictions as answers of a variant. */
async function judged(
  file: string,
  flags: FlagValues,
  { progress, signal }: CommandContext,
): Promise<VariantAnswers> {
  const [examples, databases] = neededTexts("compare", flags, ["examples", "databases"]);
  const suite = oneOf("compare", flags, { flag: "suite", names: SUITES });
  const { path, variant } = answerPlace(file);
  progress.step(`Judging ${file}`);
  const request = {
    predictions: readPredictions(
      readListText(path, PREDICTION_FORMS),
      path,
      variant === undefined ? {} : { variant },
    ),
    examples: readGoldExamples(readListText(examples, EXAMPLE_FORMS), examples),
    databases,
    suite,
  };
  const result = await judgePredictions(request, {
    timeoutMs: DEFAULT_TIMEOUT_SECONDS * 1_000,
    onProgress(done, total): void {
      signal.throwIfAborted();
      progress.update(done, total, `verdicts of ${printable(file)}`);
    },
  }).catch((error) => {
    if (!(error instanceof UsageError)) throw error;
    // of two files it is to be seen which one is meant
    throw new UsageError(
      error.message.replace(/^Cannot judge: /, () => `Cannot judge ${printable(file)}: `),
    );
  });
  refuseNoVerdict("compare", result);
  for (const line of [...unjudgedLines(result), ...remarkLines(result)]) {
    progress.note(`${printable(file)}: ${line}`);
  }
  return {
    ...NO_ANSWERS,
    name: file,
    origin: { source: file },
    verdicts: result.verdicts.map(({ status, ...verdict }) => ({
      ...verdict,
      status: status === "no_prediction" ? "no_sql" : status,
      variant: file,
      finishReason: "stop",
    })),
  };
}
