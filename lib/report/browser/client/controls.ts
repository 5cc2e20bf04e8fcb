/// <reference lib="dom" />
import type { App } from "./app.ts";
import { byId } from "./dom.ts";
import { showHelp } from "./help.ts";
import { KINDS } from "./select.ts";
import { toggleTheme } from "./theme.ts";
import type { View } from "./view.ts";

/** How long a search waits for the next letter, in milliseconds. */
const TYPING_MS = 60;

/** Keys that choose where the list has the focus; elsewhere they scroll. */
const LIST_KEYS = ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];

/** What shows a view in the controls. */
export interface Controls {
  readonly reflect: (view: View) => void;
}

/** Joins the controls with the page, and gives what shows a view in them. */
export function connect(app: App, help: HTMLDialogElement): Controls {
  const search = byId<HTMLInputElement>("search");
  const reflect = (view: View): void => {
    for (const [id, value] of [["from", view.from], ["to", view.to], ["prompt", view.prompt]]) {
      const select = document.getElementById(id!) as HTMLSelectElement | null;
      if (select) select.value = value!;
    }
    // multiple choice has no prompts to choose from
    const prompt = document.getElementById("prompt")?.closest("label");
    if (prompt) prompt.hidden = view.tab !== "sql";
    if (search.value !== view.query) search.value = view.query;
    for (const tab of ["sql", "choices"]) {
      const shown = document.getElementById(`tab-${tab}`);
      if (tab === view.tab) shown?.setAttribute("aria-current", "page");
      else shown?.removeAttribute("aria-current");
    }
  };
  /** Shows a view that is another one in a part: what is chosen can be taken back by Back. */
  const change = (part: Partial<View>, { push = true } = {}): void => {
    const view = { ...app.view, ...part };
    reflect(view);
    void app.show(view, { push });
  };
  const on = (id: string, event: string, action: () => void): void =>
    document.getElementById(id)?.addEventListener(event, action);
  for (const id of ["from", "to", "prompt"] as const) {
    on(id, "change", () => change({ [id]: byId<HTMLSelectElement>(id).value }));
  }
  on("swap", "click", () => change({ from: app.view.to, to: app.view.from }));
  for (const tab of ["sql", "choices"] as const) {
    // values of one measure's facets are none of the other's
    on(`tab-${tab}`, "click", () => change({ tab, filters: new Map(), query: "", id: "" }));
  }
  let typing: number | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = Number(
      setTimeout(() => change({ query: search.value, id: "" }, { push: false }), TYPING_MS),
    );
  });
  const shut = (): void => app.close();
  on("reset", "click", () => change({ filters: new Map(), query: "", id: "" }));
  on("before", "click", () => app.step(-1));
  on("after", "click", () => app.step(1));
  on("shut", "click", shut);
  const copy = (): void => void copyMarkdown(app);
  on("copy", "click", copy);
  const marks = (): void =>
    change({ marks: app.view.marks === "gold" ? "other" : "gold" }, { push: false });
  on("marks", "click", marks);
  on("help-open", "click", () => showHelp(help));
  on("theme", "click", toggleTheme);
  const kind = (at: number): void => {
    const { name } = KINDS[at]!;
    change({ kind: app.view.kind === name ? "all" : name, id: "" });
  };
  listenToKeys({
    j: () => app.step(1),
    k: () => app.step(-1),
    ArrowDown: () => app.step(1),
    ArrowUp: () => app.step(-1),
    PageDown: () => app.step(app.pageSize),
    PageUp: () => app.step(-app.pageSize),
    Home: () => app.step(-Infinity),
    End: () => app.step(Infinity),
    "/": () => search.focus(),
    "?": () => showHelp(help),
    c: copy,
    m: marks,
    ...Object.fromEntries(KINDS.map((_, at) => [String(at + 1), () => kind(at)])),
    Escape: () => app.view.id !== "" ? shut() : change({ query: "" }, { push: false }),
  }, search);
  return { reflect };
}

function listenToKeys(
  actions: Readonly<Record<string, () => void>>,
  search: HTMLInputElement,
): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (document.querySelector("dialog[open]")) return;
    if (target === search) {
      if (event.key === "Escape") search.blur();
      if (event.key !== "Escape" || search.value === "") return;
    } else if (target.matches("input, select, textarea")) return;
    const { key } = event;
    if (LIST_KEYS.includes(key) && target.getAttribute("role") !== "listbox") return;
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });
}

async function copyMarkdown(app: App): Promise<void> {
  const markdown = await app.markdown();
  if (markdown === undefined) return;
  const copied = await navigator.clipboard.writeText(markdown).then(() => true, () => false);
  const copy = byId("copy");
  copy.textContent = copied ? "Copied" : "The browser does not let this page copy";
  setTimeout(() => copy.textContent = "Copy as Markdown", 2_000);
}
