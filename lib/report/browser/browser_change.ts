import type { ChangeRow } from "../rows/row_types.ts";
import { changeBounds } from "../words/measures.ts";
import { changeSentence, pValueText } from "../words/verdict_words.ts";
import type { BrowserChange } from "./browser_data.ts";

/** Where a change stands. */
export interface ChangePlace {
  /** The variant that it is counted from. */
  readonly from: string;
  /** Index of the text-to-SQL prompt; 0 for other measures. */
  readonly prompt: number;
  /** Further sentences on it. */
  readonly more?: readonly string[];
  /** The same change within groups of questions, by the group's name. */
  readonly groups?: Readonly<Record<string, ChangeRow>>;
}

/**
 * A change as the flip browser shows it, in the words of the report.
 *
 * @throws {RangeError} If it is none of the three measures.
 */
export function browserChange(row: ChangeRow, place: ChangePlace): BrowserChange {
  const { measure, variant, verdict, midP } = row;
  if (measure !== "sql" && measure !== "mmlu" && measure !== "prose") {
    throw new RangeError(`Cannot show a change of "${measure}" as it is none of the measures`);
  }
  const { plainCi95, clusteredCi95 } = verdict;
  const groups = Object.entries(place.groups ?? {});
  const { more = [] } = place;
  return {
    from: place.from,
    to: variant,
    gauge: measure,
    prompt: place.prompt,
    sentence: changeSentence(row),
    ...(plainCi95 && { byExamples: changeBounds(plainCi95, measure) }),
    ...(clusteredCi95 && { byClusters: changeBounds(clusteredCi95, measure) }),
    ...(midP !== undefined && { midP: pValueText(midP) }),
    ...(more.length > 0 && { more: more.map(thousandsApart) }),
    ...(groups.length > 0 && {
      groups: Object.fromEntries(groups.map(([name, group]) => [name, changeSentence(group)])),
    }),
  };
}

/** A sentence of the report with its counts as the page writes them, "14,042"; names stay as they are. */
function thousandsApart(sentence: string): string {
  return sentence.replaceAll(
    /(?<=^|[\s(])\d{4,}(?=$|[\s),;:]|\.(?!\d))/g,
    (count) => Number(count).toLocaleString("en-US"),
  );
}
