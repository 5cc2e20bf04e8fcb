/**
 * The title of an SVG: what it shows, for readers who cannot see it.
 *
 * @returns `undefined` where it has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(svgTitle("<svg><title>a &lt; b</title></svg>"), "a < b");
 * ```
 */
export function svgTitle(svg: string): string | undefined {
  return /<title>([^<]+)<\/title>/.exec(svg)?.[1]
    ?.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");
}
