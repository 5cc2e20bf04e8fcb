import { fromRoot, UsageError } from "../../ground/mod.ts";
import type { StudyConfig } from "../../runs/mod.ts";
import {
  loadSpider,
  sampleExamples,
  selectShots,
  type SpiderData,
  type SpiderExample,
  sqlPrompt,
  withShownSchemas,
} from "../../spider/mod.ts";

/** The text-to-SQL questions of a study. */
export interface SqlInputs {
  /** The data, every split of it. */
  readonly spider: SpiderData;
  /** The fixed examples of every prompt, from the training split. */
  readonly shots: readonly SpiderExample[];
  /** The drawn dev questions, in file order, those of missing databases included. */
  readonly drawn: readonly SpiderExample[];
  /** The drawn questions whose database is there: the ones that are asked. */
  readonly asked: readonly SpiderExample[];
  /** Further sets of examples that the questions are asked with too. */
  readonly otherShots: readonly (readonly SpiderExample[])[];
}

/** Loads Spider; a path of its databases apart is relative to the repository's root. */
export async function loadSpiderOf(
  { path, database }: { readonly path: string; readonly database?: string | undefined },
): Promise<SpiderData> {
  return await loadSpider(path, database === undefined ? {} : { database: fromRoot(database) });
}

/** Opens Spider and draws the questions. */
export async function openSqlInputs(
  { spider: settings, sweep, seed }: StudyConfig,
): Promise<SqlInputs> {
  const { path, database } = settings;
  const released = await loadSpiderOf({ path: fromRoot(path), database });
  const spider = await withShownSchemas(released, settings.schema);
  // by the lengths of whole schemas, so that all settings of the schema text have the same shots
  const { schemas } = released;
  const shots = selectShots(spider.train, schemas, { count: settings.shots, seed });
  const missing = new Set(spider.missingDatabases.map(({ dbId }) => dbId));
  const count = Math.min(settings.limit ?? spider.dev.length, spider.dev.length);
  const drawn = sampleExamples(spider.dev, { count, seed });
  const asked = drawn.filter(({ dbId }) => !missing.has(dbId));
  if (asked.length === 0) {
    throw new UsageError(
      `Cannot ask any question of "${settings.path}": the databases of all ${count} are missing`,
    );
  }
  for (const dbId of new Set(asked.map((example) => example.dbId))) {
    await checkDatabase(spider.databasePath(dbId));
  }
  const others = sweep.shots.filter((count) => count !== settings.shots);
  const otherShots = [...new Set(others)].map((count) =>
    selectShots(spider.train, schemas, { count, seed })
  );
  return { spider, shots, drawn, asked, otherShots };
}

/** The drawn questions that are not asked, by their database, of which there is no file. */
export function lostByDatabase(
  { drawn, asked }: Pick<SqlInputs, "drawn" | "asked">,
): Map<string, SpiderExample[]> {
  const here = new Set(asked);
  return Map.groupBy(drawn.filter((example) => !here.has(example)), ({ dbId }) => dbId);
}

/** What every SQLite file begins with. Source: https://www.sqlite.org/fileformat.html#magic_header_string */
const SQLITE_MAGIC = "SQLite format 3\0";

/** Finds out before hours of work, rather than when the first answer is judged. */
async function checkDatabase(path: string): Promise<void> {
  if (path.includes(",")) {
    throw new UsageError(
      `Cannot judge on "${path}": its path has a comma: move or rename the folder`,
    );
  }
  using file = await Deno.open(path);
  const head = new Uint8Array(SQLITE_MAGIC.length);
  await file.read(head);
  if (new TextDecoder().decode(head) !== SQLITE_MAGIC) {
    throw new UsageError(`Cannot use the database "${path}": it is not an SQLite file`);
  }
}

/** The first question's prompt: what the token audit looks at. */
export function samplePrompt({ asked, spider, shots }: SqlInputs): ReturnType<typeof sqlPrompt> {
  return sqlPrompt(asked[0]!, { schemas: spider.schemas, shots });
}
