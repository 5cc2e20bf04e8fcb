import { MIN_SEEDS_OF_A_RECIPE } from "../../stats/mod.ts";
import { formatCount } from "../words/format_numbers.ts";
import { INTERVAL_NOTE, UNADJUSTED_NOTE } from "../words/verdict_words.ts";
import type { VariantRows } from "../rows/row_types.ts";

/** A finding as a list, an entry a variant, with what its words are of, and further paragraphs. */
export function listedFinding(
  heading: string,
  entries: readonly string[],
  rows: Pick<VariantRows, "changes">,
  further: readonly string[] = [],
): string {
  return [
    `**Finding.** ${heading} ${INTERVAL_NOTE}\n`,
    ...entries,
    "",
    ofAdapters(rows),
    ...further.flatMap((text) => ["", text]),
  ].join("\n");
}

/** What the words of a list of variants are of: single adapters, and which claims were adjusted. */
export function ofAdapters({ changes }: Pick<VariantRows, "changes">): string {
  const claims = changes.find(({ adjusted }) => adjusted)?.adjusted?.claims;
  const adjusted = claims === undefined
    ? ""
    : claims === 1
    ? "The plan has one primary claim. "
    : `The ${formatCount(claims)} primary claims of the plan are adjusted together (Holm). `;
  return `${adjusted}${UNADJUSTED_NOTE} The words are of these adapters: what another seed of a ` +
    `recipe would give is in no interval here, and a word on a recipe takes ` +
    `${formatCount(MIN_SEEDS_OF_A_RECIPE)} seeds.`;
}
