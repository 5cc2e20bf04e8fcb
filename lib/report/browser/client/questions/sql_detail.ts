/// <reference lib="dom" />
import type { ShownResult, SqlHead } from "../../format.ts";
import { type Child, el, nameText } from "../dom.ts";
import { fenced, plainLine } from "../markdown.ts";
import { markTokens } from "../mark_tokens.ts";
import { messageText } from "../message_kind.ts";
import { NOT_KEPT, resultMarkdown, resultView } from "./result_view.ts";
import { allResults, allSchemas, type Outcome, type SqlItem } from "./sql_source.ts";

/** The names of the two variants. */
export interface PairNames {
  readonly from: string;
  readonly to: string;
}

/**
 * The parts of a text-to-SQL question's view below its heading.
 *
 * @param names The variants, and what the statements of each are marked against.
 */
export async function sqlDetail(
  item: SqlItem,
  head: SqlHead,
  names: PairNames & { readonly marks: "gold" | "other" },
): Promise<readonly Child[]> {
  const [results, schemas] = await Promise.all([allResults(), allSchemas()]);
  const answers = [[names.from, item.from, item.to], [names.to, item.to, item.from]] as const;
  const gold = item.goldResult === undefined ? undefined : results[item.goldResult];
  return [
    el("p", { class: "question" }, item.question),
    el(
      "section",
      { class: "statements", "aria-label": "Statements" },
      el(
        "div",
        { class: "statement" },
        el("h3", {}, "Gold"),
        el("pre", { tabindex: 0 }, el("code", {}, item.gold)),
      ),
      ...answers.map(([name, outcome, other]) =>
        statement(name, outcome, {
          head,
          other,
          against: names.marks === "gold" ? item.gold : other?.sql ?? "",
        })
      ),
    ),
    el(
      "h3",
      { class: "heading" },
      "Results ",
      el(
        "span",
        { class: "quiet" },
        "of the statements as written; the official verdict, and the reason above, leave DISTINCT out",
      ),
    ),
    el(
      "section",
      { class: "results", "aria-label": "Results" },
      resultView("gold", gold, { compared: false }),
      ...answers.map(([name, outcome]) =>
        outcomeResult(name, outcome, { results, compared: gold !== undefined })
      ),
    ),
    el(
      "details",
      { class: "schema" },
      el("summary", {}, `Schema of ${item.database}, as the prompt shows it`),
      el(
        "pre",
        { tabindex: 0 },
        Object.hasOwn(schemas, item.database) ? schemas[item.database]! : "not kept",
      ),
    ),
  ];
}

function statement(
  name: string,
  outcome: Outcome | undefined,
  { head, other, against }: {
    readonly head: SqlHead;
    readonly other: Outcome | undefined;
    /** The statement that this one's is marked against. */
    readonly against: string;
  },
): HTMLElement {
  if (!outcome) {
    return el(
      "div",
      { class: "statement" },
      el("h3", {}, name),
      el("p", { class: "quiet" }, "no verdict"),
    );
  }
  const right = outcome.readings[0] === true;
  return el(
    "div",
    { class: "statement" },
    el(
      "h3",
      {},
      el("span", { class: right ? "sign right" : "sign wrong" }, right ? "✓" : "✕"),
      `${name} `,
      el("span", { class: "word" }, right ? "right" : wrongText(outcome)),
    ),
    outcome.sql.trim() === "" &&
      el("p", { class: "quiet" }, `no statement in what it wrote${outcome.wrote ? ":" : ""}`),
    statementOf(outcome, against),
    outcome.message !== undefined && el("p", { class: "message" }, messageText(outcome.message)),
    outcome.errorClass !== undefined &&
      el(
        "p",
        { class: "readings" },
        `${nameText(outcome.errorClass.name)}: ${outcome.errorClass.rule}`,
      ),
    outcome.cut !== undefined &&
      el(
        "p",
        { class: "message" },
        outcome.cut === "reasoning"
          ? "The completion was cut at the token limit, inside its reasoning."
          : "The completion was cut at the token limit.",
      ),
    el(
      "p",
      { class: "readings" },
      ...head.readings.flatMap(({ name, rule }, at) => [
        el(
          "span",
          { class: "reading", title: rule },
          `${outcome.readings[at] ? "✓" : "✕"} ${name}`,
        ),
        " ",
      ]),
      other && other.sql.trim() === outcome.sql.trim() && outcome.sql.trim() !== "" &&
        el("span", { class: "quiet" }, "the same statement as the other's"),
    ),
  );
}

/** The statement, or how the completion begins where there is none in it. */
function statementOf({ sql, wrote }: Outcome, against: string): Child {
  if (sql.trim() !== "") return el("pre", { tabindex: 0 }, el("code", {}, ...marked(sql, against)));
  return wrote !== undefined && el("pre", { tabindex: 0 }, el("code", {}, wrote));
}

/** "sql error, schema linking". */
function wrongText({ status, errorClass }: Outcome): string {
  return [status, ...(errorClass === undefined ? [] : [errorClass.name])].map(nameText).join(", ");
}

function marked(text: string, against: string): Child[] {
  const parts = markTokens(text, against);
  return parts === undefined
    ? [text]
    : parts.map(({ text, differs }) => differs ? el("mark", {}, text) : text);
}

function outcomeResult(
  name: string,
  outcome: Outcome | undefined,
  { results, compared }: {
    readonly results: readonly ShownResult[];
    /** Whether the gold's result is there to be compared with. */
    readonly compared: boolean;
  },
): HTMLElement {
  if (outcome?.result !== undefined) return resultView(name, results[outcome.result], { compared });
  return el("div", { class: "result" }, el("h4", {}, name), el("p", {}, noResult(outcome)));
}

/** Why there is no table. */
function noResult(outcome: Outcome | undefined): string {
  if (!outcome) return "No verdict.";
  if (outcome.readings[0]) return "✓ The gold's result.";
  if (outcome.status === "mismatch") return NOT_KEPT;
  return `No result: ${nameText(outcome.status)}.`;
}

/** A text-to-SQL question with both answers as Markdown. */
export async function sqlMarkdown(item: SqlItem, kind: string, names: PairNames): Promise<string> {
  const results = await allResults();
  const gold = item.goldResult === undefined ? undefined : results[item.goldResult];
  const answer = (name: string, outcome: Outcome | undefined): string[] => {
    if (!outcome) return [`**${plainLine(name)}**: no verdict`];
    const word = outcome.readings[0] ? "right" : wrongText(outcome);
    const why = outcome.message === undefined ? "" : `: ${plainLine(messageText(outcome.message))}`;
    const shown = outcome.result === undefined ? undefined : results[outcome.result];
    return [
      `**${plainLine(name)}** (${word}${why})`,
      ...(outcome.sql.trim() === ""
        ? [outcome.wrote ? "(no statement in)" : "(no statement)"]
        : [fenced(outcome.sql, "sql")]),
      ...(outcome.wrote ? [fenced(outcome.wrote, "")] : []),
      ...(shown ? [resultMarkdown(shown)] : []),
    ];
  };
  return [
    `**${plainLine(item.id)}** (${plainLine(item.database)}, ${item.hardness}): ${kind}`,
    plainLine(item.question),
    "**Gold**",
    fenced(item.gold, "sql"),
    ...(gold ? [resultMarkdown(gold)] : []),
    ...answer(names.from, item.from),
    ...answer(names.to, item.to),
  ].join("\n\n") + "\n";
}
