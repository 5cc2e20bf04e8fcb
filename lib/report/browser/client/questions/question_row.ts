/// <reference lib="dom" />
import { type Child, el, nameText } from "../dom.ts";
import { KINDS } from "../select.ts";
import type { ChoiceSource } from "./choice_source.ts";
import type { SqlSource } from "./sql_source.ts";

/** What is listed, with what only its measure has. */
export type Listed =
  | { readonly tab: "sql"; readonly source: SqlSource }
  | { readonly tab: "choices"; readonly source: ChoiceSource };

/** What stands in the list's row of a question. */
export function questionRow({ tab, source }: Listed, at: number): Child[] {
  const kind = KINDS[source.kinds[at]!]!;
  const text = (key: string): string => {
    const facet = source.facets.find((one) => one.key === key)!;
    const name = facet.names[facet.codes[at]!]!;
    return facet.verbatim ? name : nameText(name);
  };
  const [title, tags] = tab === "sql"
    ? [source.item(at).question, [
      text("database"),
      text("hardness"),
      ...(kind.name === "still right" ? [] : [text("class")]),
    ]]
    : [source.question(at), [
      source.letters(at),
      // MMLU's ids begin with the subject
      ...(source.ids[at]!.startsWith(source.subject(at)) ? [] : [nameText(source.subject(at))]),
    ]];
  return [
    el("span", { class: `sign k${source.kinds[at]}`, title: kind.name }, kind.sign),
    el("span", { class: "title" }, title),
    el("span", { class: "tags" }, [source.ids[at]!, ...tags].join(" · ")),
  ];
}
