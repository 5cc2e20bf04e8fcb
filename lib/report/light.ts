/**
 * Numbers and tables as text: what can be said without a figure, a frame or a page, whose packages
 * take longer to load than many a command to run. `mod.ts` has all of this too.
 *
 * @module
 */
export {
  type Alignment,
  type MarkdownCell,
  type MarkdownColumn,
  markdownTable,
} from "./tables/markdown_table.ts";
export {
  formatBounds,
  formatChange,
  formatCount,
  formatCounted,
  formatEstimate,
  formatNats,
  formatPercent,
  formatPValue,
  formatSigned,
  formatSignedDecimal,
  type PrintedEstimate,
} from "./words/format_numbers.ts";
export { markdownText, type MarkdownTextOptions } from "./words/markdown_text.ts";
