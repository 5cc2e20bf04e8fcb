/** What pages that open from the disk have in common, as files. */
export interface PageParts {
  /** CSS variables: colours in light and dark, and the three families of type. */
  readonly colours: URL;
  /** `keptTheme()`, and `toggleTheme()` for a button: one choice for all pages of one place. */
  readonly theme: URL;
  /** `el()`, `button()` and others that make elements whose texts are never markup. */
  readonly dom: URL;
}

/**
 * Parts of the flip browser's page for other pages: a style sheet to begin with, and files for
 * {@linkcode joinScripts}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { PAGE_PARTS } from "./page_parts.ts";
 *
 * assert.match(Deno.readTextFileSync(PAGE_PARTS.colours), /--accent: #[0-9a-f]{6}/);
 * ```
 */
export const PAGE_PARTS: PageParts = {
  colours: new URL("./style/colours.css", import.meta.url),
  theme: new URL("./client/theme.ts", import.meta.url),
  dom: new URL("./client/dom.ts", import.meta.url),
};
