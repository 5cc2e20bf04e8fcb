import { proseFinding } from "../findings/prose_finding.ts";
import { ALL } from "../rows/groups.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { changeParts } from "../tables/change_parts.ts";
import { proseTable } from "../tables/letter_table.ts";
import { markdownText } from "../words/markdown_text.ts";
import { CLUSTERS } from "../words/measures.ts";
import type { Part, ShownMeasure } from "./measure.ts";

/** General text in nats a token. */
export const SHOWN_PROSE: ShownMeasure = {
  title: "general text",
  name: "general text",
  cluster: CLUSTERS.prose,
  item: "passage",
  repeated: "general text, nats a token to four decimals",
  hub: { task: "text-generation", metric: "cross_entropy", score: "nats a token" },
  accuracy: () => [],
  changes: ({ prose }, { row, groups }) =>
    prose
      ? [...groups("prose", prose.byKind, prose.overall), row("prose", ALL, prose.overall)]
      : [],
  coverage: ({ prose }) =>
    prose
      ? [{
        measure: "prose",
        asked: prose.asked,
        scored: prose.scored,
        clusters: prose.topics,
        missing: "",
      }]
      : [],
  parts: proseParts,
};

function proseParts(study: StudyRows): Part[] {
  const { prose, titles, tradeOff } = study;
  if (prose.length === 0) return [];
  const title = markdownText(titles.prose);
  return [
    { title: `${title}: nats a token`, body: [proseTable(prose), "Lower is better."] },
    // one passage alone has no change with a spread
    ...(tradeOff.some((row) => row.prose)
      ? [{
        title: `Changes on ${title}`,
        body: [proseFinding(study), ...changeParts(study, ["prose"])],
      }]
      : []),
  ];
}
