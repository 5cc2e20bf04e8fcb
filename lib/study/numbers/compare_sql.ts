import type { Comparison } from "../../runs/mod.ts";
import { HARDNESS_LEVELS, READINGS } from "../../sql/mod.ts";
import { alignById, flipTable } from "../../stats/mod.ts";
import type { SqlAnswers, SqlVerdict } from "../answers/judge_samples.ts";
import { compare, fromEntries } from "./groups.ts";
import { runs } from "./score_sql.ts";

/** Text-to-SQL of two variants, paired by question. */
export function compareSql(base: SqlAnswers, tuned: SqlAnswers): NonNullable<Comparison["sql"]> {
  const pairs = alignById(base.verdicts, tuned.verdicts);
  const levels = HARDNESS_LEVELS.filter((level) =>
    pairs.some((pair) => pair.base.hardness === level)
  );
  const shots = Object.keys(base.byShots ?? {}).filter((count) => tuned.byShots?.[count]);
  return {
    overall: fromEntries(READINGS, (reading) => compare(pairs, (v) => v[reading], dbOf)),
    byHardness: fromEntries(
      levels,
      (level) => compare(pairs.filter((pair) => pair.base.hardness === level), right, dbOf),
    ),
    runs: compare(pairs, runs, dbOf),
    flips: flipTable(pairs.map((pair) => ({
      from: outcome(pair.base),
      to: outcome(pair.tuned),
      rightBefore: pair.base.official,
      rightAfter: pair.tuned.official,
    }))),
    ...(shots.length > 0 && {
      byShots: fromEntries(
        shots,
        (count) => compare(alignById(base.byShots![count]!, tuned.byShots![count]!), right, dbOf),
      ),
    }),
  };
}

/** What a completion came to in one word: right, the class of its error, or its status. */
export function outcome({ official, status, errorClass }: SqlVerdict): string {
  if (official) return "right";
  return status === "mismatch" || status === "sql_error" ? errorClass ?? status : status;
}

function right({ official }: SqlVerdict): boolean {
  return official;
}

function dbOf({ dbId }: SqlVerdict): string {
  return dbId;
}
