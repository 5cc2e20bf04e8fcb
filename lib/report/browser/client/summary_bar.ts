/// <reference lib="dom" />
import type { ChangeWords, UnscoredQuestions } from "../format.ts";
import { button, type Child, countText, el, refill } from "./dom.ts";
import { KINDS, type Selection } from "./select.ts";
import type { View } from "./view.ts";

/** What the summary says beside the counts. */
export interface SummaryFacts {
  readonly view: View;
  readonly selection: Selection;
  /** "text-to-SQL", or what the multiple-choice data are called. */
  readonly measure: string;
  /** What text-to-SQL was asked under, where there are several prompts: paper has no controls. */
  readonly prompt: string | undefined;
  /** The clusters of the measure: "databases", "subjects". */
  readonly clusters: string;
  /** What may be said of this pair on this measure; `undefined` where nothing was computed. */
  readonly words: ChangeWords | undefined;
  /** The same of the other measures, each with its name. */
  readonly others: readonly { readonly name: string; readonly sentence: string }[];
  /** The one group that is filtered by, where there is a sentence of it alone. */
  readonly group: { readonly name: string; readonly sentence: string } | undefined;
  /** The questions of the measure that no variant has a verdict on. */
  readonly unscored: UnscoredQuestions | undefined;
}

/** Shows what may be said of a pair, and the four kinds of flips as buttons. */
export function drawSummary(
  host: HTMLElement,
  facts: SummaryFacts,
  onKind: (kind: string) => void,
): void {
  const { view, selection, measure, prompt, words, others, group, unscored } = facts;
  refill(
    host,
    el(
      "p",
      { class: "sentence" },
      el("b", {}, view.to),
      " against ",
      el("b", {}, view.from),
      ` on ${measure}: `,
      words
        ? el("span", { class: "verdict" }, words.sentence)
        : "no words for this pair; counts alone",
    ),
    prompt !== undefined && el("p", { class: "intervals paper" }, `Prompt: ${prompt}`),
    el("p", { class: "intervals" }, ...intervalParts(facts)),
    group && el("p", { class: "intervals" }, `${group.name} alone: ${group.sentence}`),
    ...others.map(({ name, sentence }) => el("p", { class: "intervals" }, `${name}: ${sentence}`)),
    unscored &&
      el(
        "p",
        { class: "intervals" },
        `Not scored, of ${countText(unscored.asked)} questions: ${unscored.why}`,
      ),
    el(
      "div",
      { class: "kinds", role: "group", "aria-label": "Kinds of flips" },
      ...KINDS.map(({ name, sign }, kind) =>
        button(
          {
            class: `kind k${kind}`,
            "aria-pressed": String(view.kind === name),
            "data-kind": name,
          },
          () => onKind(view.kind === name ? "all" : name),
          el("span", { class: "sign", "aria-hidden": "true" }, sign),
          el("span", { class: "count" }, countText(selection.kinds[kind]!)),
          el("span", { class: "name" }, name),
        )
      ),
    ),
    ...(words?.more ?? []).map((more) => el("p", { class: "intervals more" }, more)),
    selection.narrowed && words &&
      el(
        "p",
        { class: "intervals" },
        `Counts are of the questions that the filters let through; the change above is of all ${
          countText(selection.answered)
        }.`,
      ),
  );
}

function intervalParts({ words, selection, clusters }: SummaryFacts): Child[] {
  const parts = [`${countText(selection.answered)} questions that both answered`];
  if (words?.byExamples) parts.push(`95 % interval by questions ${words.byExamples}`);
  if (words?.byClusters) parts.push(`by ${clusters} ${words.byClusters}`);
  if (words?.midP) parts.push(`McNemar's mid-p ${words.midP}`);
  // lines are broken between them, not in an interval
  return parts.flatMap((part, at) => [at > 0 && " · ", el("span", { class: "whole" }, part)]);
}

/** The one group that is filtered by, where there is a sentence of it alone. */
export function groupOf(
  { filters, query }: View,
  words: ChangeWords | undefined,
): { readonly name: string; readonly sentence: string } | undefined {
  const chosen = [...filters];
  const [key, values] = chosen[0] ?? [];
  if (chosen.length !== 1 || query !== "" || values?.length !== 1) return undefined;
  if (key !== "hardness" && key !== "category") return undefined;
  const [name, groups] = [values[0]!, words?.groups ?? {}];
  return Object.hasOwn(groups, name) ? { name, sentence: groups[name]! } : undefined;
}
