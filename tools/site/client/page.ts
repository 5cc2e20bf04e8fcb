/// <reference lib="dom" />
import { button, byId } from "../../../lib/report/browser/client/dom.ts";
import { keptTheme, toggleTheme } from "../../../lib/report/browser/client/theme.ts";
import { buildSearch } from "./search.ts";

/** From this width on pages and contents stand beside the text; the style sheet has the same. */
const WIDE = "(min-width: 92rem)";
const NARROW = "(max-width: 54.99rem)";

// before anything is shown
keptTheme();
document.documentElement.classList.add("scripted");
document.addEventListener("DOMContentLoaded", () => {
  const root = document.documentElement.dataset.root ?? ".";
  buildSearch(root);
  addTools();
  for (const block of document.querySelectorAll<HTMLElement>(".code")) addCopy(block);
  const contents = document.querySelector<HTMLDetailsElement>(".contents");
  if (contents) {
    const wide = matchMedia(WIDE);
    contents.open = wide.matches;
    wide.addEventListener("change", ({ matches }) => contents.open = matches);
  }
  markScrolling();
  addEventListener("resize", markScrolling);
  document.querySelector('#_pages [aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  document.body.dataset.ready = "";
});

/** Light and dark, and on narrow screens the pages over the text. */
function addTools(): void {
  const pages = byId("_pages");
  const toggle = document.querySelector<HTMLAnchorElement>("#_tools .pages")!;
  const open = button(
    { class: "pages", "aria-expanded": "false", "aria-controls": "_pages" },
    () => {
      const shown = document.body.classList.toggle("paged");
      open.setAttribute("aria-expanded", String(shown));
      const { bottom } = document.querySelector(".top")!.getBoundingClientRect();
      pages.style.setProperty("--below", `${bottom}px`);
      if (shown) pages.focus({ preventScroll: true });
    },
    "Pages",
  );
  toggle.replaceWith(open);
  const close = (): void => {
    if (!document.body.classList.contains("paged")) return;
    document.body.classList.remove("paged");
    open.setAttribute("aria-expanded", "false");
    open.focus();
  };
  document.addEventListener("keydown", ({ key }) => void (key === "Escape" && close()));
  matchMedia(NARROW).addEventListener("change", close);
  byId("_tools").append(
    button({ class: "theme", "aria-label": "Light or dark", title: "Light or dark" }, () => {
      toggleTheme();
    }, "◐"),
  );
}

/** A button that copies a block of code. */
function addCopy(block: HTMLElement): void {
  const copy = button({ class: "copy", "aria-label": "Copy this block" }, async () => {
    const text = block.querySelector("code")!.textContent!.trimEnd();
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      // a browser may forbid it: the text is then marked for the hand to copy
      getSelection()?.selectAllChildren(block.querySelector("code")!);
      copy.textContent = "Marked";
    }
    setTimeout(() => copy.textContent = "Copy", 1_500);
  }, "Copy");
  block.append(copy);
}

/** What scrolls can be reached by keyboard, and says so; what does not is passed over. */
function markScrolling(): void {
  for (const box of document.querySelectorAll<HTMLElement>(".scrolls")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    for (
      const [name, value] of [
        ["tabindex", "0"],
        ["role", "group"],
        ["aria-label", `${box.dataset.kind}, scrolls`],
      ] as const
    ) {
      if (scrolls) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
}
