/**
 * Words that SQLite (3.53) does not take as a bare column or table name, or, like `CURRENT_DATE`,
 * takes for something else. Most of its keywords (`MATCH`, `RANGE`, `END`, `NO`, ...) fall back to
 * names, and Spider's queries write them bare, so they are not here. The test asks SQLite itself.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([
  ..."ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CAST CHECK COLLATE COMMIT".split(" "),
  ..."CONSTRAINT CREATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT".split(" "),
  ..."DEFERRABLE DELETE DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP".split(" "),
  ..."HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT NOTHING NOTNULL".split(" "),
  ..."NULL ON OR ORDER PRIMARY RAISE REFERENCES RETURNING SELECT SET TABLE THEN TO".split(" "),
  ..."TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE".split(" "),
]);

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A table's or column's name as it must be written in a SQLite query: bare where that works, else
 * in double quotes (a quote inside is doubled).
 *
 * Double quotes are the SQL standard's and cannot be taken for Markdown's, as backticks can.
 *
 * @param name The name as the database has it.
 * @returns Text that can be copied into a query.
 *
 * @example Quote what needs it
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(quoteName("Home Town"), '"Home Town"');
 * assert.equal(quoteName("From"), '"From"');
 * assert.equal(quoteName("match"), "match");
 * ```
 *
 * Source: https://www.sqlite.org/lang_keywords.html
 */
export function quoteName(name: string): string {
  const bare = PLAIN_NAME.test(name) && !RESERVED_WORDS.has(name.toUpperCase());
  return bare ? name : `"${name.replaceAll('"', '""')}"`;
}
