import { KNOWLEDGE_GAUGES } from "../../runs/mod.ts";
import type { ChangeRow, GaugeTitles } from "../rows/row_types.ts";
import type { UnstableRow } from "../rows/training_types.ts";
import { betterOf, isGauge, lossText } from "../words/measures.ts";
import { markdownText } from "../words/markdown_text.ts";
import { unstableStep } from "./unstable_notes.ts";

/** The evidence of each cure. */
const EVIDENCE = "what was tried, and with which models, is in docs/what_we_found.md";

/**
 * What a reader may do, as Markdown: first about trainings that were unstable, then about the changes
 * of what a study must not lose, where a loss is shown and one of the tolerated size is not excluded,
 * or where nothing is shown and none is excluded. Empty where nothing is so.
 *
 * @param changes All changes of the variants that it is about.
 * @param titles What the gauges are called.
 * @param options `scaled`: whether smaller scales of the adapters were asked already; `unstable`:
 * those of the variants' trainings that were so.
 */
export function nextStep(
  changes: readonly ChangeRow[],
  titles: GaugeTitles,
  { scaled, unstable = [] }: {
    readonly scaled: boolean;
    readonly unstable?: readonly UnstableRow[];
  },
): string {
  const steps = [
    unstable.length > 0 ? unstableStep(unstable) : "",
    changesStep(changes, titles, scaled),
  ].filter((step) => step !== "");
  return steps.length > 0 ? `**What to do.** ${steps.join(" ")}` : "";
}

function changesStep(changes: readonly ChangeRow[], titles: GaugeTitles, scaled: boolean): string {
  const known = changes.filter(({ group, measure, delta, lossExcluded }) =>
    group === "all" && KNOWLEDGE_GAUGES.some((gauge) => gauge === measure) &&
    delta !== undefined && !lossExcluded
  );
  const lost = known.find(({ outcome }) => outcome === "loss");
  if (lost) {
    const again = "again at a lower learning rate" +
      (lost.measure === "prose"
        ? ", or with a penalty on the divergence (recipe `kl_10`: it helped one model at 2e-4, and " +
          "made another worse at 1e-3)"
        : "");
    const cure = scaled
      ? `Train ${again}`
      : "Ask smaller scales of the adapter (`compare --adapter-path DIR --scale 0.2,0.4,0.6,0.8,1`), " +
        `or train ${again}`;
    return `${onGauge(lost, titles)} a loss is shown, and ${
      isBeyond(lost) ? beyond(lost) : notExcluded(lost)
    }. ${cure}: ${EVIDENCE}.`;
  }
  const open = known.find(({ outcome }) => outcome === "no_difference_shown");
  if (!open) return "";
  return `${onGauge(open, titles)} no difference is shown, and ${notExcluded(open)}. ` +
    `Ask more ${open.measure === "prose" ? "passages" : "questions"} when the runs are made: ` +
    "`compare --adapter-path DIR --plan` says how many it takes" +
    `${open.measure === "mmlu" ? ", `--all` there asks all" : ""}.`;
}

function onGauge({ measure }: ChangeRow, titles: GaugeTitles): string {
  return `On ${markdownText(isGauge(measure) ? titles[measure] : measure)}`;
}

/** Whether a loss is the tolerated one or more wherever it lies in its interval. */
function isBeyond({ delta, measure, verdict: { ci95 } }: ChangeRow): boolean {
  if (ci95 === undefined) return false;
  const [low, high] = ci95;
  return (betterOf(measure) === "lower" ? low : -high) >= delta!;
}

function beyond({ delta, measure }: ChangeRow): string {
  return `both ends of its 95 % interval are losses of ${lossText(delta!, measure)} or more`;
}

function notExcluded({ delta, measure }: ChangeRow): string {
  return `one of ${lossText(delta!, measure)} or more is not excluded`;
}
