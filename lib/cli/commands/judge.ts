import { formatPercent, markdownTable } from "../../report/mod.ts";
import {
  contentKey,
  type Keyed,
  openStore,
  readTextFile,
  UsageError,
  writeAtomic,
} from "../../runs/mod.ts";
import {
  type JudgedPrediction,
  type JudgedPredictions,
  judgePredictions,
  type PredictionPair,
  readGoldExamples,
  type Reading,
  readPredictions,
  summarizeVerdicts,
} from "../../sql/mod.ts";
import { proportion } from "../../stats/mod.ts";
import { type Command, type CommandContext, type FlagValues, number, text } from "../command.ts";

const READINGS: readonly Reading[] = ["official", "assignment", "strict"];
const DEFAULT_TIMEOUT_SECONDS = 30;

/** `judge`: verdicts on a file of predictions, without any model. */
export const JUDGE: Command = {
  name: "judge",
  summary: "execution accuracy of a file of predicted SQL, without a model",
  description:
    "FILE has one statement a line, or JSON lines with sql (as it is) or completion (the statement\n" +
    "is extracted), and id or index where they do not follow the order of the examples. All three\n" +
    "readings are judged: official as Spider's own script, assignment with rows in any order, strict\n" +
    "with DISTINCT and the column order kept.",
  flags: {
    predictions: { type: "text", value: "FILE", help: "the predicted statements" },
    examples: { type: "text", value: "FILE", help: "dev.json, or a list of gold and database" },
    databases: { type: "text", value: "DIR", help: "folder with DB/DB.sqlite" },
    mode: { type: "text", value: "NAME", help: "reading of the table (default: official)" },
    out: { type: "text", value: "FILE", help: "JSON lines, one a verdict (resumed when killed)" },
    limit: { type: "number", value: "N", help: "only the first N examples" },
    timeout: { type: "number", value: "S", help: "seconds for a statement (default: 30)" },
    workers: { type: "number", value: "N", help: "statements at a time (default: the cores)" },
  },
  async run(flags, { progress, print, signal }): Promise<void> {
    const mode = readingOf(flags);
    const request = requestOf(flags);
    const out = text(flags, "out") ?? "results/scratch/verdicts.jsonl";
    const timeoutMs = Math.ceil((number(flags, "timeout") ?? DEFAULT_TIMEOUT_SECONDS) * 1_000);
    const workers = number(flags, "workers");
    if (!(timeoutMs >= 1)) throw new UsageError("judge: --timeout must be above 0");
    if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 1)) {
      throw new UsageError(`judge: --workers must be a whole number above 0: ${workers}`);
    }
    progress.step(`Judging ${request.predictions.length} predictions`);
    const result = await judgeResumably(request, `${out}.partial`, {
      timeoutMs,
      ...(workers === undefined ? {} : { workers }),
      onProgress: (done: number, total: number) => {
        signal.throwIfAborted();
        progress.update(done, total, "verdicts");
      },
    });
    writeAtomic(out, result.verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join(""));
    Deno.removeSync(`${out}.partial`);
    report(result, { mode, out, print, progress });
  },
};

type Request = Parameters<typeof judgePredictions>[0];
type Options = NonNullable<Parameters<typeof judgePredictions>[1]>;
type StoredVerdict = Keyed & { readonly verdict: JudgedPrediction };

function readingOf(flags: FlagValues): Reading {
  const mode = text(flags, "mode") ?? "official";
  const reading = READINGS.find((name) => name === mode);
  if (reading === undefined) {
    throw new UsageError(`judge: --mode must be one of ${READINGS.join(", ")}: "${mode}"`);
  }
  return reading;
}

function requestOf(flags: FlagValues): Request {
  const [predictionFile, exampleFile, databases] = ["predictions", "examples", "databases"].map(
    (name) => {
      const value = text(flags, name);
      if (value === undefined) throw new UsageError(`judge: --${name} is needed`);
      return value;
    },
  ) as [string, string, string];
  const predictions = readPredictions(readTextFile(predictionFile), predictionFile);
  const examples = readGoldExamples(readTextFile(exampleFile), exampleFile);
  const limit = number(flags, "limit");
  if (limit === undefined) return { predictions, examples, databases };
  if (!(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new UsageError(`judge: --limit must be a whole number above 0: ${limit}`);
  }
  const ordered = predictions.every(({ id }) => id === undefined);
  return {
    predictions: predictions.slice(0, limit),
    // Predictions with ids find their examples anywhere.
    examples: ordered ? examples.slice(0, limit) : examples,
    databases,
  };
}

// Verdicts are kept as they come, so that a run that was killed goes on where it was.
async function judgeResumably(
  request: Request,
  path: string,
  options: Options,
): Promise<JudgedPredictions> {
  const keyOf = ({ example, sql }: PredictionPair): string =>
    contentKey({ ...example, sql, databases: request.databases, timeoutMs: options.timeoutMs });
  const keys = new Map<string, string>();
  using store = openStore<StoredVerdict>(path, { check: (value) => value as StoredVerdict });
  return await judgePredictions(request, {
    ...options,
    known: (pair) => {
      const key = keyOf(pair);
      keys.set(pair.example.id, key);
      return store.get(key)?.verdict;
    },
    onVerdict: (verdict) => store.append([{ key: keys.get(verdict.id)!, verdict }]),
  });
}

function report(
  { verdicts, missingDatabases, goldFailures }: JudgedPredictions,
  { mode, out, print, progress }: Pick<CommandContext, "print" | "progress"> & {
    readonly mode: Reading;
    readonly out: string;
  },
): void {
  const { groups, statuses, errorClasses, disagreements } = summarizeVerdicts(verdicts, mode);
  const rows = groups.filter(({ n }) => n > 0).map(({ group, right, n }) => {
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
      print(`  ${id}: ${official ? "right only officially" : "right only by the assignment"}`);
    }
  }
  print(`verdicts: ${out}`);
  for (const { dbId, examples } of missingDatabases) {
    progress.note(`no verdict on ${examples} examples: the database ${dbId} is missing`);
  }
  if (goldFailures.length > 0) {
    const reasons = goldFailures.map(({ message }) => message).join("\n");
    throw new Error(`${goldFailures.length} golds failed and have no verdict:\n${reasons}`);
  }
}

function countTable(title: string, counts: readonly (readonly [string, number])[]): string {
  return markdownTable(
    [{ title }, { title: "n", align: "right" }],
    counts.map(([name, n]) => [name, String(n)]),
  );
}
