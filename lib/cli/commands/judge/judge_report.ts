import { formatCounted, formatPercent, markdownTable } from "../../../report/light.ts";
import { firstOf, printable, UsageError } from "../../../ground/mod.ts";
import {
  commonFailure,
  type JudgedPredictions,
  type Reading,
  type Remark,
  type Suite,
  summarizeVerdicts,
} from "../../../sql/mod.ts";
import { proportion } from "../../../stats/mod.ts";
import type { CommandContext } from "../../command.ts";

const MAX_NAMED = 20;
// What to look at when a whole file fails in one way.
const WHY: Readonly<Record<string, string>> = {
  no_sql: 'is the answer under another key, or no statement (of a "completion" it is extracted, ' +
    '"sql" is run as it is)?',
  sql_error: 'are these statements ("sql") or what a model wrote ("completion"), and of these ' +
    "databases?",
};

type Words = Pick<CommandContext, "print" | "progress"> & {
  readonly mode: Reading;
  readonly suite: Suite;
  readonly out: string;
};

/**
 * Says what a prediction file comes to: tables, what is incomplete in it, and what has no verdict.
 * Whatever stems from the files is printed without control characters.
 *
 * @throws {UsageError} If no example has a verdict.
 */
export function reportVerdicts(result: JudgedPredictions, words: Words): void {
  const { verdicts } = result;
  const { mode, out, print } = words;
  refuseNoVerdict("judge", result);
  const { groups, statuses, errorClasses, disagreements } = summarizeVerdicts(verdicts, mode);
  // one level of hardness alone is the whole
  const whole = verdicts.length;
  const shown = groups.filter(({ group, n }) => n > 0 && (n < whole || group === "all"));
  const rows = shown.map(({ group, right, n }) => {
    const { mean, ci95: [low, high] } = proportion(right, n);
    return [
      group,
      String(right),
      String(n),
      formatPercent(mean),
      `${formatPercent(low)} to ${formatPercent(high)}`,
    ];
  });
  const right = (title: string): { title: string; align: "right" } => ({ title, align: "right" });
  print(markdownTable(
    [{ title: mode }, right("right"), right("n"), right("accuracy"), right("95 % interval")],
    rows,
  ));
  print(countTable("status", statuses));
  if (errorClasses.length > 0) print(countTable("class of the officially wrong", errorClasses));
  if (disagreements.length > 0) {
    print(`official and assignment differ on ${disagreements.length}:`);
    for (const { id, official } of disagreements) {
      print(
        `  ${printable(id)}: ${
          official ? "right only officially" : "right only by the assignment"
        }`,
      );
    }
  }
  print(databaseLine(result, words.suite));
  for (const line of remarkLines(result)) print(line);
  print(`verdicts: ${out}`);
  for (const line of unjudgedLines(result)) words.progress.note(line);
  noteCommonFailure(result, words);
}

function databaseLine({ databaseFiles }: JudgedPredictions, suite: Suite): string {
  const databases = formatCounted(databaseFiles.size, "database");
  const files = [...databaseFiles.values()].reduce((sum, paths) => sum + paths.length, 0);
  if (files === databaseFiles.size) return `run on ${databases}, one file each`;
  return `run on ${databases}, ${files} files in all; a match is one on every file (--suite ${suite})`;
}

/**
 * Refuses predictions of which none can be judged.
 *
 * @throws {UsageError} With the first one's reason.
 */
export function refuseNoVerdict(command: string, { verdicts, unjudged }: JudgedPredictions): void {
  const [first] = unjudged;
  if (verdicts.length > 0 || first === undefined) return;
  const { status, message, dbId } = first;
  throw new UsageError(
    `${command}: no example has a verdict: ${status} ("${printable(dbId)}"): ${printable(message)}`,
  );
}

/** What is incomplete in predictions, a line each: those that are not there, empty, cut or left out. */
export function remarkLines({ rows }: JudgedPredictions): readonly string[] {
  const said: readonly (readonly [Remark, (n: string) => string])[] = [
    ["no_prediction", (n) => `${n} without a prediction, counted as wrong`],
    ["no_answer", (n) => `${n} with an empty answer, counted as wrong`],
    [
      "cut_in_reasoning",
      (n) => `${n} with a completion that was cut inside its reasoning, counted as wrong`,
    ],
    [
      "text_after_tab",
      (n) =>
        `${n} with text after a tab that names no database: left out, as in the official script`,
    ],
  ];
  return said.flatMap(([remark, words]) => {
    const ids = rows.filter((row) => row.remark === remark).map(({ id }) => id);
    return ids.length === 0
      ? []
      : [`${words(formatCounted(ids.length, "example"))}: ${listed(ids)}`];
  });
}

/** Which examples have no verdict and why, a line a reason. */
export function unjudgedLines(
  { missingDatabases, unjudged, goldFailures }: JudgedPredictions,
): string[] {
  const missing = missingDatabases.map(({ dbId, examples }) => {
    const row = unjudged.find((one) => one.dbId === dbId)!;
    return `no verdict on ${formatCounted(examples, "example")}: the database ${
      printable(dbId)
    } is missing: ${printable(row.message)}`;
  });
  const bad = Map.groupBy(
    unjudged.filter(({ status }) => status === "bad_database"),
    ({ dbId }) => dbId,
  );
  const unread = [...bad].map(([dbId, rows]) =>
    `no verdict on ${formatCounted(rows.length, "example")}: the database ${
      printable(dbId)
    } cannot be read: ` +
    printable(rows[0]!.message)
  );
  const [first] = unjudged.filter(({ status }) => status === "gold_failed");
  const ids = goldFailures.map(({ exampleId }) => exampleId);
  const failed = ids.length === 0 ? [] : [
    `${formatCounted(ids.length, "gold")} failed, no verdict on ${listed(ids)} (${
      printable(first!.id)
    }: ` +
    `${printable(first!.message)})`,
  ];
  return [...missing, ...unread, ...failed];
}

function noteCommonFailure({ verdicts }: JudgedPredictions, { progress }: Words): void {
  const failure = commonFailure(verdicts);
  if (failure === undefined) return;
  const { status, message, n } = failure;
  const isCut = verdicts.every(({ remark, status }) =>
    remark === "cut_in_reasoning" || status === "no_prediction"
  );
  const why = isCut
    ? "more tokens, or a prompt without reasoning?"
    : WHY[status] ?? "is a limit too low?";
  progress.note(
    `hint: all ${n} predictions are ${status}, most often "${printable(message)}": ${why}`,
  );
}

function listed(ids: readonly string[]): string {
  return firstOf(ids.map(printable), MAX_NAMED);
}

function countTable(title: string, counts: readonly (readonly [string, number])[]): string {
  return markdownTable(
    [{ title }, { title: "n", align: "right" }],
    counts.map(([name, n]) => [name, String(n)]),
  );
}
