import {
  checkOutputFile,
  checkOutputIsNoInput,
  readListText,
  UsageError,
  writeAtomic,
} from "../../../ground/mod.ts";
import { openStore } from "../../../runs/mod.ts";
import {
  EXAMPLE_FORMS,
  type JudgeAllOptions,
  type JudgedPredictions,
  judgePredictions,
  type JudgePredictionsRequest,
  KEPT_VERDICTS,
  PREDICTION_FORMS,
  readGoldExamples,
  READINGS,
  readPredictions,
  type Suite,
} from "../../../sql/mod.ts";
import { formatCounted } from "../../../report/light.ts";
import {
  type CommandContext,
  type FlagValues,
  neededTexts,
  number,
  oneOf,
  text,
} from "../../command.ts";
import { DEFAULT_TIMEOUT_SECONDS, SUITES } from "../../judge_flags.ts";
import { outputFile } from "../../output_file.ts";
import { reportVerdicts } from "./judge_report.ts";

/** The work of `judge`. */
export async function runJudge(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const mode = oneOf("judge", flags, { flag: "mode", names: READINGS });
  const request = requestOf(flags);
  const out = outputFile(
    text(flags, "out") ?? "results/scratch/verdicts.jsonl",
    "verdicts.jsonl",
  );
  const timeoutMs = Math.ceil((number(flags, "timeout") ?? DEFAULT_TIMEOUT_SECONDS) * 1_000);
  const workers = number(flags, "workers");
  if (!(timeoutMs >= 1)) throw new UsageError("judge: --timeout must be above 0");
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 1)) {
    throw new UsageError(`judge: --workers must be a whole number above 0: ${workers}`);
  }
  checkOutputFile(out);
  const read = ["predictions", "examples", "databases"].map((name) => text(flags, name)!);
  checkOutputIsNoInput(out, read);
  progress.step(`Judging ${formatCounted(request.predictions.length, "prediction")}`);
  const kept = { path: `${out}.partial`, onDropped: (note: string) => progress.note(note) };
  const result = await judgeResumably(request, kept, {
    timeoutMs,
    ...(workers === undefined ? {} : { workers }),
    signal,
    onProgress: (done: number, total: number) => {
      signal.throwIfAborted();
      progress.update(done, total, "verdicts");
    },
  });
  writeAtomic(out, result.rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  Deno.removeSync(kept.path);
  reportVerdicts(result, { mode, suite: request.suite, out, print, progress });
}

type Request = JudgePredictionsRequest & { readonly suite: Suite };

function requestOf(flags: FlagValues): Request {
  const [predictionFile, exampleFile, databases] = neededTexts(
    "judge",
    flags,
    ["predictions", "examples", "databases"],
  );
  const suite = oneOf("judge", flags, { flag: "suite", names: SUITES });
  const variant = text(flags, "variant");
  const predictions = readPredictions(
    readListText(predictionFile, PREDICTION_FORMS),
    predictionFile,
    variant === undefined ? {} : { variant },
  );
  const examples = readGoldExamples(readListText(exampleFile, EXAMPLE_FORMS), exampleFile);
  const limit = number(flags, "limit");
  if (limit === undefined) return { predictions, examples, databases, suite };
  if (!(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new UsageError(`judge: --limit must be a whole number above 0: ${limit}`);
  }
  return { predictions, examples, databases, suite, limit };
}

/** Verdicts are kept as they come, so that a run that was killed goes on where it was. */
async function judgeResumably(
  request: Request,
  { path, onDropped }: { readonly path: string; readonly onDropped: (note: string) => void },
  options: JudgeAllOptions,
): Promise<JudgedPredictions> {
  using store = openStore(path, { schema: KEPT_VERDICTS.line, onDropped });
  return await judgePredictions(request, { ...options, store });
}
