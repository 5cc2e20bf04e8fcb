/// <reference lib="dom" />
import { byId, el, refill } from "../../../lib/report/browser/client/dom.ts";
import type { SearchSection } from "../search_sections.ts";
import { excerpt, rankSections, wordsOf } from "./rank_sections.ts";

const MOST = 20;
const EXCERPT = 150;

/** The index as its file leaves it; it is loaded when the search is first used. */
interface WithSections {
  siteSections?: readonly SearchSection[];
}

/** Puts the search into the top bar: a field, and the parts of pages that it finds below it. */
export function buildSearch(root: string): void {
  const input = el("input", {
    type: "search",
    placeholder: matchMedia("(hover: hover)").matches ? "Search (press /)" : "Search",
    "aria-label": "Search all pages",
    "aria-controls": "_found",
    autocomplete: "off",
    spellcheck: "false",
  });
  const status = el("p", { role: "status" });
  const list = el("ol");
  const found = el("div", { id: "_found", hidden: true }, status, list);
  refill(byId("_search"), input, found);
  let waiting = "Reading the pages …";
  const show = (): void => {
    const sections = (globalThis as WithSections).siteSections;
    const words = wordsOf(input.value);
    found.hidden = words.length === 0;
    if (found.hidden) return;
    if (sections === undefined) {
      status.textContent = waiting;
      return;
    }
    const ranked = rankSections(sections, input.value, MOST + 1);
    status.textContent = placesText(ranked.length);
    refill(list, ...ranked.slice(0, MOST).map((section) => resultItem(root, section, words)));
  };
  const lost = (): void => {
    waiting = "The search has nothing to look in: search_index.js cannot be read.";
    show();
  };
  input.addEventListener("focus", () => loadSections(root, show, lost), { once: true });
  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  addKeys(input, found);
}

function loadSections(root: string, then: () => void, lost: () => void): void {
  const script = el("script", { src: `${root}/search_index.js` });
  script.addEventListener("load", then);
  script.addEventListener("error", lost);
  document.head.append(script);
}

function placesText(count: number): string {
  if (count === 0) return "Nothing has all of these words.";
  return count > MOST ? `The nearest ${MOST}` : count === 1 ? "1 place" : `${count} places`;
}

function resultItem(root: string, section: SearchSection, words: readonly string[]): Node {
  const [address, page, heading, text] = section;
  const link = el(
    "a",
    { href: `${root}/${encodeURI(address)}` },
    el("span", { class: "heading" }, ...marked(heading === "" ? page : heading, words)),
    heading === "" || heading === page ? null : el("span", { class: "of" }, page),
    text === ""
      ? null
      : el("span", { class: "text" }, ...marked(excerpt(text, words, EXCERPT), words)),
  );
  return el("li", {}, link);
}

/** A text with its words marked. */
function marked(text: string, words: readonly string[]): (Node | string)[] {
  const escaped = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // every second part is a word
  return text.split(new RegExp(`(${escaped.join("|")})`, "i"))
    .map((part, index) => index % 2 === 1 ? el("mark", {}, part) : part);
}

/** `/` goes to the field, arrows through what was found, Escape out of it. */
function addKeys(input: HTMLInputElement, found: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as HTMLElement).closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
  byId("_search").addEventListener("keydown", (event) => {
    const stops = [input, ...found.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement as HTMLInputElement);
    if (event.key === "Escape") {
      // which shows what was found
      input.focus();
      found.hidden = true;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      stops[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (event.key === "Enter" && at === 0) {
      found.querySelector("a")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    if (!byId("_search").contains(event.target as Node)) found.hidden = true;
  });
  // a result of the page itself loads nothing
  found.addEventListener("click", (event) => {
    if ((event.target as HTMLElement).closest("a")) found.hidden = true;
  });
}
