/**
 * What the models of a study answered in text-to-SQL, one JSON object a line on standard output: the
 * question, its gold statement and database, the statement that was judged, and the verdict that the
 * study has.
 *
 *     deno run -A custom_metrics/study_answers.ts results/recorded/sample
 *     {"variant": "base", "id": "dev-0", "question": "How many ...", "gold": "SELECT ...", ...}
 *
 * @module
 */
import { existsSync } from "node:fs";
import { fromRoot, realDataRoot, SILENT, UsageError } from "../lib/ground/mod.ts";
import { ClosedPipe, pipeWriter } from "../lib/cli/closed_pipe.ts";
import { applyDataRoot, type StudyConfig, type Summary, withFetchedData } from "../lib/runs/mod.ts";
import { ensureSample } from "../lib/setup/mod.ts";
import { READINGS } from "../lib/sql/mod.ts";
import {
  checkAskedData,
  findStudy,
  openExport,
  openSqlInputs,
  SQL_MEASURE,
  type SqlInputs,
} from "../lib/study/mod.ts";

/** One answer of a variant, with the verdict that its study has. */
export interface StudyAnswer {
  readonly variant: string;
  /** How many examples were shown, where it is not the study's own prompt. */
  readonly shots: number | null;
  readonly id: string;
  readonly question: string;
  readonly gold: string;
  readonly dbPath: string;
  /** The statement that was judged; empty where the model wrote none. */
  readonly statement: string;
  /** How long a statement may run, in milliseconds. */
  readonly timeoutMs: number;
  /** The verdict's `status`, and whether it is right in each reading. */
  readonly recorded: Readonly<Record<string, unknown>>;
}

/**
 * Reads the answers of a finished study beside the data that it asked: where its config says, else
 * what `fetch` unpacked, else in the folder of real data.
 *
 * @param study Its folder, or its name below `results`.
 * @throws {UsageError} If there is no such study, it has no summary or no such answers, its answers
 * are not those of its summary, or a file of the data that it asked is not there or is another.
 */
export async function studyAnswers(study: string): Promise<StudyAnswer[]> {
  const { folder } = findStudy(study);
  const { summary, variants } = openExport(folder, {
    tolerances: { mmlu: 1, prose: 1 },
    action: "read the answers of",
  });
  const refused = (why: string): UsageError =>
    new UsageError(`Cannot read the answers of "${study}": ${why}`);
  if (!summary) throw refused("no summary.json says of what data");
  const judged = variants.flatMap(({ name, rows }) =>
    rows.filter((row) => typeof row.official === "boolean").map((row) => ({ variant: name, row }))
  );
  if (judged.length === 0) throw refused("it asked no text-to-SQL");
  const { asked, spider, timeoutMs } = await askedData(summary, `read the answers of "${study}"`);
  const examples = new Map(asked.map((example) => [example.id, example]));
  return judged.map(({ variant, row }) => {
    const { id, dbId, shots } = row;
    const example = examples.get(String(id));
    if (example === undefined || example.dbId !== dbId) {
      throw refused(
        `"${id}" was answered on database "${dbId}", and its data have no such question`,
      );
    }
    return {
      variant,
      shots: typeof shots === "number" ? shots : null,
      id: example.id,
      question: example.question,
      gold: example.query,
      dbPath: spider.databasePath(example.dbId),
      statement: String(row.sql ?? ""),
      timeoutMs,
      recorded: Object.fromEntries(["status", ...READINGS].map((key) => [key, row[key]])),
    };
  });
}

/** The text-to-SQL data that the study asked, by the hashes in its summary. */
async function askedData(
  { config: recorded, provenance }: Summary,
  action: string,
): Promise<SqlInputs & { readonly timeoutMs: number }> {
  const config = configHere(recorded);
  await ensureSample(config, SILENT);
  const inputs = await openSqlInputs(config).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}; or set LAB_DATA_ROOT to the folder with spider/ in it`);
  });
  checkAskedData(provenance.data, await SQL_MEASURE.hashes(inputs), {
    gauges: ["sql"],
    action,
    advice: `give the data of that time, not those of ${config.spider.path}`,
  });
  return { ...inputs, timeoutMs: config.spider.timeoutMs };
}

function configHere(config: StudyConfig): StudyConfig {
  const own = withFetchedData(config);
  const root = existsSync(fromRoot(own.spider.path)) ? undefined : realDataRoot();
  return root === undefined ? own : applyDataRoot(own, root);
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  try {
    const [study] = Deno.args;
    if (study === undefined) throw new UsageError("study_answers.ts: give the folder of a study");
    const lines = (await studyAnswers(study)).map((answer) => `${JSON.stringify(answer)}\n`);
    pipeWriter(Deno.stdout)(lines.join(""));
  } catch (error) {
    // a reader that has seen enough ends the program, as with the lab's commands
    if (error instanceof ClosedPipe) Deno.exit();
    if (!(error instanceof UsageError)) throw error;
    Deno.stderr.writeSync(encoder.encode(`error: ${error.message}\n`));
    Deno.exit(2);
  }
}
