import type { Engine } from "../../engine/mod.ts";
import { checkRecord, counted } from "../../ground/mod.ts";
import type { SampleStore, SqlSample, SummaryCounts } from "../../runs/mod.ts";
import { sqlPromptVersion } from "../../spider/mod.ts";
import { byReading, KEPT_VERDICTS, type KeptVerdict } from "../../sql/mod.ts";
import { answerSql } from "../answers/answer_sql.ts";
import {
  type JudgedSamples,
  judgeSamples,
  type SqlAnswers,
  type SqlVerdict,
} from "../answers/judge_samples.ts";
import { fittingSqlSample } from "../answers/open_answers.ts";
import { sqlPrompts } from "../answers/study_prompts.ts";
import { databaseHashes } from "../inputs/database_hashes.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { prefixed } from "../inputs/prefixed.ts";
import { sqlShortfalls } from "../inputs/shortfalls.ts";
import { lostByDatabase, type SqlInputs } from "../inputs/sql_inputs.ts";
import { compareSql, outcome } from "../numbers/compare_sql.ts";
import { scoreSql } from "../numbers/score_sql.ts";
import { VERDICT } from "./answer_rows.ts";
import { distinctPrompts } from "./distinct_prompts.ts";
import { distinctTokens } from "./distinct_tokens.ts";
import type {
  AnswerRow,
  AnswerRows,
  AskingCost,
  AskingOptions,
  Later,
  Measure,
  StoreForms,
} from "./measure.ts";

/** Completions, and the verdicts on them, kept under what determines them. */
export interface SqlStores {
  /** `sqlSamples` by their keys. */
  readonly sqlSamples: SampleStore<SqlSample>;
  /** `sqlVerdicts` by their keys. */
  readonly sqlVerdicts: SampleStore<KeptVerdict>;
}

/** Their files. */
export const SQL_STORES: StoreForms<SqlStores> = {
  sqlSamples: { file: "sql.jsonl", schema: fittingSqlSample },
  sqlVerdicts: { file: "verdicts.jsonl", schema: () => KEPT_VERDICTS.line },
};

const ROWS: AnswerRows<SqlAnswers> = {
  file: "verdicts",
  key: "official",
  name: "verdict",
  columns: {
    shots: "whole",
    id: "text",
    dbId: "text",
    hardness: "text",
    status: "text",
    ...byReading(() => "flag" as const),
    errorClass: "text",
    finishReason: "text",
    cutInReasoning: "flag",
    message: "text",
    sql: "text",
  },
  // it may be the prompt again, with the texts of the data
  unrecorded: ["wrote"],
  // without their time, which differs from run to run; by shots where they are not the own
  write({ verdicts, byShots = {} }): AnswerRow[] {
    const others = Object.entries(byShots).flatMap(([shots, judged]) =>
      judged.map((verdict) => ({ shots: Number(shots), ...verdict }))
    );
    return [...verdicts, ...others].map(({ elapsedMs: _elapsedMs, ...verdict }) => verdict);
  },
  read(row, place): SqlAnswers {
    const { variant = "", finishReason = "stop", sql = "", shots: _, status, ...rest } =
      checkRecord(VERDICT, row, place);
    const judged = status === "no_prediction" ? "no_sql" : status;
    const verdict = { ...rest, status: judged, variant, finishReason, sql, elapsedMs: 0 };
    return { verdicts: [verdict as SqlVerdict] };
  },
};

/** A gold of Spider has 20 to 25 tokens; what wrong completions go on for is not known. */
const MEAN_COMPLETION = 24;

/** Text-to-SQL, judged by execution; databases are the clusters. */
export const SQL_MEASURE: Measure<SqlInputs, SqlAnswers, SqlStores> = {
  examples: "text-to-SQL questions",
  asked: "text-to-SQL prompt",
  primary: "always",
  minSame: 0.98,
  rows: ROWS,
  samples: "sqlSamples",
  title: () => "text-to-SQL",
  dataPrefix: "spider/",
  promptVersion: ({ spider }) => sqlPromptVersion(spider.schema),
  hashes: async (inputs) =>
    prefixed(SQL_MEASURE.dataPrefix, { ...inputs.spider.hashes, ...await databaseHashes(inputs) }),
  shortfalls: sqlShortfalls,
  cost(inputs): AskingCost {
    const prompts = [inputs.shots, ...inputs.otherShots]
      .map((shots) => sqlPrompts({ ...inputs, shots }));
    const asked = prompts.flat().length;
    return {
      asked,
      distinct: distinctPrompts(prompts.flat()),
      readTokens: prompts.reduce((total, list) => total + distinctTokens(list), 0),
      writtenTokens: asked * Math.min(MEAN_COMPLETION, inputs.config.spider.maxNewTokens),
    };
  },
  answer: judgedSql,
  outcomes: ({ verdicts }) =>
    verdicts.map((verdict) => ({
      id: verdict.id,
      cluster: verdict.dbId,
      value: Number(verdict.official),
      same: `${verdict.official}`,
      word: outcome(verdict),
    })),
  score: ({ verdicts, byShots }) => ({
    ...(verdicts.length > 0 && { sql: scoreSql(verdicts) }),
    ...(byShots && {
      sqlByShots: Object.fromEntries(
        Object.entries(byShots).map(([shots, judged]) => [shots, scoreSql(judged)]),
      ),
    }),
  }),
  compare: (base, tuned) => base.verdicts.length > 0 ? { sql: compareSql(base, tuned) } : {},
  counts: sqlCounts,
};

/** Text-to-SQL under the study's own prompt and with other numbers of examples shown. */
async function judgedSql(
  inputs: ModelInputs & SqlInputs,
  engine: Engine,
  { sqlSamples, sqlVerdicts }: SqlStores,
  options: AskingOptions,
): Promise<Later<SqlAnswers>> {
  const { variant: { name }, progress, signal } = options;
  const { timeoutMs } = inputs.config.spider;
  let judging: Promise<JudgedSamples[]> = Promise.resolve([]);
  for (const shots of [inputs.shots, ...inputs.otherShots]) {
    const judged = await judging;
    const shown = inputs.otherShots.length > 0 ? `, ${shots.length}-shot` : "";
    progress.step(`${name}: text-to-SQL, ${counted(inputs.asked.length, "question")}${shown}`);
    const asked = { ...inputs, shots };
    const completions = await answerSql(asked, engine, { ...options, store: sqlSamples });
    const how = { timeoutMs, store: sqlVerdicts, progress, signal };
    judging = judgeSamples(asked, completions, how).then((own) => [...judged, own]);
  }
  return { later: judging.then((judged) => sqlAnswers(inputs, judged)) };
}

/** The verdicts of all prompts, the study's own first. */
function sqlAnswers(inputs: SqlInputs, judged: readonly JudgedSamples[]): SqlAnswers {
  const [own, ...others] = judged;
  return {
    verdicts: own!.verdicts,
    unjudged: judged.flatMap(({ unjudged }) => unjudged),
    ...(others.length > 0 && {
      byShots: Object.fromEntries(
        others.map(({ verdicts }, i) => [`${inputs.otherShots[i]!.length}`, verdicts]),
      ),
    }),
  };
}

function sqlCounts(inputs: SqlInputs, { verdicts, unjudged = [] }: SqlAnswers): SummaryCounts {
  if (verdicts.length === 0) return {};
  const { drawn, shots } = inputs;
  return {
    sql: {
      title: SQL_MEASURE.title(inputs),
      asked: drawn.length,
      scored: verdicts.length,
      missing: drawn.length - verdicts.length,
      shots: shots.length,
      databases: new Set(verdicts.map(({ dbId }) => dbId)).size,
      missingDatabases: missingDatabases(inputs),
      ...(unjudged.length > 0 ? { unjudged } : {}),
    },
  };
}

function missingDatabases(
  { drawn, asked, spider }: SqlInputs,
): NonNullable<SummaryCounts["sql"]>["missingDatabases"] {
  const lost = lostByDatabase({ drawn, asked });
  return spider.missingDatabases.flatMap(({ dbId }) => {
    const own = lost.get(dbId);
    return own ? [{ dbId, examples: own.length }] : [];
  });
}
