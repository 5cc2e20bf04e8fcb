import { SCRIPT_FILES } from "../../lib/ground/mod.ts";
import { htmlText, joinScripts, PAGE_PARTS } from "../../lib/report/mod.ts";
import { collectFiles, fileOf, type SiteFiles, type SiteRoots } from "./collect_files.ts";
import { svgTitle } from "../svg_title.ts";
import { addressOf, linkTarget, relativeAddress } from "./link_target.ts";
import type { MarkdownFile } from "./markdown_file.ts";
import { navigation, NAVIGATION_PATHS } from "./navigation.ts";
import { codeBlock, pageBody } from "./page_body.ts";
import { pageHtml, type SitePage } from "./page_html.ts";
import { searchSections } from "./search_sections.ts";

/** A built site, by the addresses of its files. */
export interface Site {
  readonly texts: ReadonlyMap<string, string>;
  /** Files of the repository that are copied as they are; address and path are one. */
  readonly copies: readonly string[];
  /** What is wrong, each with the file and line that it stands in; none where all is well. */
  readonly faults: readonly string[];
}

/** What the site begins with: README, `docs/`, and what stands in the navigation. */
export const SITE_ROOTS: SiteRoots = { files: NAVIGATION_PATHS, folders: ["docs"] };

/**
 * Builds the site of a repository's Markdown. The same files give the same bytes.
 *
 * @param root The repository's folder.
 */
export function buildSite(root: string, roots: SiteRoots = SITE_ROOTS): Site {
  const files = collectFiles(root, roots);
  const texts = new Map([
    ["site.css", styleText()],
    ["site.js", scriptText()],
    ["search_index.js", indexText(files)],
  ]);
  const there = new Set([...files.pages.keys(), ...files.sources, ...files.copies]);
  const groups = navigation([...files.pages.keys()].sort()).map((group) => ({
    ...group,
    // the faults name those that are not there
    entries: group.entries.filter(({ path }) => there.has(path)),
  })).filter(({ entries }) => entries.length > 0);
  const titleOf = (path: string): string => files.pages.get(path)?.title ?? path;
  const pages = [
    ...[...files.pages.values()].map((page) => markdownPage(root, page)),
    ...files.sources.map((path) => sourcePage(root, path)),
  ];
  for (const page of pages) texts.set(addressOf(page.path), pageHtml(page, groups, titleOf));
  return { texts, copies: files.copies, faults: files.faults };
}

function markdownPage(root: string, page: MarkdownFile): SitePage {
  const { path, title, headings } = page;
  const body = pageBody(page, (href) => {
    const target = linkTarget(path, href);
    const file = fileOf(root, target);
    // the faults name a link that leads nowhere
    if (target.kind !== "file" || file === undefined) return href;
    const place = file === path ? "" : relativeAddress(addressOf(path), addressOf(file));
    return place + (target.anchor === "" ? "" : `#${encodeURIComponent(target.anchor)}`) || "#";
  }, {
    description: (href) => {
      const target = linkTarget(path, href);
      const file = target.kind === "file" ? fileOf(root, target) : undefined;
      return file?.endsWith(".svg")
        ? svgTitle(Deno.readTextFileSync(`${root}/${file}`))
        : undefined;
    },
    // a study's report: its answer first, its long tables on demand
    folds: /^results\/.*\/summary\.md$/.test(path),
  });
  const named = headings.some(({ depth }) => depth === 1);
  return { path, title, headings, body: named ? body : titleHtml(path) + body };
}

/** A file that a page links to, as text within the site's frame. */
function sourcePage(root: string, path: string): SitePage {
  const text = Deno.readTextFileSync(`${root}/${path}`).trimEnd();
  return { path, title: path, headings: [], body: titleHtml(path) + codeBlock(text, "source") };
}

function titleHtml(path: string): string {
  return `<h1 class="file">${htmlText(path)}</h1>\n`;
}

/** The style sheets; what holds for phones and paper overrules what stands before. */
function styleText(): string {
  const own = ["frame", "text", "other_media"];
  return [PAGE_PARTS.colours, ...own.map((file) => new URL(`./style/${file}.css`, import.meta.url))]
    .map((file) => Deno.readTextFileSync(file)).join("");
}

function scriptText(): string {
  const own = ["rank_sections", "search", "page"];
  return joinScripts([
    SCRIPT_FILES.codePoint,
    PAGE_PARTS.dom,
    PAGE_PARTS.theme,
    ...own.map((file) => new URL(`./client/${file}.ts`, import.meta.url)),
  ]);
}

function indexText({ pages }: SiteFiles): string {
  const sections = [...pages.values()].flatMap(searchSections);
  return `globalThis.siteSections = ${JSON.stringify(sections)};\n`;
}
