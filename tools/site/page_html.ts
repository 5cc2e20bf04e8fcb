import { htmlText } from "../../lib/report/mod.ts";
import { addressOf, relativeAddress } from "./link_target.ts";
import type { Heading } from "./markdown_file.ts";
import type { NavigationGroup } from "./navigation.ts";
import { wholeNumbers } from "./whole_words.ts";

/** What the site is called: on top of each page and in its title. */
export const SITE_NAME = "LoRA: gains and losses";

/** The language of the pages that are not in English, by their paths. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([["docs/em_portugues.md", "pt-BR"]]);

/** A page of the site in all its parts. */
export interface SitePage {
  /** The file of the repository that it shows. */
  readonly path: string;
  readonly title: string;
  readonly headings: readonly Heading[];
  /** HTML. */
  readonly body: string;
}

const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 12 8 3l2 5 4-2" ' +
    'fill="none" stroke="#0a5c9e" stroke-width="2"/></svg>',
);

/**
 * A page as a whole HTML document. All of its addresses are relative, so that it opens from the disk
 * and below any path of a server.
 *
 * @param titleOf The title of a page, by its path.
 */
export function pageHtml(
  page: SitePage,
  groups: readonly NavigationGroup[],
  titleOf: (path: string) => string,
): string {
  const address = addressOf(page.path);
  const to = (file: string): string => htmlText(relativeAddress(address, file));
  const title = page.path === "README.md" ? page.title : `${page.title} · ${SITE_NAME}`;
  const contents = contentsHtml(page.headings);
  const language = LANGUAGES.get(page.path);
  return `<!doctype html>
<html lang="en" data-root="${to(".") || "."}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${to("site.css")}">
<script src="${to("site.js")}"></script>
</head>
<body>
<a class="skip" href="#_page">To the text</a>
<header class="top">
<a class="name" href="${to("index.html")}">${htmlText(SITE_NAME)}</a>
<div id="_search"></div>
<div id="_tools"><a class="pages" href="#_pages">Pages</a></div>
</header>
<div class="columns${contents === "" ? " bare" : ""}">
<main id="_page" tabindex="-1">
${contents}<article${language === undefined ? "" : ` lang="${language}"`}>
${page.body}</article>
<footer>This page is <code>${htmlText(page.path)}</code> of the repository.</footer>
</main>
<nav id="_pages" aria-label="Pages" tabindex="-1">
${groups.map((group) => groupHtml(group, page.path, titleOf)).join("")}</nav>
</div>
</body>
</html>
`;
}

function groupHtml(
  { title, entries, folds = false }: NavigationGroup,
  current: string,
  titleOf: (path: string) => string,
): string {
  const list = `<ul>\n${
    entries.map(({ path, name }) => {
      const here = path === current ? ' aria-current="page"' : "";
      const address = relativeAddress(addressOf(current), addressOf(path));
      return `<li><a href="${htmlText(address)}"${here}>${
        htmlText(name ?? titleOf(path))
      }</a></li>\n`;
    }).join("")
  }</ul>\n`;
  if (!folds) return `<h2>${htmlText(title)}</h2>\n${list}`;
  const open = entries.some(({ path }) => path === current) ? " open" : "";
  return `<details${open}><summary>${htmlText(title)}</summary>\n${list}</details>\n`;
}

/** The headings below the title, two levels of them, if there are at least two. */
function contentsHtml(headings: readonly Heading[]): string {
  const below = headings.filter(({ depth }) => depth > 1);
  const top = Math.min(...below.map(({ depth }) => depth));
  const listed = below.filter(({ depth }) => depth <= top + 1);
  if (listed.length < 2) return "";
  return `<details class="contents"><summary>On this page</summary>
<ul>
${
    listed.map(({ depth, text, anchor }) =>
      `<li${depth > top ? ' class="inner"' : ""}><a href="#${htmlText(anchor)}">${
        breakable(text)
      }</a></li>\n`
    ).join("")
  }</ul></details>
`;
}

/** A text that may be broken behind the parts of a long name. */
function breakable(text: string): string {
  return wholeNumbers(htmlText(text)).replaceAll(/[._\]](?=\w)|\](?=\.)/g, "$&<wbr>");
}
