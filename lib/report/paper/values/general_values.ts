import { areDrawnOnce, areFewAnswers } from "../../findings/caution_notes.ts";
import type { AdapterSettings } from "../../../runs/mod.ts";
import { generalRow } from "../../rows/summary_rows.ts";
import { overallChange } from "../../rows/study_lookup.ts";
import type { PaperContext } from "../paper_inputs.ts";
import type { TemplateValues } from "../template.ts";
import { identifierOf } from "../typst_text.ts";
import { namesOf, numbersOf, sourceOf } from "./outcome_values.ts";

type General = NonNullable<AdapterSettings["general"]>;

/** A variant or a training with the general records that it was trained on. */
interface Trained {
  readonly name: string;
  readonly general: General;
}

/** The trainings with a penalty on the divergence at anchors; `null` where there is none. */
export function anchorValues({ inputs, rows, words }: PaperContext): TemplateValues | null {
  const { adapterSettings } = inputs.summary.provenance;
  const trained = Object.entries(adapterSettings)
    .flatMap(([name, { klWeight, general }]): Trained[] =>
      klWeight !== undefined && general !== undefined ? [{ name, general }] : []
    );
  if (trained.length === 0) return null;
  const recipesOf = (sources: readonly string[]): TemplateValues => {
    const own = [...new Set(sources)];
    return { names: namesOf(words, own), several: own.length > 1 };
  };
  return {
    groups: alike(trained, ({ anchor }) => anchor).map((own) => ({
      ...recipesOf(own.map(({ name }) => sourceOf(rows, name) ?? name)),
      records: own[0]!.general.anchor,
      of: own[0]!.general.of,
      answers: own[0]!.general.answers ?? null,
    })),
  };
}

/**
 * The shown variants that were also trained on general records, the first of each training, and what
 * became of general text where they lost on it; `null` where there is none.
 */
export function replayValues(context: PaperContext): TemplateValues | null {
  const { inputs: { summary }, rows, variants, words } = context;
  const sources = new Set<string>();
  const trained = variants.shown.flatMap((name): Trained[] => {
    const source = sourceOf(rows, name);
    if (source === undefined || sources.has(source)) return [];
    sources.add(source);
    const general = summary.provenance.adapterSettings[source]?.general;
    return general !== undefined && general.replay > 0 ? [{ name, general }] : [];
  });
  if (trained.length === 0) return null;
  const lost = trained.filter(({ name }) => overallChange(rows, "prose", name)?.outcome === "loss");
  const again = lost.filter((one) => !isFew(one) && !areDrawnOnce(rowOf(one)));
  return {
    names: namesOf(words, trained.map(({ name }) => name)),
    groups: alike(trained, ({ replay }) => replay).map((own) => ({
      names: namesOf(words, own.map(({ name }) => name)),
      several: own.length > 1,
      records: own[0]!.general.replay,
      of: own[0]!.general.of,
      answers: own[0]!.general.answers ?? null,
    })),
    lost: lost.map((one) => {
      const gauge = overallChange(rows, "mmlu", one.name);
      return {
        name: identifierOf(one.name),
        prose: numbersOf(words, overallChange(rows, "prose", one.name)!),
        mmlu: gauge ? numbersOf(words, gauge) : null,
        answers: one.general.answers ?? 0,
        few: isFew(one),
      };
    }),
    severalLost: lost.length > 1,
    again: again.length === 0 ? null : namesOf(words, again.map(({ name }) => name)),
  };
}

/** Whether so few answers could be used that the records show nothing of general records. */
function isFew(one: Trained): boolean {
  return areFewAnswers(rowOf(one)) && !areDrawnOnce(rowOf(one));
}

function rowOf({ name, general }: Trained): ReturnType<typeof generalRow> {
  return generalRow(name, general);
}

/** Those with as many records of a kind, of as many answers, are told in one sentence. */
function alike(all: readonly Trained[], recordsOf: (general: General) => number): Trained[][] {
  return [
    ...Map.groupBy(all, ({ general }) => `${recordsOf(general)} ${general.of} ${general.answers}`)
      .values(),
  ];
}
