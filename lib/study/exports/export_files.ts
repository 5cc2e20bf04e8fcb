import { UsageError } from "../../ground/mod.ts";
import {
  type CardFacts,
  type CardScore,
  choiceShots,
  claimsJunit,
  modelCard,
  type QuestionCase,
  questionsJunit,
  recommendationFinding,
  summaryRows,
  type Undecided,
} from "../../report/mod.ts";
import {
  adapterText,
  type Gauge,
  GAUGES,
  modelTitle,
  type Summary,
  type VariantOrigin,
} from "../../runs/mod.ts";
import { alignById, letterName } from "../../stats/mod.ts";
import { BASE } from "../answers/sample_identity.ts";
import { MEASURES } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import type { StoredAnswers } from "../results/read_answers.ts";
import { tableFiles } from "./answer_tables.ts";
import { type DataTexts, NO_TEXTS } from "./data_texts.ts";
import { lmEvalFiles } from "./lm_eval_results.ts";
import type { ExportFormat } from "./export_formats.ts";
import type { ExportedStudy } from "./open_export.ts";
import { mean } from "../numbers/groups.ts";

/** Options of {@linkcode exportFiles}. */
export interface ExportOptions {
  /** What becomes of a claim that the data decide neither way; skipped if left out. */
  readonly undecided?: Undecided;
  /** The data's texts, for samples; none if left out. */
  readonly texts?: DataTexts;
}

/**
 * A study in one form: texts or bytes by path below the folder that they are for. The same study
 * gives the same bytes.
 *
 * @throws {UsageError} If the form cannot show the study: a card without one tuned variant to be of,
 * claims without a base model.
 */
export function exportFiles(
  study: ExportedStudy,
  format: ExportFormat,
  { undecided = "skip", texts = NO_TEXTS }: ExportOptions = {},
): Readonly<Record<string, string | Uint8Array>> {
  switch (format) {
    case "csv":
    case "parquet":
      return tableFiles(study, format);
    case "lm-eval":
      return lmEvalFiles(study, texts);
    case "model-card":
      return { "README.md": modelCard(cardFacts(study)) };
    case "junit":
      return junitFiles(study, undecided);
  }
}

function junitFiles(study: ExportedStudy, undecided: Undecided): Readonly<Record<string, string>> {
  const { name, titles, changes, variants, tolerances } = study;
  const base = neededBase(study);
  const tuned = variants.filter((variant) => variant.name !== BASE.name);
  if (tuned.length === 0) {
    throw noTuned(study, "junit");
  }
  const options = { study: name, titles, tolerances, undecided };
  return {
    "claims.xml": claimsJunit(changes, options),
    "questions.xml": questionsJunit(tuned.flatMap((own) => questionCases(base, own)), options),
  };
}

function neededBase({ base, folder }: ExportedStudy): StoredAnswers {
  if (base !== undefined) return base;
  throw new UsageError(
    `Cannot export ${folder}: it has no answers of "${BASE.name}" to count changes from`,
  );
}

function questionCases(base: VariantAnswers, tuned: VariantAnswers): QuestionCase[] {
  const { name: variant } = tuned;
  return [
    ...alignById(base.verdicts, tuned.verdicts).map(({ id, base, tuned }) => ({
      measure: "sql" as const,
      variant,
      id,
      cluster: tuned.dbId,
      wasRight: base.official,
      isRight: tuned.official,
      fault: tuned.official
        ? ""
        : [tuned.errorClass ?? tuned.status, tuned.message].filter(Boolean).join(": "),
    })),
    ...alignById(base.letters, tuned.letters).map(({ id, base, tuned }) => ({
      measure: "mmlu" as const,
      variant,
      id,
      cluster: tuned.subject,
      wasRight: base.correct,
      isRight: tuned.correct,
      fault: tuned.correct ? "" : `answered ${letterName(tuned.chosen)}` +
        (tuned.answer < 0 ? "" : `, right is ${letterName(tuned.answer)}`),
    })),
  ];
}

/** What a card says of the one tuned variant that is exported, or of the recommended one. */
function cardFacts(study: ExportedStudy): CardFacts {
  const { name, label, titles, summary, changes } = study;
  const base = neededBase(study);
  const tuned = cardVariant(study);
  const origin = summary?.variants.find((one) => one.name === tuned.name)?.origin;
  const recommended = summary?.findings.recommendation?.chosen === tuned.name;
  const scores = GAUGES.flatMap((measure): CardScore[] => {
    const change = changes.find((row) =>
      row.measure === measure && row.variant === tuned.name && row.group === "all"
    );
    if (change === undefined) return [];
    const [before, after] = [base, tuned].map((answers) => scoreOf(answers, measure));
    return [{ measure, n: change.evidence.n, base: before!, tuned: after!, change }];
  });
  return {
    study: name,
    label,
    variant: tuned.name,
    scale: origin?.scale ?? 1,
    model: summary?.config.model.id,
    ...(summary && { modelTitle: modelTitle(summary.config) }),
    titles,
    scores,
    recommendation: recommended ? recommendationFinding(summaryRows(summary)) : undefined,
    provenance: summary ? provenance(summary, origin ?? { source: tuned.name }) : {},
  };
}

/** That no tuned variant is exported: there is none, or those that there are were left out. */
function noTuned({ folder, tuned }: ExportedStudy, format: ExportFormat): UsageError {
  return new UsageError(
    tuned.length === 0
      ? `Cannot export ${folder} as ${format}: it has no tuned variant`
      : `Cannot export "${BASE.name}" of ${folder} as ${format}: it is no tuned variant; these are ` +
        tuned.join(", "),
  );
}

function cardVariant(study: ExportedStudy): StoredAnswers {
  const { variants, summary, folder } = study;
  const tuned = variants.filter(({ name }) => name !== BASE.name);
  const recommended = summary?.findings.recommendation?.chosen;
  const chosen = tuned.length === 1 ? tuned[0] : tuned.find(({ name }) => name === recommended);
  if (chosen !== undefined) return chosen;
  if (tuned.length === 0) throw noTuned(study, "model-card");
  throw new UsageError(
    `Cannot export ${folder} as model-card: give --variant, one of ${
      tuned.map(({ name }) => name).join(", ")
    }`,
  );
}

/** A share of right answers, or the mean over passages of their nats a token. */
function scoreOf(answers: VariantAnswers, measure: Gauge): number {
  return mean(MEASURES[measure].outcomes(answers).map(({ value }) => value));
}

function provenance(
  summary: Summary,
  { source, seed }: VariantOrigin,
): Readonly<Record<string, string>> {
  const { taskVersion, configHash } = summary;
  const {
    prompts,
    seeds: { training: _, ...drawn },
    device,
    dtype,
    git,
    adapters,
    adapterSettings,
    adapterSources,
    tools,
  } = summary.provenance;
  const settings = adapterSettings[source];
  // with which seed another one was trained is not known
  const isOwn = seed !== undefined && settings?.trained !== "elsewhere";
  const origin = adapterSources?.[source];
  const files = Object.entries(adapters[source] ?? {}).map(([file, hash]) =>
    [`SHA-256 of ${file}`, hash] as const
  );
  return {
    ...(settings && { adapter: adapterText(settings) }),
    ...(origin && { "from the hub": `${origin.id}, commit ${origin.commit}` }),
    ...Object.fromEntries(files),
    "study (config and inputs)": configHash,
    "prompts and version of the measures": [...Object.values(prompts), String(taskVersion)].join(
      ", ",
    ),
    ...(shownText(summary) === "" ? {} : { "examples shown": shownText(summary) }),
    seeds: Object.entries({ ...drawn, ...(isOwn ? { training: seed } : {}) })
      .map(([what, seed]) => `${what} ${seed}`).join(", "),
    computed: `${device}, ${dtype}`,
    ...(git.commit === null ? {} : { code: `commit ${git.commit}${git.dirty ? ", changed" : ""}` }),
    versions: Object.entries(tools).flatMap(([tool, version]) =>
      version === null ? [] : [`${tool} ${version}`]
    ).join(", "),
  };
}

/** How many examples were shown before each question, as far as it is known. */
function shownText(summary: Summary): string {
  const { sql, mmlu } = summary.counts;
  const shown = choiceShots(summary);
  return [
    ...(sql ? [`${sql.title} ${sql.shots}`] : []),
    ...(mmlu && shown
      ? [
        `${mmlu.title} ${
          shown.fewest === shown.most ? shown.most : `${shown.fewest} to ${shown.most}`
        }`,
      ]
      : []),
  ].join(", ");
}
