import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { browserBlocks } from "./browser_blocks.ts";
import type { BrowserData } from "./browser_data.ts";
import { clientScript } from "./client_script.ts";
import { htmlText } from "./html_text.ts";

/** Blocks that stand before the script: the first view needs no more. */
const FIRST_BLOCKS: readonly string[] = ["study", "changes", "sql", "sql-text"];

/** The page's style sheets; the widths of the last one overrule what stands before. */
const STYLES = ["colours", "base", "top", "list", "question", "layout", "paper"] as const;

/**
 * The flip browser as one HTML file that opens from the disk: it loads nothing, and its policy
 * (Content-Security-Policy) lets it run its own script and no other. The same data give the same
 * bytes.
 *
 * Everything of a study is base64 in elements that no browser runs, and the script shows it as text:
 * what a model wrote is never markup.
 *
 * @throws {RangeError} If the data do not fit together.
 */
export function browserPage(data: BrowserData): string {
  const script = clientScript();
  const style = STYLES.map((file) =>
    Deno.readTextFileSync(new URL(`./style/${file}.css`, import.meta.url))
  ).join("");
  const blocks = browserBlocks(data).map(({ name, bytes }) => ({
    name,
    element: `<script type="application/octet-stream" id="block-${name}">${
      deflateRawSync(bytes, { level: 9 }).toString("base64")
    }</script>\n`,
  }));
  const [first, later] = [true, false].map((wanted) =>
    blocks.filter(({ name }) => FIRST_BLOCKS.includes(name) === wanted)
      .map(({ element }) => element).join("")
  );
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${htmlText(data.name)}: flip browser</title>
<style>${style}</style>
</head>
<body>
<div id="app"><p class="loading">Reading the answers ...</p></div>
<noscript><p class="loading">This page shows its data with a script, which is turned off.</p></noscript>
${first}<script>${script}</script>
${later}</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
