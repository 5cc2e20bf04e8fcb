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
import { applyDataRoot, type StudyConfig, withFetchedData } from "../lib/runs/mod.ts";
import { ensureSample } from "../lib/setup/mod.ts";
import { READINGS } from "../lib/sql/mod.ts";
import { findStudy, openExport, openSqlInputs } from "../lib/study/mod.ts";

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
 * @throws {UsageError} If there is no such study, it has no summary or no such answers, or the data
 * are not there or are others.
 */
export async function studyAnswers(study: string): Promise<StudyAnswer[]> {
  const { folder } = findStudy(study);
  const { summary, variants } = openExport(folder, { tolerances: { mmlu: 1, prose: 1 } });
  if (!summary) {
    throw new UsageError(
      `Cannot read the answers of "${study}": no summary.json says of what data`,
    );
  }
  const config = configHere(summary.config);
  await ensureSample(config, SILENT);
  const { asked, spider } = await openSqlInputs(config).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}; or set LAB_DATA_ROOT to the folder with spider/ in it`);
  });
  const examples = new Map(asked.map((example) => [example.id, example]));
  const answers = variants.flatMap(({ name, rows }) =>
    rows.filter((row) => typeof row.official === "boolean").map((row) => {
      const { id, dbId, shots } = row;
      const example = examples.get(String(id));
      if (example === undefined || example.dbId !== dbId) {
        throw new UsageError(
          `Cannot read the answers of "${study}": "${id}" was asked on database "${dbId}", and ` +
            `"${config.spider.path}" has no such question`,
        );
      }
      return {
        variant: name,
        shots: typeof shots === "number" ? shots : null,
        id: example.id,
        question: example.question,
        gold: example.query,
        dbPath: spider.databasePath(example.dbId),
        statement: String(row.sql ?? ""),
        timeoutMs: config.spider.timeoutMs,
        recorded: Object.fromEntries(["status", ...READINGS].map((key) => [key, row[key]])),
      };
    })
  );
  if (answers.length > 0) return answers;
  throw new UsageError(`Cannot read the answers of "${study}": it asked no text-to-SQL`);
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
    await Deno.stdout.write(encoder.encode(lines.join("")));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    Deno.stderr.writeSync(encoder.encode(`error: ${error.message}\n`));
    Deno.exit(2);
  }
}
