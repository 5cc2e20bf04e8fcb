import type { FailureKind } from "../../examples/pick_failures.ts";
import type { ExampleRow } from "../../rows/example_types.ts";
import { dataKinds, type PaperContext } from "../paper_inputs.ts";
import { nameIn, type PaperWords } from "../paper_words.ts";
import type { TemplateValue, TemplateValues } from "../template.ts";
import { foldWords, typstString } from "../typst_text.ts";

/** Texts of data and of models are quoted up to so many characters. */
const LONGEST_QUESTION = 160;
const LONGEST_STATEMENT = 300;
/** Ids and names of databases are quoted up to so many characters. */
const LONGEST_NAME = 80;

/** So many of the widest letters have room in a line of a question, and in one of a statement. */
const LINE_OF_WORDS = 30;
export const LINE_OF_CODE = 56;

const KINDS = {
  repaired: "repaired",
  broken: "broken",
  wrong: "still wrong",
} as const satisfies Record<string, FailureKind>;

/** The drawn questions by what became of them, each as one quotation with its source. */
export function exampleValues(context: PaperContext): TemplateValues {
  const { inputs, words } = context;
  const kind = dataKinds(inputs.summary).spider;
  return {
    seed: inputs.summary.config.seed,
    source: kind,
    ...Object.fromEntries(
      Object.entries(KINDS).map(([key, name]) => {
        const { of, rows } = inputs.failures[name];
        return [key, {
          of,
          shown: rows.length,
          list: rows.map((row): TemplateValue => ({
            typst: quotation(words, row, name),
            plain: row.question,
          })),
        }];
      }),
    ),
  };
}

/** The call of a quotation: the question with its id, and the statements that are worth the room. */
function quotation(words: PaperWords, row: ExampleRow, kind: FailureKind): string {
  const { answer } = words;
  const [base, tuned] = row.answers;
  const of = (name: string, text: string, outcome = "", wrote?: string): string => {
    const nothing = wrote === undefined ? answer.nothing : short(`${answer.without} ${wrote}`, "");
    return `(${typstString(name)}, ${typstString(foldWords(short(text, nothing), LINE_OF_CODE))}, ${
      typstString(outcome)
    })`;
  };
  const cameTo = (one: NonNullable<typeof base>): string =>
    one.status === "match" ? answer.right : nameIn(words, one.errorClass ?? one.status);
  const answers = [
    of(answer.gold, row.gold),
    // a right answer is worth a line only where it is written otherwise than the gold
    ...[[answer.base, base] as const, [answer.variant, tuned] as const].flatMap(([name, one]) =>
      one === undefined ||
        (kind !== "still wrong" && one.status === "match" && same(one.text, row.gold))
        ? []
        : [of(name, one.text, cameTo(one), one.wrote)]
    ),
  ];
  const [id, database] = [row.id, row.dbId].map((name) => cut(name, LONGEST_NAME));
  const source = `(${id}, ${database}, ${nameIn(words, row.hardness)})`;
  const prose = (text: string): string => typstString(foldWords(text, LINE_OF_WORDS));
  return `#quoted(${prose(cut(row.question, LONGEST_QUESTION))}, ${prose(source)}, ${
    answers.join(", ")
  })`;
}

/** Whether two statements differ in their spacing and case alone. */
function same(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text.toLowerCase().replaceAll(/\s*([(),;=<>])\s*/g, "$1").replaceAll(/\s+/g, " ")
      .replace(/;$/, "").trim();
  return plain(a) === plain(b);
}

function short(statement: string, nothing: string): string {
  const line = statement.replaceAll(/\s+/g, " ").trim();
  return line === "" ? nothing : cut(line, LONGEST_STATEMENT);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
