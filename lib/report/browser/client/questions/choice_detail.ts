/// <reference lib="dom" />
import { type ChoiceItem, type LetterAnswer, letterText } from "./choice_source.ts";
import { breakable, type Child, el, nameText } from "../dom.ts";
import { markdownRows, plainLine } from "../markdown.ts";
import type { PairNames } from "./sql_detail.ts";

/** The parts of a multiple-choice question's view below its heading. */
export function choiceDetail(item: ChoiceItem, names: PairNames): readonly Child[] {
  const answers = [[names.from, item.from], [names.to, item.to]] as const;
  const shares = answers.map(([, answer]) => letterShares(answer));
  return [
    el("p", { class: "question" }, item.question),
    el(
      "div",
      { class: "scrolled", tabindex: 0, role: "group", "aria-label": "Options" },
      el(
        "table",
        { class: "options" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, el("span", { class: "hidden" }, "letter")),
            el("th", { scope: "col" }, "Option"),
            ...answers.map(([name]) =>
              el("th", { scope: "col", class: "number" }, ...breakable(name))
            ),
          ),
        ),
        el(
          "tbody",
          {},
          ...item.choices.map((choice, at) =>
            el(
              "tr",
              { class: at === item.answer ? "right" : undefined },
              el("th", { scope: "row" }, letterText(at)),
              el(
                "td",
                {},
                choice,
                at === item.answer && el("span", { class: "tag right" }, "✓ right"),
              ),
              ...answers.map(([, answer], which) => shareCell(at, answer, shares[which])),
            )
          ),
        ),
      ),
    ),
    ...answers.flatMap(([name, answer]) => letterNotes(name, answer)),
    shares.some((list) => list !== undefined) &&
    el(
      "p",
      { class: "quiet" },
      "Shares are of all letters of the question together; below them the log-probability over " +
        "the whole vocabulary, in nats, kept with two decimals.",
    ),
  ];
}

/** Each letter's probability of all letters together: for display, as the report has it. */
function letterShares(answer: LetterAnswer | undefined): readonly number[] | undefined {
  const logProbs = answer?.logProbs;
  if (!logProbs) return undefined;
  const highest = Math.max(...logProbs);
  const weights = logProbs.map((value) => Math.exp(value - highest));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

function shareCell(
  at: number,
  answer: LetterAnswer | undefined,
  shares: readonly number[] | undefined,
): HTMLElement {
  const chosen = answer?.chosen === at;
  const mark = chosen && el("span", { class: "tag chosen" }, "● chosen");
  if (!answer || !shares) return el("td", { class: "number" }, mark);
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${(100 * shares[at]!).toFixed(1)}%`;
  return el(
    "td",
    { class: "number" },
    mark,
    el("span", { class: "share" }, percentText(shares[at]!)),
    el("span", { class: "quiet nats" }, answer.logProbs![at]!.toFixed(2).replace("-", "−")),
    el("span", { class: "track", "aria-hidden": "true" }, bar),
  );
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function letterNotes(name: string, answer: LetterAnswer | undefined): HTMLElement[] {
  if (!answer) return [el("p", { class: "quiet" }, `${name}: no answer`)];
  const { written, logProbs } = answer;
  const parts = [
    ...(written === undefined
      ? []
      : [`it wrote ${written === null ? "no letter" : letterText(written)}`]),
    ...(logProbs === undefined ? ["its log-probabilities were not recorded"] : []),
  ];
  return parts.length === 0 ? [] : [el("p", { class: "quiet" }, `${name}: ${parts.join("; ")}`)];
}

/** A multiple-choice question with both answers as Markdown. */
export function choiceMarkdown(item: ChoiceItem, kind: string, names: PairNames): string {
  const answers = [[names.from, item.from], [names.to, item.to]] as const;
  const shares = answers.map(([, answer]) => letterShares(answer));
  const rows = item.choices.map((choice, at) => [
    letterText(at),
    choice,
    ...answers.map(([, answer], which) => {
      const share = shares[which];
      const chosen = answer?.chosen === at ? ["chosen"] : [];
      return [...(share ? [percentText(share[at]!)] : []), ...chosen].join(", ");
    }),
    at === item.answer ? "right" : "",
  ]);
  return [
    `**${plainLine(item.id)}** (${plainLine(nameText(item.subject))}): ${kind}`,
    plainLine(item.question),
    markdownRows([["", "option", names.from, names.to, ""], ...rows]),
  ].join("\n\n") + "\n";
}
