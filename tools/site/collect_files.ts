import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { nearestName } from "../../lib/ground/mod.ts";
import { formOf, type LinkTarget, linkTarget } from "./link_target.ts";
import { type MarkdownFile, markdownFile, type PageLink } from "./markdown_file.ts";

/** The files of a site, by their paths from the repository's root. */
export interface SiteFiles {
  readonly pages: ReadonlyMap<string, MarkdownFile>;
  /** Files that are shown as text. */
  readonly sources: readonly string[];
  /** Files that are copied as they are. */
  readonly copies: readonly string[];
  /** What is wrong, each with the file and line that it stands in; none where all is well. */
  readonly faults: readonly string[];
}

/** Pages that a site has whether or not another page links to them. */
export interface SiteRoots {
  readonly files: readonly string[];
  /** Every Markdown file in and below these. */
  readonly folders: readonly string[];
}

/**
 * Reads the pages that a site begins with and all that they link to, and on from there.
 *
 * @param root The repository's folder.
 */
export function collectFiles(root: string, roots: SiteRoots): SiteFiles {
  const pages = new Map<string, MarkdownFile>();
  const others = new Set<string>();
  const links: { readonly page: string; readonly link: PageLink }[] = [];
  const faults: string[] = [];
  const waiting = [...roots.files, ...roots.folders.flatMap((folder) => pagesIn(root, folder))];
  for (const path of waiting) {
    if (pages.has(path) || others.has(path)) continue;
    if (!existsSync(join(root, path))) {
      faults.push(`the site begins with "${path}", which is no file`);
      continue;
    }
    if (formOf(path) !== "page") {
      others.add(path);
      continue;
    }
    const page = markdownFile(path, Deno.readTextFileSync(join(root, path)));
    pages.set(path, page);
    faults.push(...page.html.map((html) => `${path}: HTML is not shown: ${html.split("\n")[0]}`));
    for (const link of page.links) {
      links.push({ page: path, link });
      const file = fileOf(root, linkTarget(path, link.href));
      if (file !== undefined && formOf(file) !== undefined) waiting.push(file);
    }
  }
  // headings of all pages are known by now
  for (const { page, link } of links) {
    const why = faultOf(root, page, link, pages);
    const line = link.line === undefined ? "" : `:${link.line}`;
    if (why !== undefined) faults.push(`${page}${line}: "${link.href}" ${why}`);
  }
  const ofForm = (form: string): string[] =>
    [...others].filter((path) => formOf(path) === form).sort();
  return {
    pages,
    sources: ofForm("source"),
    copies: ofForm("copy"),
    faults: [...new Set(faults)].sort(),
  };
}

/** The file that a link leads to, a folder's `README.md` for the folder, if it is there. */
export function fileOf(root: string, target: LinkTarget): string | undefined {
  if (target.kind !== "file") return undefined;
  const path = isFolder(root, target.path) ? join(target.path, "README.md") : target.path;
  return existsSync(join(root, path)) ? path : undefined;
}

function faultOf(
  root: string,
  page: string,
  { href, image }: PageLink,
  pages: ReadonlyMap<string, MarkdownFile>,
): string | undefined {
  const target = linkTarget(page, href);
  if (target.kind === "refused") return target.why;
  if (image && (target.kind === "web" || !/\.(?:png|svg)$/.test(target.path))) {
    return "is no PNG or SVG file of the project";
  }
  if (target.kind === "web") return undefined;
  const path = fileOf(root, target);
  if (path === undefined) {
    return isFolder(root, target.path)
      ? "leads to a folder without a README.md"
      : "leads to no file";
  }
  if (formOf(path) === undefined) return "leads to a kind of file that no page can show";
  if (target.anchor === "") return undefined;
  const anchors = pages.get(path)?.headings.map(({ anchor }) => anchor) ?? [];
  if (anchors.includes(target.anchor)) return undefined;
  const near = nearestName(target.anchor, anchors);
  return `leads to no heading of ${path}` + (near === undefined ? "" : `: is it "#${near}"?`);
}

function pagesIn(root: string, folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return pagesIn(root, path);
    return formOf(path) === "page" ? [path] : [];
  }).sort();
}

function isFolder(root: string, path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}
