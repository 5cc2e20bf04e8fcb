import { pcg32 } from "../../../stats/mod.ts";
import {
  type BrowserChange,
  type BrowserChoices,
  type BrowserData,
  type BrowserSql,
} from "../browser_data.ts";

/** How large made-up data are. */
export interface MadeUpSize {
  readonly questions: number;
  readonly choices: number;
  readonly variants: number;
}

const HARDNESS = ["easy", "medium", "hard", "extra"];
const CLASSES = ["schema_linking", "join", "value", "projection", "grouping"];
const CATEGORIES = ["STEM", "Humanities", "Social sciences", "Other"];

/** Words of 2 to 11 letters: enough of them that texts do not deflate to nothing. */
const WORDS = Array.from({ length: 4_000 }, (_, i) => {
  const random = pcg32(i + 1);
  const letters = "etaoinshrdlucmfwypvbgk";
  return Array.from(
    { length: 2 + Math.floor(random() * 10) },
    () => letters[Math.floor(letters.length * random() ** 2)],
  ).join("");
});

type Random = () => number;

/**
 * For tests: a study of any size with texts, predictions, results and log-probabilities as long as
 * real ones; the same every time. Three of four predictions of a question are shared by variants.
 */
export function madeUpData({ questions, choices, variants }: MadeUpSize): BrowserData {
  const random = pcg32(7);
  const names = Array.from({ length: variants }, (_, at) => at === 0 ? "base" : `variant-${at}`);
  return {
    name: "made-up",
    label: "test",
    model: "none",
    facts: ["made up"],
    notes: [],
    variants: names.map((name, at) => at === 1 ? { name, note: "recommended" } : { name }),
    first: { from: "base", to: "variant-1" },
    sql: madeUpSql(questions, variants, random),
    choices: madeUpChoices(choices, variants, random),
    changes: madeUpChanges(names),
  };
}

function words(count: number, random: Random): string {
  return Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
}

function madeUpSql(count: number, variants: number, random: Random): BrowserSql {
  const results: BrowserSql["results"][number][] = [];
  const outcomes: BrowserSql["outcomes"][number][] = [];
  const answers = Array.from({ length: variants }, (_, variant) => ({
    variant,
    prompt: 0,
    outcomes: new Uint32Array(count),
  }));
  const statement = (): string =>
    `SELECT ${words(2, random)} FROM ${words(1, random)} WHERE ${words(1, random)} = '${
      words(2, random)
    }' ORDER BY ${words(1, random)}`;
  const result = (): number =>
    results.push({
      rowCount: 3,
      columnCount: 2,
      cells: Array.from(
        { length: 3 },
        () => [words(1, random), String(Math.floor(random() * 1e4))],
      ),
      marks: [1, 0, 3],
      extra: 2,
      missing: 2,
    }) - 1;
  const questions = Array.from({ length: count }, (_, at) => {
    const own = Array.from(
      { length: Math.ceil(variants / 4) },
      (_, i) => {
        const right = i === 0;
        return outcomes.push({
          sql: statement(),
          status: right ? "match" : i % 3 === 1 ? "mismatch" : "sql_error",
          readings: [right, right, right],
          ...(right ? {} : {
            errorClass: CLASSES[(at + i) % CLASSES.length]!,
            message: i % 3 === 1 ? "1 row, the gold has 3" : `no such column: ${words(1, random)}`,
          }),
          ...(i % 3 === 1 ? { result: result() } : {}),
        }) - 1;
      },
    );
    for (const { outcomes } of answers) {
      outcomes[at] = random() < 0.5 ? own[0]! : own[Math.floor(random() * own.length)]!;
    }
    return {
      id: `dev-${at}`,
      dbId: `database_${at % 20}`,
      hardness: HARDNESS[at % HARDNESS.length]!,
      question: `${words(12, random)}?`,
      gold: statement(),
      result: result(),
    };
  });
  return {
    prompts: ["3-shot"],
    questions,
    schemas: Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`database_${at}`, words(60, random)]),
    ),
    outcomes,
    answers,
    results,
  };
}

function madeUpChoices(count: number, variants: number, random: Random): BrowserChoices {
  const questions = Array.from({ length: count }, (_, at) => ({
    id: `subject_${at % 57}-${Math.floor(at / 57)}`,
    subject: `subject_${at % 57}`,
    category: CATEGORIES[at % 57 % CATEGORIES.length]!,
    question: words(32, random),
    choices: Array.from({ length: 4 }, () => words(6, random)),
    answer: Math.floor(random() * 4),
  }));
  const answers = Array.from({ length: variants }, (_, variant) => {
    const chosen = new Uint8Array(count);
    const logProbs = new Int16Array(4 * count);
    questions.forEach(({ answer }, at) => {
      chosen[at] = random() < 0.6 ? answer : Math.floor(random() * 4);
      for (let option = 0; option < 4; option++) {
        const likely = option === chosen[at] ? 0 : 60 + 500 * random();
        logProbs[4 * at + option] = -Math.round(likely + 100 * random());
      }
    });
    return { variant, chosen, logProbs };
  });
  return { title: "MMLU", questions, answers };
}

function madeUpChanges(names: readonly string[]): BrowserChange[] {
  return names.flatMap((from) =>
    names.flatMap((to) =>
      from === to ? [] : (["sql", "mmlu"] as const).map((gauge) => ({
        from,
        to,
        gauge,
        prompt: 0,
        sentence: `+${to.length}.0 points [+1.0, +${from.length}.0]: a gain (unadjusted)`,
        byExamples: "[+1.0, +9.0]",
        byClusters: "[+2.0, +8.0]",
        midP: "= 0.010",
      }))
    )
  );
}
