import type { Gauge } from "../../runs/mod.ts";
import type { ChangeRow, GaugeTitles } from "../rows/row_types.ts";
import { ofAdapters } from "../findings/of_adapters.ts";
import { markdownTable, rightTitle } from "../tables/markdown_table.ts";
import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { markdownText } from "../words/markdown_text.ts";
import { betterOf, gaugeText, measureName, unitOf } from "../words/measures.ts";
import { ENGLISH } from "../words/verdict_texts.ts";
import { changeSentence, INTERVAL_NOTE, outcomeWord } from "../words/verdict_words.ts";
import { changeCell } from "../tables/change_table.ts";
import { SHOWN } from "../measures/measures.ts";
import { yamlText, type YamlValue } from "./yaml.ts";

/** What a card says of one measure. */
export interface CardScore {
  /** What was measured. */
  readonly measure: Gauge;
  /** Examples scored. */
  readonly n: number;
  /** The base model's score: a share, or nats a token. */
  readonly base: number;
  /** The adapter's, in the same unit. */
  readonly tuned: number;
  /** The paired change over all examples. */
  readonly change: ChangeRow;
}

/** What a model card of an adapter is made of. */
export interface CardFacts {
  /** The study's name. */
  readonly study: string;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string | undefined;
  /** The variant's name in the study. */
  readonly variant: string;
  /** The factor on the adapter; 1 is the adapter as it is. */
  readonly scale: number;
  /** The base model's id; left out where the results do not say it. */
  readonly model?: string | undefined;
  /** What the text calls it, where that is more than its id. */
  readonly modelTitle?: string | undefined;
  /** What the data of each gauge are called. */
  readonly titles: GaugeTitles;
  /** One a measure. */
  readonly scores: readonly CardScore[];
  /** The study's recommendation, as Markdown, where it is of this variant. */
  readonly recommendation?: string | undefined;
  /** What made the numbers, by name. */
  readonly provenance: Readonly<Record<string, string>>;
}

/**
 * A section of a model card for a PEFT adapter, in the Hugging Face hub's form: a front matter with
 * a `model-index` of every score and its change against the base model, then the same as text, with
 * what made the numbers.
 *
 * @throws {RangeError} If a number cannot be.
 *
 * Source: https://github.com/huggingface/hub-docs/blob/main/modelcard.md
 */
export function modelCard(facts: CardFacts): string {
  const front = yamlText({
    library_name: "peft",
    base_model: facts.model,
    tags: ["lora", "peft", "text-to-sql"],
    "model-index": [{ name: facts.variant, results: facts.scores.map((s) => result(s, facts)) }],
  });
  return `---\n${front}---\n\n${section(facts)}`;
}

function result(
  { measure, n, base, tuned, change }: CardScore,
  { titles, label }: CardFacts,
): YamlValue {
  const title = measureName(measure, titles);
  const { task, metric, score } = SHOWN[measure].hub;
  const name = label === undefined ? title : `${title} (${label})`;
  const unit = unitOf(measure) === "points" ? ", 0 to 1" : "";
  return {
    task: { type: task, name: title },
    dataset: { type: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), name },
    metrics: [
      { type: metric, value: rounded(tuned), name: `${score}${unit}, n = ${formatCount(n)}` },
      {
        type: `${metric}_of_base_model`,
        value: rounded(base),
        name: `${score}${unit}, of the base model on the same examples`,
      },
      {
        type: `${metric}_change`,
        value: rounded(change.verdict.difference),
        name: `change, tuned less base, ${betterOf(measure)} is better: ${changeSentence(change)}`,
      },
    ],
  };
}

/** So many digits after the point: more than any of these numbers can be told to. */
const DECIMALS = 6;

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

function section(facts: CardFacts): string {
  const { titles, scores, model, variant, scale, label, study, recommendation } = facts;
  const base = model === undefined ? "the base model" : markdownText(facts.modelTitle ?? model);
  const data = label === undefined ? "" : ` Data: ${markdownText(label)}.`;
  const rows = scores.map(({ measure, n, base, tuned, change }) => [
    measureName(measure, titles),
    formatCount(n),
    scoreText(base, measure),
    scoreText(tuned, measure),
    changeCell(change),
    unitOf(measure),
    outcomeWord(change) + (change.adjusted ? "" : ENGLISH.unadjusted),
  ]);
  return [
    "## What this adapter gains and loses\n",
    `${
      markdownText(variant)
    } against ${base}, both asked the same examples and compared example by ` +
    `example (study ${markdownText(study)}).${data}` +
    (scale === 1
      ? ""
      : ` All numbers are of the adapter with its change of the weights times ${String(scale)}.`) +
    "\n",
    ...scores.map(({ measure, change }) =>
      `- ${gaugeText(measure, titles)}: ${changeSentence(change)}`
    ),
    "",
    ...(recommendation ? [`${recommendation}\n`] : []),
    markdownTable(
      [
        { title: "measure" },
        ...["n", "base model", "this adapter", "change"].map(rightTitle),
        { title: "unit of the change" },
        { title: "finding" },
      ],
      rows,
    ),
    `${INTERVAL_NOTE} ${ofAdapters({ changes: scores.map(({ change }) => change) })}\n`,
    "### What made these numbers\n",
    ...Object.entries(facts.provenance).map(([name, value]) =>
      `- ${markdownText(name)}: ${markdownText(value)}`
    ),
    "",
  ].join("\n");
}

function scoreText(score: number, measure: Gauge): string {
  return unitOf(measure) === "points" ? formatPercent(score) : formatNats(score, 3);
}
