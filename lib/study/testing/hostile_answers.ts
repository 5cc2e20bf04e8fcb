import type { AnswerRow } from "../measures/measure.ts";

/** Texts that break a format which does not expect them. */
export const HOSTILE = [
  'SELECT "a,b" FROM t -- \u001b[31m\r\n=cmd|"/c calc"!A1',
  "]]></failure><script>alert(1)</script>&amp;\u0000\ufffe",
  "--- # : {x} \u2028 \ud800 |\n  - no",
  "=1+1",
  "",
] as const;

/** The name of a variant that is a path, markup and a line break. */
export const HOSTILE_NAME = '../../qv": <b>\n&lora';

/**
 * Writes a folder of answers of a base model and one variant with such names and texts: as many
 * verdicts and letters as there are texts, of two databases and two subjects.
 *
 * @returns The rows that were written.
 */
export function writeHostileAnswers(folder: string): AnswerRow[] {
  const variants = ["base", HOSTILE_NAME];
  const verdicts = variants.flatMap((variant, own) =>
    HOSTILE.map((text, at) => ({
      variant,
      id: `dev-${at}`,
      dbId: at % 2 === 0 ? "one" : "two <&>",
      hardness: "easy",
      status: (at + own) % 2 === 0 ? "match" : "sql_error",
      official: (at + own) % 2 === 0,
      assignment: (at + own) % 2 === 0,
      strict: (at + own) % 2 === 0,
      ...((at + own) % 2 === 0 ? {} : { errorClass: "syntax", message: text || "nothing" }),
      finishReason: "stop",
      sql: text,
    }))
  );
  const letters = variants.flatMap((variant, own) =>
    HOSTILE.map((_, at) => ({
      variant,
      id: `item-${at}`,
      subject: at % 2 === 0 ? "first" : 'second "&"',
      category: "all",
      answer: 1,
      chosen: own === 0 ? 1 : at % 2,
      correct: own === 0 || at % 2 === 1,
      logProbs: own === 0 || at % 2 === 1 ? [-2.12346, -0.25] : [-0.25, -2.12346],
      ...(at === 0 ? { written: null } : at === 1 ? { written: 0 } : {}),
    }))
  );
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, rows] of [["verdicts", verdicts], ["letters", letters]] as const) {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    Deno.writeTextFileSync(`${folder}/${name}.jsonl`, lines);
  }
  return [...verdicts, ...letters];
}
