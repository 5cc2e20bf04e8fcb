import { type BrowserData, NO_OUTCOME, NOT_ASKED } from "../browser_data.ts";

/** Text that would do something if it were taken for markup: it sets `globalThis.harmed`. */
export const HOSTILE =
  '</script><img src=x onerror="globalThis.harmed = true"><script>globalThis.harmed = true</script>';

/**
 * For tests: three variants on five text-to-SQL questions of two databases, one of each kind of flip
 * from "base" to "tuned" and one that "tuned" has no verdict on, and three multiple-choice
 * questions. The last question of each is {@linkcode HOSTILE}.
 */
export function smallData(): BrowserData {
  const right = { status: "match", readings: [true, true, true] };
  const wrong = { readings: [false, false, false] };
  return {
    name: "small",
    model: "tiny",
    facts: ["five questions"],
    notes: ["nothing is cut"],
    variants: [{ name: "base" }, { name: "tuned", note: "recommended", group: "qv" }, {
      name: "other",
      group: "qv",
    }],
    first: { from: "base", to: "tuned" },
    sql: {
      prompts: ["3-shot", "0-shot"],
      questions: [
        question("dev-0", "farm", "How many cows?", "SELECT count(*) FROM cow", 0),
        question("dev-1", "farm", "Names of cows?", "SELECT name FROM cow", 1),
        question("dev-2", "music", "All titles?", "SELECT title FROM song"),
        question("dev-3", "music", "Oldest song?", "SELECT title FROM song ORDER BY year LIMIT 1"),
        question("dev-4", "music", HOSTILE, `SELECT '${HOSTILE}'`, 3),
      ],
      unscored: { asked: 6, why: "1 on database lost, which has no file", ids: ["dev-77"] },
      schemas: { farm: "cow(name)", music: `song(title, year)\n${HOSTILE}` },
      outcomes: [
        { sql: "SELECT count(*) FROM cow", ...right },
        {
          sql: "SELECT count(*) FROM cows",
          status: "sql_error",
          ...wrong,
          errorClass: "schema_linking",
          message: "no such table: cows",
        },
        { sql: "SELECT name FROM cow", ...right },
        {
          sql: "SELECT nick FROM cow",
          status: "mismatch",
          ...wrong,
          errorClass: "projection",
          result: 2,
        },
        { sql: "SELECT title FROM song", ...right },
        { sql: "", status: "no_sql", ...wrong, cut: "reasoning" },
        {
          sql: `SELECT '${HOSTILE}' FROM x`,
          status: "mismatch",
          ...wrong,
          errorClass: "value",
          message: HOSTILE,
          result: 4,
        },
        { sql: "SELECT 1", status: "mismatch", ...wrong, errorClass: "join" },
      ],
      answers: [
        { variant: 0, prompt: 0, outcomes: Uint32Array.of(1, 2, 4, 5, 7) },
        { variant: 1, prompt: 0, outcomes: Uint32Array.of(0, 3, 4, 5, 6) },
        { variant: 2, prompt: 0, outcomes: Uint32Array.of(0, 2, 4, NO_OUTCOME, 7) },
        { variant: 0, prompt: 1, outcomes: Uint32Array.of(0, 2, 4, 5, 7) },
        { variant: 1, prompt: 1, outcomes: Uint32Array.of(0, 2, 4, 5, 7) },
      ],
      results: [
        { rowCount: 1, columnCount: 1, names: ["count(*)"], cells: [["3"]] },
        { rowCount: 2, columnCount: 1, names: ["name"], cells: [["Berta"], [null]] },
        {
          rowCount: 12,
          columnCount: 1,
          names: ["nick"],
          cells: [["Berta"], ["Bee"]],
          places: [1, 12],
          marks: [0, 1],
          extra: 11,
          missing: 1,
        },
        { rowCount: 1, columnCount: 1, names: [`'${HOSTILE}'`], cells: [[HOSTILE]] },
        { rowCount: 1, columnCount: 1, cells: [[`${HOSTILE}!`]], marks: [1], extra: 1, missing: 1 },
      ],
    },
    choices: {
      title: "MMLU",
      questions: [
        choice("astronomy-0", "astronomy", "Which planet?", 0),
        choice("astronomy-1", "astronomy", "Which star?", 1),
        choice("sociology-0", "sociology", HOSTILE, 2),
      ],
      answers: [
        {
          variant: 0,
          chosen: Uint8Array.of(0, 2, 1),
          written: Uint8Array.of(0, NOT_ASKED, 1),
          logProbs: Int16Array.of(-50, -150, -300, -400, -1, -2, -3, -4, -1, -2, -3, -4),
        },
        { variant: 1, chosen: Uint8Array.of(3, 1, 1) },
      ],
    },
    changes: [
      {
        from: "base",
        to: "tuned",
        gauge: "sql",
        prompt: 0,
        sentence: "0.0 points: no difference shown; between −70.0 and +70.0 points",
        byExamples: "[−70.0, +70.0]",
        byClusters: "[−60.0, +60.0]",
        midP: "= 1.000",
        groups: { easy: "0.0 points: no difference shown of the easy ones" },
      },
      {
        from: "base",
        to: "tuned",
        gauge: "mmlu",
        prompt: 0,
        sentence: "0.0 points: no difference of letters shown",
        more: ["The rest comes from choosing letters otherwise."],
      },
    ],
  };
}

function question(
  id: string,
  dbId: string,
  text: string,
  gold: string,
  result?: number,
): NonNullable<BrowserData["sql"]>["questions"][number] {
  const hardness = id === "dev-3" ? "hard" : "easy";
  return {
    id,
    dbId,
    hardness,
    question: text,
    gold,
    ...(result === undefined ? {} : { result }),
  };
}

function choice(
  id: string,
  subject: string,
  question: string,
  answer: number,
): NonNullable<BrowserData["choices"]>["questions"][number] {
  const category = subject === "astronomy" ? "STEM" : "Social sciences";
  return { id, subject, category, question, choices: ["one", "two", "three", HOSTILE], answer };
}
