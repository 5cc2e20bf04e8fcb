import { posix } from "node:path";

/** Where a link leads: out to the web, or to a file of the repository. */
export type LinkTarget =
  | { readonly kind: "web" }
  | { readonly kind: "file"; readonly path: string; readonly anchor: string }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Reads the address of a link.
 *
 * @param page The page that it stands on, from the repository's root.
 */
export function linkTarget(page: string, href: string): LinkTarget {
  if (/^https?:\/\/|^mailto:/.test(href)) return { kind: "web" };
  if (/^[a-z][a-z+.-]*:/i.test(href)) {
    return { kind: "refused", why: "is neither a file nor an address of the web" };
  }
  const [place = "", ...rest] = href.split("#");
  if (place.startsWith("/")) return { kind: "refused", why: "does not begin at its page" };
  let path, anchor;
  try {
    path = place === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(place));
    anchor = decodeURIComponent(rest.join("#"));
  } catch {
    return { kind: "refused", why: "has a broken %" };
  }
  if (path === ".." || path.startsWith("../")) {
    return { kind: "refused", why: "leaves the project" };
  }
  return { kind: "file", path: path.replace(/\/$/, ""), anchor };
}

/** How the site has a file of the repository. */
export type FileForm = "page" | "source" | "copy";

const SOURCES = /\.(?:cff|css|csv|json|jsonl|py|sh|sql|toml|ts|txt|yml|yaml)$|^(?:.*\/)?LICENSE$/;
const COPIES = /\.(?:html|pdf|png|svg)$/;

/** What becomes of a file that is linked to; `undefined` for a kind that a browser cannot show. */
export function formOf(path: string): FileForm | undefined {
  if (path.endsWith(".md")) return "page";
  if (SOURCES.test(path)) return "source";
  return COPIES.test(path) ? "copy" : undefined;
}

/**
 * Where the site has a file: Markdown as `.html`, the README as `index.html`, a source file with
 * `.html` behind its name, so that a browser shows it in the site's frame; all others as they are.
 */
export function addressOf(path: string): string {
  if (path === "README.md") return "index.html";
  if (path.endsWith(".md")) return path.replace(/\.md$/, ".html");
  return formOf(path) === "source" ? `${path}.html` : path;
}

/** The address of a file of the site on one of its pages; both from the site's root. */
export function relativeAddress(from: string, to: string): string {
  return encodeURI(posix.relative(posix.dirname(from), to)).replaceAll("?", "%3F")
    .replaceAll("#", "%23");
}
