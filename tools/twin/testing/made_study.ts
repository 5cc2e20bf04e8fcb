import type { StudyConfig, Summary } from "../../../lib/runs/mod.ts";
import { parseConfig, recordedConfig } from "../../../lib/runs/mod.ts";
import { pcg32 } from "../../../lib/stats/mod.ts";
import type { MmluAnswer } from "../../../lib/study/answers/letters.ts";
import type { VariantAnswers } from "../../../lib/study/numbers/answers.ts";
import { NO_ANSWERS } from "../../../lib/study/measures/measures.ts";
import { summarizeVariants } from "../../../lib/study/results/build_summary.ts";
import { writeResults } from "../../../lib/study/results/write_results.ts";
import type { StudyFolder } from "../../../lib/study/study_folder.ts";
import { studyFindings, tolerancesOf } from "../../../lib/study/sweep/study_findings.ts";
import { sweepPlan } from "../../../lib/study/sweep/sweep_plan.ts";
import { sweepVariants } from "../../../lib/study/sweep/sweep_variants.ts";

const SQL = 160;
const MMLU = 140;
const PROSE = 30;
/** Questions of each database: unequal, as Spider's are. */
const DATABASES = [40, 28, 24, 20, 16, 12, 10, 10].flatMap((n, i) =>
  Array.from({ length: n }, () => `database_${i}`)
);
const CATEGORIES = ["STEM", "humanities", "social sciences"];
const KINDS = ["narrative", "code", "dialogue"];
const LEVELS = ["easy", "medium", "hard", "extra"] as const;
const FAULTS = [
  { status: "mismatch", errorClass: "join" },
  { status: "mismatch", errorClass: "value" },
  { status: "sql_error", errorClass: "syntax" },
  { status: "sql_error", errorClass: "schema_linking" },
  { status: "no_sql" },
  { status: "timeout" },
] as const;

/** A further seed, whose answers lie in another order than those of the first. */
const OTHER_ORDER = "qv#43";

/** What a made-up study is like. */
export interface MadeStudy {
  readonly seed: number;
  readonly sweep: Readonly<Record<string, unknown>>;
  /** By how much a full adapter raises the chance of a right statement. */
  readonly gain: number;
  /** By how much a full adapter lowers the chance of a right letter. */
  readonly loss: number;
}

/**
 * For tests: writes the results of a study with made-up answers into a folder, as a study writes them:
 * two recipes, one with three seeds, one with two of them, both with two scales, and an adapter from elsewhere.
 *
 * @param made A summary that was run, for what does not come from answers.
 */
export function writeMadeStudy(root: string, made: Summary, of: MadeStudy): Summary {
  const config = parseConfig(
    JSON.stringify({
      name: made.name,
      seed: of.seed,
      model: { id: "tiny", source: "path", path: "model" },
      spider: { path: "spider" },
      mmlu: { path: "mmlu" },
      training: {
        recipes: [{ name: "qv", learningRate: 1e-3 }, { name: "all", learningRate: 1e-3 }],
      },
      adapters: [{ name: "mine", adapter: "mine" }],
      sweep: { scales: [0.5, 1], seeds: { qv: 3, all: 2 }, ...of.sweep },
    }),
    { path: "the test" },
  );
  const answers = madeAnswers(config, of);
  const [base, ...tuned] = answers;
  const plan = sweepPlan(config, sweepVariants(config), {
    databases: DATABASES,
    written: "2026-01-01T00:00:00.000Z",
  });
  const variants = summarizeVariants(answers, tolerancesOf(plan));
  const compared = tuned.map((variant, i) => ({
    answers: variant,
    versusBase: variants[i + 1]!.versusBase!,
  }));
  const { sql, mmlu, prose } = made.counts;
  const summary: Summary = {
    ...made,
    config: recordedConfig(config),
    counts: {
      sql: { ...sql!, asked: SQL + 3, scored: SQL, missing: 3, databases: 8 },
      mmlu: { ...mmlu!, asked: MMLU, scored: MMLU, missing: 0, subjects: 12 },
      prose: { ...prose!, asked: PROSE, scored: PROSE, missing: 0, topics: 15 },
    },
    plan,
    variants,
    findings: studyFindings(plan, base!, compared),
  };
  writeResults({ root } as StudyFolder, summary, answers, "");
  return summary;
}

function madeAnswers(config: StudyConfig, { seed, gain, loss }: MadeStudy): VariantAnswers[] {
  const all: readonly Pick<VariantAnswers, "name" | "origin">[] = [
    { name: "base", origin: { source: "base" } },
    ...sweepVariants(config),
  ];
  const made = all.map(({ name, origin }, i): VariantAnswers => {
    const strength = i === 0 ? 0 : origin.scale ?? 1;
    const random = pcg32(seed * 100 + i);
    const verdicts = madeVerdicts(name, 0.35 + gain * strength, random);
    return {
      ...NO_ANSWERS,
      name,
      origin,
      verdicts,
      byShots: { 0: madeVerdicts(name, 0.2 + gain * strength, random) },
      letters: madeLetters(0.55 - loss * strength, random, seed),
      prose: Array.from({ length: PROSE }, (_, p) => ({
        id: `p-${p}`,
        kind: KINDS[p % 3]!,
        topic: `t${p % 15}`,
        tokens: 40 + p,
        nats: (40 + p) * (2 + 0.1 * (p % 7) + 0.02 * strength + 0.02 * random()),
      })),
    };
  });
  return made.map((answers) => answers.name === OTHER_ORDER ? turned(answers) : answers);
}

/** The same answers, the last one first. */
function turned({ verdicts, letters, prose, ...others }: VariantAnswers): VariantAnswers {
  return {
    ...others,
    verdicts: verdicts.toReversed(),
    letters: letters.toReversed(),
    prose: prose.toReversed(),
  };
}

function madeVerdicts(
  variant: string,
  share: number,
  random: () => number,
): VariantAnswers["verdicts"] {
  return DATABASES.map((dbId, i) => {
    // what is easy is right more often
    const official = random() < share * (i % 4 < 2 ? 1.3 : 0.7);
    const cut = random() < 0.1;
    return {
      id: `dev-${i}`,
      dbId,
      variant,
      hardness: LEVELS[i % 4]!,
      finishReason: cut ? "length" : "stop",
      ...(official ? { status: "match" as const } : FAULTS[Math.floor(random() * FAULTS.length)]!),
      official,
      assignment: official && random() < 0.95,
      strict: official && random() < 0.9,
      sql: "SELECT 1",
      elapsedMs: 0,
      ...(cut && !official && random() < 0.5 ? { cutInReasoning: true as const } : {}),
    };
  });
}

function madeLetters(skill: number, random: () => number, seed: number): MmluAnswer[] {
  const gold = pcg32(seed);
  return Array.from({ length: MMLU }, (_, i) => {
    const options = i % 20 === 7 ? 5 : 4;
    const answer = Math.floor(gold() * options);
    const right = random() < skill;
    // a habit of A, and more of a letter that is known
    const logProbs = Array.from(
      { length: options },
      (_, letter) =>
        -1.5 - 2 * random() + (letter === 0 ? 0.4 : 0) + (right && letter === answer ? 1.2 : 0),
    );
    const chosen = logProbs.indexOf(Math.max(...logProbs));
    const letter = random() < 0.1 ? null : random() < 0.7 ? chosen : Math.floor(random() * 4);
    return {
      id: `q-${i}`,
      subject: `subject_${i % 12}`,
      category: CATEGORIES[i % 3]!,
      answer,
      chosen,
      correct: chosen === answer,
      logProbs,
      ...(i % 3 === 0 ? { written: letter } : {}),
    };
  });
}
