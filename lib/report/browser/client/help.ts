/// <reference lib="dom" />
import type { StudyBlock } from "../format.ts";
import { button, byId, type Child, el, nameText } from "./dom.ts";

const KEYS = [
  ["j, k", "next and previous question"],
  ["/", "search"],
  ["1 to 4", "repaired, broken, still wrong, still right; again for all"],
  ["m", "mark statements against the gold, or against each other"],
  ["c", "copy the question as Markdown"],
  ["?", "this page"],
  ["Esc", "close, or clear the search"],
] as const;

/** The dialog on keys, marks, and where the numbers come from; `showHelp` shows it. */
export function helpDialog(study: StudyBlock): HTMLDialogElement {
  const dialog = el(
    "dialog",
    { id: "help", "aria-labelledby": "help-title" },
    el(
      "div",
      { class: "help-bar" },
      el("h2", { id: "help-title", tabindex: "-1" }, "About this page"),
      button({ class: "close" }, () => dialog.close(), "Close"),
    ),
    el("h3", {}, "Keys"),
    el(
      "dl",
      {},
      ...KEYS.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)]),
    ),
    el("h3", {}, "What is marked"),
    el(
      "p",
      {},
      "In a statement: tokens that are in no longest common subsequence with the gold (or with the " +
        "other statement). In a result: the cells in which a row that the gold has not differs from " +
        "the nearest row of the gold that is missing. Rows are compared as a bag.",
    ),
    el(
      "p",
      {},
      "Right and wrong are the verdicts that were recorded, in the official reading. Intervals, words " +
        "and p-values come from the library: this page computes none of them.",
    ),
    ...classParts(study),
    el("h3", {}, "The study"),
    el("ul", {}, ...study.facts.map((fact) => el("li", {}, fact))),
    el("h3", {}, "What is cut or missing"),
    study.notes.length === 0
      ? el("p", {}, "Nothing.")
      : el("ul", {}, ...study.notes.map((note) => el("li", {}, note))),
  );
  return dialog;
}

/** Shows the dialog; its title has the focus, and what is read aloud begins with it. */
export function showHelp(dialog: HTMLDialogElement): void {
  dialog.showModal();
  byId("help-title").focus();
}

/** What the error classes mean that this study has. */
function classParts({ sql }: StudyBlock): Child[] {
  if (!sql || sql.classes.length === 0) return [];
  return [
    el("h3", {}, "Error classes"),
    el(
      "p",
      {},
      "A class is the part in which a wrong statement first departs from the gold. It names a " +
        "difference, not a proven cause.",
    ),
    el(
      "dl",
      {},
      ...sql.classes.flatMap((
        { name, rule },
      ) => [el("dt", {}, nameText(name)), el("dd", {}, rule)]),
    ),
  ];
}
