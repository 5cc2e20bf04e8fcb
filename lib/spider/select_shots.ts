import { UsageError } from "../ground/mod.ts";
import { pcg32, shuffled } from "../stats/mod.ts";
import { normalizeSql } from "./normalize_sql.ts";
import { serializeSchema } from "./serialize_schema.ts";
import type { DatabaseSchema, SpiderExample } from "./types.ts";

/** Options of {@link selectShots}. */
export interface SelectShotsOptions {
  /** How many shots; 3 by default. */
  readonly count?: number;
  /** The seed of the choice. */
  readonly seed: number;
  /** The most characters that a shot's schema, question and query may have together; default 500. */
  readonly maxCharacters?: number;
}

type Kind = "where" | "join" | "group";

/** The kinds in the order in which shots are taken: from plain to grouped. */
const KINDS: readonly Kind[] = ["where", "join", "group"];

/**
 * The fixed shots of a few-shot prompt: a filter, a join and a grouping (then again from the
 * start), each from another database, none with a long schema.
 *
 * Chosen by seed alone, so that every model sees the same ones. Short because the shots are in
 * front of every question: three schemas of an average Spider database would be most of the prompt.
 * Where the kinds, the databases or the short ones run out, the rules give way in this order:
 * kind, length, database.
 *
 * @param train The examples to choose from; in Spider no dev database is among theirs.
 * @param schemas The schemas of their databases.
 * @returns `count` examples, in the order in which the prompt shows them.
 * @throws {UsageError} If there are fewer examples than shots asked for.
 * @throws {RangeError} If `count` is not an integer >= 0.
 */
export function selectShots(
  train: readonly SpiderExample[],
  schemas: ReadonlyMap<string, DatabaseSchema>,
  { count = 3, seed, maxCharacters = 500 }: SelectShotsOptions,
): readonly SpiderExample[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot select shots: count must be an integer >= 0: ${count}`);
  }
  if (train.length === 0 && count > 0) {
    throw new UsageError(
      `Cannot select shots: ${count} asked, and the data have no training split to take them from: ` +
        "set spider.shots to 0 (--shots 0)",
    );
  }
  if (train.length < count) {
    throw new UsageError(
      `Cannot select shots: ${count} asked, the training split has ${train.length}: ask for fewer`,
    );
  }
  const schemaLengths = new Map<string, number>();
  for (const [dbId, schema] of schemas) schemaLengths.set(dbId, serializeSchema(schema).length);
  const pool = shuffled(train, pcg32(seed)).map((example) => {
    const query = normalizeSql(example.query);
    const length = (schemaLengths.get(example.dbId) ?? Infinity) + example.question.length +
      query.length;
    return { example, kind: kindOf(query), length, short: length <= maxCharacters };
  });
  const byLength = pool.toSorted((a, b) => a.length - b.length);

  const chosen: SpiderExample[] = [];
  const databases = new Set<string>();
  while (chosen.length < count) {
    const kind = KINDS[chosen.length % KINDS.length];
    const pick = pool.find((one) =>
      one.kind === kind && one.short && !databases.has(one.example.dbId)
    ) ??
      pool.find((one) => one.short && !databases.has(one.example.dbId)) ??
      byLength.find((one) => !databases.has(one.example.dbId)) ??
      byLength.find((one) => !chosen.includes(one.example));
    // Unreachable while count <= train.length: the last rule takes any example not yet chosen.
    if (pick === undefined) throw new Error(`Cannot select shots: none left of ${train.length}`);
    chosen.push(pick.example);
    databases.add(pick.example.dbId);
  }
  return chosen;
}

/** What a query shows, by its keywords; `undefined` for nested, combined or bare queries. */
function kindOf(query: string): Kind | undefined {
  const has = (word: RegExp): boolean => word.test(query);
  const selects = query.match(/\bselect\b/gi)?.length ?? 0;
  if (selects !== 1) return undefined;
  if (has(/\bgroup by\b/i)) return has(/\bjoin\b/i) ? undefined : "group";
  if (has(/\bjoin\b/i)) return "join";
  return has(/\bwhere\b/i) ? "where" : undefined;
}
