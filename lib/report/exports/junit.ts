import type { Gauge } from "../../runs/mod.ts";
import { verdict } from "../../stats/mod.ts";
import type { ChangeRow, GaugeTitles } from "../rows/row_types.ts";
import { ALL } from "../rows/groups.ts";
import { isGauge, lossText, measureName } from "../words/measures.ts";
import { changeSentence } from "../words/verdict_words.ts";
import { xmlDocument, type XmlElement } from "./xml.ts";

/** What a study is called in the reports of a build. */
export interface JunitOptions {
  /** The study's name. */
  readonly study: string;
  /** What the data of each gauge are called. */
  readonly titles: GaugeTitles;
  /**
   * The losses that a build bears where the study's plan names none, by gauge, in its unit; on a gauge
   * without one any loss that is shown fails.
   */
  readonly tolerances?: Readonly<Partial<Record<Gauge, number>>>;
  /**
   * What a claim is that the data decide neither way: `skip` shows it as skipped, `fail` as failed.
   */
  readonly undecided?: Undecided;
}

/** The choices of {@linkcode JunitOptions.undecided}. */
export const UNDECIDED = ["skip", "fail"] as const;

/** What becomes of a claim that is not decided. */
export type Undecided = typeof UNDECIDED[number];

/** One question as a tuned variant and the base model answered it. */
export interface QuestionCase {
  /** Text-to-SQL or multiple choice. */
  readonly measure: "sql" | "mmlu";
  /** The variant's name. */
  readonly variant: string;
  /** The question's id. */
  readonly id: string;
  /** Its database or subject. */
  readonly cluster: string;
  /** Whether the base model is right. */
  readonly wasRight: boolean;
  /** Whether the variant is right. */
  readonly isRight: boolean;
  /** In one line, what the variant answered where it is wrong. */
  readonly fault: string;
}

type End = "passed" | "failed" | "skipped";

interface Case {
  readonly suite: string;
  readonly classname: string;
  readonly name: string;
  readonly end: End;
  readonly type: string;
  readonly message: string;
}

/**
 * The claims of a study as JUnit XML: a test suite a variant, a test case a gauge, "no loss of 3.0
 * points or more on MMLU" where a loss is tolerated, "no loss on text-to-SQL" where none is.
 *
 * What is tolerated is what the study's plan says of its gauge, and on others what the options say.
 *
 * - passed: a loss of the tolerated size is excluded, or a gain is shown;
 * - failed: a loss is shown and one of the tolerated size is not excluded;
 * - skipped, or failed if `undecided` says so: the data allow neither.
 */
export function claimsJunit(
  changes: readonly ChangeRow[],
  { study, titles, tolerances = {}, undecided = "skip" }: JunitOptions,
): string {
  const claims = changes.flatMap((row) => {
    const { group, measure } = row;
    return group === ALL && isGauge(measure) ? [tolerating(row, tolerances[measure])] : [];
  });
  return junit(
    study,
    claims.map((row) => {
      const { variant, measure, delta } = row;
      const title = measureName(measure, titles);
      const size = delta === undefined
        ? "no loss"
        : `no loss of ${lossText(delta, measure)} or more`;
      const { end, type } = claimEnd(row, undecided);
      return {
        suite: variant,
        classname: `${study}.${variant}`,
        name: `${size} on ${title}`,
        end,
        type,
        message: `${changeSentence(row)}, n = ${row.evidence.n}`,
      };
    }),
  );
}

/** A change with a tolerated loss, where it has none of its own: the bound says whether it is excluded. */
function tolerating(row: ChangeRow, tolerance: number | undefined): ChangeRow {
  const { delta, evidence, outcome, adjusted } = row;
  if (delta !== undefined || tolerance === undefined) return row;
  const { lossExcluded } = verdict(evidence, { delta: tolerance });
  return {
    ...row,
    delta: tolerance,
    verdict: { ...row.verdict, lossExcluded },
    // of a claim that is adjusted, an exclusion that is not is no second fact beside its word
    ...(lossExcluded && !adjusted && { lossExcluded }),
    outcome: outcome === "no_difference_shown" && lossExcluded ? "loss_excluded" : outcome,
  };
}

function claimEnd(
  { outcome, verdict, delta }: ChangeRow,
  undecided: Undecided,
): Pick<Case, "end" | "type"> {
  const within = delta !== undefined && verdict.lossExcluded;
  if (within || outcome === "gain") return { end: "passed", type: "" };
  if (outcome === "loss") return { end: "failed", type: "loss" };
  return { end: undecided === "fail" ? "failed" : "skipped", type: "undecided" };
}

/**
 * The questions of a study as JUnit XML: a test suite a variant, a test case a question. Failed is
 * what the base model answers right and the variant wrong; what both answer wrong is skipped.
 */
export function questionsJunit(
  questions: readonly QuestionCase[],
  { study, titles }: JunitOptions,
): string {
  return junit(
    study,
    questions.map(({ measure, variant, id, cluster, wasRight, isRight, fault }) => ({
      suite: variant,
      classname: `${study}.${variant}.${titles[measure]}.${cluster}`,
      name: id,
      end: isRight ? "passed" : wasRight ? "failed" : "skipped",
      type: "broken",
      message: isRight || wasRight ? fault : `wrong with the base model too: ${fault}`,
    })),
  );
}

function junit(study: string, cases: readonly Case[]): string {
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)];
  return xmlDocument({
    name: "testsuites",
    attributes: { name: study, ...counts(cases) },
    content: suites.map(([name, own]) => ({
      name: "testsuite",
      attributes: { name, ...counts(own) },
      content: own.map(caseElement),
    })),
  });
}

function counts(cases: readonly Case[]): Readonly<Record<string, number>> {
  const of = (end: End): number => cases.filter((one) => one.end === end).length;
  return { tests: cases.length, failures: of("failed"), errors: 0, skipped: of("skipped") };
}

function caseElement({ classname, name, end, type, message }: Case): XmlElement {
  const contents: Readonly<Record<End, readonly XmlElement[]>> = {
    failed: [{ name: "failure", attributes: { message, type }, content: message }],
    skipped: [{ name: "skipped", attributes: { message } }],
    passed: message === "" ? [] : [{ name: "system-out", content: message }],
  };
  return { name: "testcase", attributes: { classname, name }, content: contents[end] };
}
