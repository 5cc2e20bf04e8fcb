import pl from "nodejs-polars";
import { type ChangeRow } from "../../report/mod.ts";
import { natsPerToken } from "../../prose/mod.ts";
import { byReading, type Reading } from "../../sql/mod.ts";
import { letterName } from "../../stats/mod.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import type { AnswerRow } from "../measures/measure.ts";
import type { StoredAnswers } from "../results/read_answers.ts";
import type { ExportedStudy } from "./open_export.ts";

/** The tables that a study is exported as, one a file. */
export type TableName = "verdicts" | "letters" | "prose" | "changes";

/** The two forms of a table. */
export type TableFormat = "csv" | "parquet";

type Cell = string | number | boolean | null | readonly number[];

/** One column: its type, and its value in a row; `null` where there is none. */
interface TableColumn<Row> {
  readonly type: pl.DataType;
  readonly value: (row: Row) => Cell;
}

type Columns<Row> = Readonly<Record<string, TableColumn<Row>>>;

/** What a model writes in place of a letter. */
const NO_LETTER = "none";

/** So many decimals are kept of a log-probability: more is an accident of its storage. */
const DECIMALS = 4;

/**
 * The tables of a study as files' bytes by file name, such as `verdicts.csv`: every verdict, letter
 * and scored passage, one row an example and variant, and every change against the base model. A
 * table without a row is left out.
 *
 * A value that is not there is empty in CSV and null in Parquet; an empty text is `""` in CSV. Texts
 * are as the model wrote them. Log-probabilities of letters are a list in Parquet, and columns
 * `logProbA`, `logProbB` and so on in CSV.
 */
export function tableFiles(
  study: ExportedStudy,
  format: TableFormat,
): Readonly<Record<string, Uint8Array>> {
  const { variants, changes } = study;
  const passages = variants.flatMap(({ name, prose }) => prose.map((score) => ({ name, score })));
  const letters = variants.flatMap(({ name, letters }) =>
    letters.map((answer) => ({ name, answer }))
  );
  const tables: Readonly<Record<TableName, pl.DataFrame | undefined>> = {
    verdicts: table(variants.flatMap(verdictRows), VERDICTS),
    letters: table(letters, { ...LETTERS, ...logProbColumns(letters, format) }),
    prose: table(passages, PASSAGES),
    changes: table(changes, CHANGES),
  };
  return Object.fromEntries(
    Object.entries(tables).flatMap(([name, frame]) =>
      frame === undefined ? [] : [[`${name}.${format}`, bytesOf(frame, format)]]
    ),
  );
}

function table<Row>(rows: readonly Row[], columns: Columns<Row>): pl.DataFrame | undefined {
  if (rows.length === 0) return undefined;
  return pl.DataFrame(
    Object.entries(columns).map(([name, { type, value }]) =>
      pl.Series(name, rows.map(value), type)
    ),
  );
}

function bytesOf(frame: pl.DataFrame, format: TableFormat): Uint8Array {
  const bytes = format === "csv"
    ? frame.writeCSV({ includeHeader: true })
    : frame.writeParquet({ compression: "zstd" });
  return new Uint8Array(bytes);
}

/** The rows of verdicts, those of other numbers of shown examples too; an unjudged example has none. */
function verdictRows({ name, rows }: StoredAnswers): AnswerRow[] {
  return rows.filter((row) => typeof row.official === "boolean").map((row) => ({
    ...row,
    variant: name,
  }));
}

/** Makes the columns of one type. */
const column =
  <Value extends Cell>(type: pl.DataType) =>
  <Row>(value: (row: Row) => Value | null): TableColumn<Row> => ({ type, value });
const text = column<string>(pl.Utf8);
// a series of 32-bit integers takes null for 0
const whole = column<number>(pl.Int64);
const decimal = column<number>(pl.Float64);
const flag = column<boolean>(pl.Bool);
const numbers = column<readonly number[]>(pl.List(pl.Float64));

function stored(key: string): TableColumn<AnswerRow> {
  return text((row) => row[key] === undefined || row[key] === null ? null : String(row[key]));
}

const VERDICTS: Columns<AnswerRow> = {
  variant: stored("variant"),
  shots: whole(({ shots }) => typeof shots === "number" ? shots : null),
  id: stored("id"),
  dbId: stored("dbId"),
  hardness: stored("hardness"),
  status: stored("status"),
  ...byReading((reading: Reading) => flag((row: AnswerRow) => row[reading] === true)),
  errorClass: stored("errorClass"),
  finishReason: stored("finishReason"),
  cutInReasoning: flag(({ cutInReasoning }) => cutInReasoning === true),
  message: stored("message"),
  sql: stored("sql"),
};

interface LetterRow {
  readonly name: string;
  readonly answer: MmluAnswer;
}

const LETTERS: Columns<LetterRow> = {
  variant: text(({ name }) => name),
  id: text(({ answer }) => answer.id),
  subject: text(({ answer }) => answer.subject),
  category: text(({ answer }) => answer.category),
  // a wrong answer of a file without the right letters is of no known letter
  answer: text(({ answer: { answer } }) => answer < 0 ? null : letterName(answer)),
  chosen: text(({ answer }) => letterName(answer.chosen)),
  correct: flag(({ answer }) => answer.correct),
  written: text(({ answer: { written } }) =>
    written === undefined ? null : written === null ? NO_LETTER : letterName(written)
  ),
};

function logProbColumns(rows: readonly LetterRow[], format: TableFormat): Columns<LetterRow> {
  // a sweep has more rows than a call takes arguments
  const most = rows.reduce((most, { answer }) => Math.max(most, answer.logProbs.length), 0);
  const at = (row: LetterRow, index: number): number | null => {
    const value = row.answer.logProbs[index];
    return value === undefined ? null : roundedLogProb(value);
  };
  if (most === 0) return {};
  if (format === "parquet") {
    return {
      logProbs: numbers(({ answer }) =>
        answer.logProbs.length === 0 ? null : answer.logProbs.map(roundedLogProb)
      ),
    };
  }
  return Object.fromEntries(
    Array.from({ length: most }, (_, i) => [
      `logProb${letterName(i)}`,
      decimal((row: LetterRow) => at(row, i)),
    ]),
  );
}

/** A log-probability as it is exported. */
export function roundedLogProb(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

interface PassageRow {
  readonly name: string;
  readonly score: StoredAnswers["prose"][number];
}

const PASSAGES: Columns<PassageRow> = {
  variant: text(({ name }) => name),
  id: text(({ score }) => score.id),
  kind: text(({ score }) => score.kind),
  topic: text(({ score }) => score.topic),
  tokens: whole(({ score }) => score.tokens),
  nats: decimal(({ score }) => score.nats),
  natsPerToken: decimal(({ score }) => natsPerToken(score)),
};

const CHANGES: Columns<ChangeRow> = {
  variant: text(({ variant }) => variant),
  measure: text(({ measure }) => measure),
  group: text(({ group }) => group),
  n: whole(({ evidence }) => evidence.n),
  clusters: whole(({ evidence }) => evidence.clustered?.clusters ?? null),
  gained: whole(({ evidence }) => evidence.kind === "score" ? evidence.gained : null),
  lost: whole(({ evidence }) => evidence.kind === "score" ? evidence.lost : null),
  difference: decimal(({ verdict }) => verdict.difference),
  low: decimal(({ verdict }) => verdict.ci95?.[0] ?? null),
  high: decimal(({ verdict }) => verdict.ci95?.[1] ?? null),
  lowByExamples: decimal(({ verdict }) => verdict.plainCi95?.[0] ?? null),
  highByExamples: decimal(({ verdict }) => verdict.plainCi95?.[1] ?? null),
  lowByClusters: decimal(({ verdict }) => verdict.clusteredCi95?.[0] ?? null),
  highByClusters: decimal(({ verdict }) => verdict.clusteredCi95?.[1] ?? null),
  pValue: decimal(({ verdict }) => verdict.pValue),
  midP: decimal(({ midP }) => midP ?? null),
  adjustedP: decimal(({ adjusted }) => adjusted?.p ?? null),
  delta: decimal(({ delta }) => delta ?? null),
  lossExcluded: flag(({ delta, verdict }) => delta === undefined ? null : verdict.lossExcluded),
  outcome: text(({ outcome }) => outcome),
};
