import type { ProseScore } from "../../prose/mod.ts";
import {
  parseConfig,
  SCHEMA_VERSION,
  type Summary,
  TASK_VERSION,
  type VariantOrigin,
  writeSummary,
} from "../../runs/mod.ts";
import { requiredExamples, splitHalves } from "../../stats/mod.ts";
import { pcg32 } from "../../stats/pcg32.ts";
import type { MmluAnswer } from "../../study/answers/letters.ts";
import { NO_ANSWERS } from "../../study/measures/measures.ts";
import type { VariantAnswers } from "../../study/numbers/answers.ts";
import { compareVariants } from "../../study/numbers/compare_variants.ts";
import { scoreMmlu } from "../../study/numbers/score_mmlu.ts";
import { scoreProse } from "../../study/numbers/score_prose.ts";
import { scoreSql } from "../../study/numbers/score_sql.ts";
import { studyFindings, tolerancesOf } from "../../study/sweep/study_findings.ts";

/**
 * Writes `testdata/summary.json`, the study that this room's tests read. Its answers are made up:
 * they come from no model. Run it by hand when the form of a summary changes:
 * `deno run -A lib/report/testing/make_summary_fixture.ts`.
 *
 * @module
 */

const SQL_QUESTIONS = 240;
const DATABASES = 12;
const CHOICE_QUESTIONS = 900;
const CATEGORIES = ["STEM", "Humanities", "Social sciences"];
const SUBJECTS = 6;
const KINDS = ["encyclopaedic", "narrative", "code"];
const PASSAGES = 60;
const LEVELS = ["easy", "medium", "hard", "extra"] as const;
const CLASSES = ["schema_linking", "join", "value", "projection", "grouping"] as const;

/** What a made-up variant is like. */
interface Made {
  readonly name: string;
  readonly origin: VariantOrigin;
  /** How many in a hundred questions more than the base model it answers. */
  readonly sql: number;
  /** How much is added to the right letter's logit. */
  readonly known: number;
  /** How much is added to the logit of C. */
  readonly habit: number;
  /** What is added to the nats of a token. */
  readonly nats: number;
}

const MADE: readonly Made[] = [
  { name: "base", origin: { source: "base" }, sql: 0, known: 0, habit: 0, nats: 0 },
  made("all-linear", { scale: 0.5, seed: 42 }, { sql: 16, known: 0.01, habit: 0.01, nats: 0.012 }),
  made("all-linear", { scale: 1, seed: 42 }, { sql: 22, known: -0.09, habit: 0.02, nats: 0.07 }),
  made("all-linear", { scale: 1, seed: 42, checkpoint: { index: 1, of: 2 } }, {
    sql: 15,
    known: -0.03,
    habit: 0.02,
    nats: 0.03,
  }),
  ...[43, 44, 45, 46].map((seed, i) =>
    made("all-linear", { scale: 1, seed }, {
      sql: 19 + 2 * i,
      known: -0.06 - 0.01 * i,
      habit: 0.02,
      nats: 0.06 + 0.01 * i,
    })
  ),
  made("qv", { scale: 0.5, seed: 42 }, { sql: 4, known: 0, habit: 0.06, nats: 0.002 }),
  made("qv", { scale: 1, seed: 42 }, { sql: 9, known: 0, habit: 0.45, nats: 0.006 }),
];

function made(
  source: string,
  origin: Omit<VariantOrigin, "source">,
  effect: Pick<Made, "sql" | "known" | "habit" | "nats">,
): Made {
  const { scale = 1, seed = 42, checkpoint } = origin;
  const name = source + (seed === 42 ? "" : `#${seed}`) +
    (checkpoint ? `/${checkpoint.index}of${checkpoint.of}` : "") +
    (scale === 1 ? "" : `@${scale}`);
  return { name, origin: { source, ...origin }, ...effect };
}

function answersOf(variant: Made, index: number): VariantAnswers {
  return {
    ...NO_ANSWERS,
    name: variant.name,
    origin: variant.origin,
    verdicts: verdictsOf(variant, index),
    byShots: { "0": verdictsOf({ ...variant, sql: variant.sql - 2 }, index + 50) },
    letters: lettersOf(variant, index),
    prose: proseOf(variant, index),
  };
}

function verdictsOf({ name, sql }: Made, index: number): VariantAnswers["verdicts"] {
  const common = pcg32(1);
  const own = pcg32(100 + index);
  return Array.from({ length: SQL_QUESTIONS }, (_, i) => {
    const database = i % DATABASES;
    const hardness = LEVELS[common() < 0.3 ? 0 : common() < 0.5 ? 1 : common() < 0.5 ? 2 : 3]!;
    const ease = 0.52 - 0.13 * LEVELS.indexOf(hardness) + 0.02 * (database % 4);
    const hard = common();
    const right = hard < ease + (0.7 + 0.1 * (database % 5)) * sql / 100 + 0.08 * (own() - 0.5);
    const status = right ? "match" : own() < (sql > 0 ? 0.8 : 0.4) ? "mismatch" : "sql_error";
    return {
      id: `dev-${i}`,
      dbId: `database_${database}`,
      variant: name,
      hardness,
      finishReason: !right && own() < 0.04 ? "length" : "stop",
      official: right,
      assignment: right && hard > 0.01,
      strict: right && hard > 0.03,
      status,
      ...(right ? {} : {
        errorClass: status === "sql_error" && own() < 0.5
          ? "syntax" as const
          : CLASSES[Math.floor(CLASSES.length * own() ** 1.6)]!,
      }),
      sql: "SELECT 1",
      elapsedMs: 1,
    };
  });
}

function lettersOf({ known, habit }: Made, index: number): MmluAnswer[] {
  const common = pcg32(2);
  const own = pcg32(200 + index);
  return Array.from({ length: CHOICE_QUESTIONS }, (_, i) => {
    const category = CATEGORIES[i % CATEGORIES.length]!;
    const subject = `${category} ${Math.floor(i / CATEGORIES.length) % SUBJECTS}`;
    const answer = Math.floor(4 * common());
    const ease = 1.1 * common() + 0.3;
    const logits = [0, 1, 2, 3].map((letter) =>
      1.6 * common() + 0.1 * (own() - 0.5) + (letter === answer ? ease + known : 0) +
      (letter === 2 ? habit : 0)
    );
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const logProbs = logits.map((logit) => logit - total - 0.1);
    const chosen = logProbs.indexOf(Math.max(...logProbs));
    const written = i % 5 > 0 ? {} : { written: own() < 0.06 ? null : chosen };
    return {
      id: `${i}`,
      subject,
      category,
      answer,
      chosen,
      correct: chosen === answer,
      logProbs,
      ...written,
    };
  });
}

function proseOf({ nats }: Made, index: number): ProseScore[] {
  const common = pcg32(3);
  const own = pcg32(300 + index);
  return Array.from({ length: PASSAGES }, (_, i) => {
    const tokens = 100 + Math.floor(40 * common());
    const kind = KINDS[i % KINDS.length]!;
    const each = 2.4 + 0.5 * common() + nats * (1 + KINDS.indexOf(kind)) / 2 + 0.02 * (own() - 0.5);
    return { id: `passage-${i}`, kind, topic: `topic ${i % 20}`, tokens, nats: tokens * each };
  });
}

function fixture(): Summary {
  const [base, ...tuned] = MADE.map(answersOf) as [VariantAnswers, ...VariantAnswers[]];
  const paths = ["all-linear", "all-linear/1of2", "qv"].map((name) => ({
    name,
    variants: name.includes("/") ? [name] : [`${name}@0.5`, name],
  }));
  const databases = [...new Set(base.verdicts.map(({ dbId }) => dbId))];
  const needs = [0.05, 0.1, 0.2].flatMap((flipShare) =>
    [1, 2].map((designEffect) => ({
      flipShare,
      designEffect,
      items: requiredExamples(flipShare, 0.03, { paths: paths.length, designEffect }),
    }))
  );
  const plan: Summary["plan"] = {
    written: "2026-01-02T03:04:05.000Z",
    gauge: "mmlu",
    delta: 0.03,
    alpha: 0.05,
    seed: 42,
    paths,
    halves: splitHalves(databases, 42),
    primary: ["all-linear", "qv"],
    needs,
  };
  const compared = tuned.map((answers) => ({
    answers,
    versusBase: compareVariants(base, answers, tolerancesOf(plan)),
  }));
  const scores = ({ name, origin, verdicts, byShots, letters, prose }: VariantAnswers) => ({
    name,
    origin,
    sql: scoreSql(verdicts),
    sqlByShots: { "0": scoreSql(byShots!["0"]!) },
    mmlu: scoreMmlu(letters),
    prose: scoreProse(prose),
  });
  return {
    schemaVersion: SCHEMA_VERSION,
    taskVersion: TASK_VERSION,
    name: "tiny",
    label: "made up",
    configHash: "0".repeat(64),
    config: parseConfig(CONFIG, { path: "config/tiny.json" }),
    counts: {
      sql: {
        title: "text-to-SQL",
        asked: SQL_QUESTIONS + 2,
        scored: SQL_QUESTIONS,
        missing: 2,
        shots: 3,
        databases: DATABASES,
        missingDatabases: [{ dbId: "world_1", examples: 2 }],
      },
      mmlu: {
        title: "MMLU",
        asked: CHOICE_QUESTIONS,
        scored: CHOICE_QUESTIONS,
        missing: 0,
        subjects: SUBJECTS * CATEGORIES.length,
      },
      prose: { title: "general text", asked: PASSAGES, scored: PASSAGES, missing: 0, topics: 20 },
    },
    plan,
    variants: [
      scores(base),
      ...compared.map(({ answers, versusBase }) => ({ ...scores(answers), versusBase })),
    ],
    findings: studyFindings(plan, base, compared),
    provenance: PROVENANCE,
  };
}

const CONFIG = JSON.stringify({
  name: "tiny",
  label: "made up",
  model: { id: "own/Tiny-Model", source: "path", path: "models/own" },
  spider: { path: "spider_db/sample" },
  mmlu: { path: "mmlu_db/sample" },
  training: {
    recipes: [
      { name: "all-linear", learningRate: 1e-4, targetModules: "all-linear" },
      { name: "qv", learningRate: 2e-4 },
    ],
  },
  sweep: { scales: [0.5, 1], checkpoints: 2, seeds: { "all-linear": 5 }, shots: [0], written: 60 },
});

const PROVENANCE: Summary["provenance"] = {
  modelFiles: { "model.safetensors": "1".repeat(64) },
  adapters: { "all-linear": { "adapter_model.safetensors": "2".repeat(64) } },
  adapterSettings: {
    "all-linear": {
      trained: "here",
      rank: 16,
      alpha: 32,
      dropout: 0.05,
      targetModules: ["all-linear"],
      learningRate: 1e-4,
      rsLora: false,
      dora: false,
    },
  },
  prompts: { sql: "sql-1", mmlu: "mmlu-1", prose: "prose-1" },
  data: { "spider/dev.json": "3".repeat(64) },
  seeds: { study: 42 },
  tools: { deno: "2.9.6", torch: null },
  git: { commit: "4".repeat(40), dirty: false },
  device: "CPU, 2 cores",
  dtype: "float32",
};

if (import.meta.main) {
  const path = new URL("../testdata/summary.json", import.meta.url).pathname;
  writeSummary(path, fixture());
  const summary: unknown = JSON.parse(Deno.readTextFileSync(path));
  // on one line: it is data, and long
  Deno.writeTextFileSync(path, `${JSON.stringify(rounded(summary))}\n`);
}

/** Numbers to nine digits; the checksum, which is of all digits, is left out. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(9));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== "sum").map(([key, own]) => [key, rounded(own)]),
  );
}
