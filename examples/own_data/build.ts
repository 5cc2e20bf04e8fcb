/**
 * Builds the example's databases: one SQLite file from each committed `schema.sql`.
 *
 * ```sh
 * deno run -A examples/own_data/build.ts
 * ```
 *
 * @module
 */
import { buildSampleDatabases } from "../../spider_db/build_sample.ts";

/** The text-to-SQL half of the example, in Spider's layout. */
export const EXAMPLE_SQL = `${import.meta.dirname}/sql`;

if (import.meta.main) {
  const { built, reused } = await buildSampleDatabases(EXAMPLE_SQL);
  const line = `example databases: ${built.length} built, ${reused.length} reused\n`;
  await Deno.stderr.write(new TextEncoder().encode(line));
}
