/// <reference lib="dom" />
import type { ListedVariant, StudyBlock } from "../format.ts";
import { type Child, el } from "./dom.ts";

/** The page's frame: controls, and empty places that the app fills. */
export function frame(study: StudyBlock): Child[] {
  return [
    topBar(study),
    el("p", { id: "notice", role: "status" }),
    el(
      "main",
      {},
      el("section", { id: "summary", "aria-label": "Summary" }),
      el(
        "div",
        { id: "listed" },
        el(
          "details",
          { class: "filters", open: matchMedia("(min-width: 62rem)").matches },
          el("summary", {}, "Filters", el("span", { id: "chosen" })),
          el("div", { id: "facets" }),
        ),
        questions(),
        detail(),
      ),
    ),
  ];
}

function topBar({ name, label, model, variants, sql, choices }: StudyBlock): Child {
  return el(
    "header",
    { class: "top" },
    el(
      "div",
      { class: "name" },
      el("h1", {}, name),
      el("p", { class: "quiet" }, label === undefined ? model : `${model} · ${label}`),
    ),
    el(
      "nav",
      { "aria-label": "Measure" },
      sql && el("button", { type: "button", id: "tab-sql" }, "Text-to-SQL"),
      choices && el("button", { type: "button", id: "tab-choices" }, choices.title),
    ),
    el(
      "div",
      { class: "pair" },
      choose("from", "from", variantOptions(variants)),
      el("button", { type: "button", id: "swap", title: "Swap the two" }, "⇄"),
      choose("to", "to", variantOptions(variants)),
      sql && sql.prompts.length > 1 &&
        choose(
          "prompt",
          "prompt",
          sql.prompts.map((name) => el("option", { value: name }, name)),
          "choose few",
        ),
    ),
    el(
      "div",
      { class: "tools" },
      el("button", { type: "button", id: "theme", title: "Light or dark" }, "◐"),
      el("button", { type: "button", id: "help-open", title: "Keys and notes" }, "?"),
    ),
  );
}

/** The variants to choose from, those of one recipe together. */
function variantOptions(variants: readonly ListedVariant[]): Child[] {
  const parts: HTMLElement[] = [];
  const groups = new Map<string, HTMLElement>();
  for (const { name, note, group } of variants) {
    const option = el("option", { value: name }, note === undefined ? name : `${name} (${note})`);
    if (group === undefined) {
      parts.push(option);
      continue;
    }
    const known = groups.get(group);
    const host = known ?? el("optgroup", { label: group });
    host.append(option);
    if (known) continue;
    groups.set(group, host);
    parts.push(host);
  }
  return parts;
}

function choose(
  id: string,
  label: string,
  options: readonly Child[],
  kind = "choose",
): Child {
  return el(
    "label",
    { class: kind },
    el("span", {}, label),
    el("select", { id }, ...options),
  );
}

function questions(): Child {
  return el(
    "section",
    { class: "questions", "aria-label": "Questions" },
    el(
      "div",
      { class: "search" },
      el("input", {
        id: "search",
        type: "search",
        placeholder: "Search  /",
        "aria-label": "Search questions and statements",
        autocomplete: "off",
        spellcheck: "false",
      }),
      el("span", { id: "found", role: "status" }),
      el("button", { type: "button", id: "reset" }, "clear"),
    ),
    el("p", { id: "nothing", class: "quiet", hidden: true }),
    el("div", { id: "list-host" }),
  );
}

function detail(): Child {
  return el(
    "article",
    { id: "detail", "aria-labelledby": "question-title" },
    el(
      "div",
      { class: "title-bar" },
      el("h2", { id: "question-title" }, "No question is open"),
      el(
        "div",
        { class: "tools" },
        el("button", { type: "button", id: "before", title: "Previous (k)" }, "↑"),
        el("button", { type: "button", id: "after", title: "Next (j)" }, "↓"),
        el("button", { type: "button", id: "marks", title: "Marks (m)" }),
        el("button", { type: "button", id: "copy" }, "Copy as Markdown"),
        el("button", { type: "button", id: "shut" }, "Close"),
      ),
    ),
    el("div", { id: "question" }),
  );
}
