import type { Token } from "marked";
import { addressOf } from "./link_target.ts";
import { headingOf, type MarkdownFile } from "./markdown_file.ts";
import { plainText } from "./plain_text.ts";

/** A part of a page that the search finds: address, title of the page, heading, text. */
export type SearchSection = readonly [
  address: string,
  page: string,
  heading: string,
  text: string,
];

/**
 * The parts of a page from heading to heading. Of the tables and examples of recorded results,
 * which are long and made by a program, only the headings are found.
 */
export function searchSections(page: MarkdownFile): SearchSection[] {
  const address = addressOf(page.path);
  const whole = !page.path.startsWith("results/");
  const sections: SearchSection[] = [];
  let [place, heading, held]: [string, string, Token[]] = [address, "", []];
  const close = (): void => {
    const text = whole ? plainText(held) : "";
    if (heading !== "" || text !== "") sections.push([place, page.title, heading, text]);
  };
  for (const token of page.tokens) {
    if (token.type !== "heading") {
      held.push(token);
      continue;
    }
    close();
    const { depth, text, anchor } = headingOf(page, token);
    [place, heading, held] = [depth === 1 ? address : `${address}#${anchor}`, text, []];
  }
  close();
  return sections;
}
