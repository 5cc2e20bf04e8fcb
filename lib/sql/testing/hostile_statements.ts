import type { Execution } from "../execute/executor_pool.ts";

type Outcome = Execution["status"];

/** One statement that means harm, and the outcomes that hold it off. */
export interface HostileStatement {
  readonly name: string;
  readonly sql: string;
  readonly outcomes: readonly Outcome[];
}

const COUNTER = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";
const BILLIONS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 10000000000)";
const TEN = "(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))";
const MEGABYTE = 1_000_000;

/** Statements that write, or try to reach beyond the one file: every one is refused. */
const REFUSED: Readonly<Record<string, string>> = {
  "an INSERT": "INSERT INTO maker VALUES (9, 'x', 'y')",
  "an INSERT with RETURNING": "INSERT INTO maker VALUES (9, 'x', 'y') RETURNING id",
  "an INSERT from a SELECT": "INSERT INTO maker SELECT id + 100, name, country FROM maker",
  "an INSERT OR REPLACE": "INSERT OR REPLACE INTO maker VALUES (1, 'x', 'y')",
  "a REPLACE": "REPLACE INTO maker VALUES (1, 'x', 'y')",
  "an UPDATE": "UPDATE maker SET name = 'x'",
  "an UPDATE with RETURNING": "UPDATE maker SET name = 'x' RETURNING *",
  "a DELETE": "DELETE FROM maker",
  "a DELETE with RETURNING": "DELETE FROM maker RETURNING *",
  "an upsert": "INSERT INTO maker VALUES (1, 'x', 'y') ON CONFLICT DO UPDATE SET name = 'z'",
  "a writing CTE": "WITH x AS (SELECT 1) DELETE FROM maker WHERE id IN x",
  "a DROP TABLE": "DROP TABLE maker",
  "a DROP TABLE IF EXISTS": "DROP TABLE IF EXISTS product",
  "a CREATE TABLE": "CREATE TABLE t (a)",
  "a CREATE TABLE AS": "CREATE TABLE t AS SELECT * FROM maker",
  "a CREATE TEMP TABLE": "CREATE TEMP TABLE t (a)",
  "a CREATE TEMP TABLE AS": "CREATE TEMP TABLE t AS SELECT * FROM maker",
  "a CREATE VIEW": "CREATE VIEW v AS SELECT 1",
  "a CREATE TEMP VIEW": "CREATE TEMP VIEW v AS SELECT 1",
  "a CREATE INDEX": "CREATE INDEX i ON maker(name)",
  "a DROP INDEX": "DROP INDEX IF EXISTS i",
  "a CREATE TRIGGER": "CREATE TRIGGER g AFTER INSERT ON maker BEGIN DELETE FROM maker; END",
  "a CREATE TEMP TRIGGER":
    "CREATE TEMP TRIGGER g AFTER INSERT ON maker BEGIN DELETE FROM maker; END",
  "a full-text table": "CREATE VIRTUAL TABLE f USING fts5(a)",
  "a temporary full-text table": "CREATE VIRTUAL TABLE temp.f USING fts5(a)",
  "an R-tree table": "CREATE VIRTUAL TABLE r USING rtree(a, b, c)",
  "an ALTER TABLE": "ALTER TABLE maker RENAME TO other",
  "an ALTER TABLE that adds a column": "ALTER TABLE maker ADD COLUMN x",
  "an ALTER TABLE that drops a column": "ALTER TABLE maker DROP COLUMN country",
  "an ATTACH of a new file": "ATTACH DATABASE 'evil.sqlite' AS evil",
  "an ATTACH of memory": "ATTACH ':memory:' AS evil",
  "an ATTACH of a URI": "ATTACH 'file:evil.sqlite?mode=rwc' AS evil",
  "an ATTACH of the password file": "ATTACH '/etc/passwd' AS evil",
  "an ATTACH by an expression": "ATTACH 'ev' || 'il.sqlite' AS evil",
  "a DETACH": "DETACH DATABASE main",
  "a VACUUM": "VACUUM",
  "a VACUUM INTO": "VACUUM INTO 'copy.sqlite'",
  "a REINDEX": "REINDEX",
  "an ANALYZE": "ANALYZE",
  "a BEGIN": "BEGIN",
  "a BEGIN EXCLUSIVE": "BEGIN EXCLUSIVE",
  "a COMMIT": "COMMIT",
  "a ROLLBACK": "ROLLBACK",
  "a SAVEPOINT": "SAVEPOINT s",
  "a RELEASE": "RELEASE s",
  "a PRAGMA that makes the database writable": "PRAGMA query_only = OFF",
  "a PRAGMA that makes the schema writable": "PRAGMA writable_schema = ON",
  "a PRAGMA that changes the journal": "PRAGMA journal_mode = WAL",
  "a PRAGMA that reads tables": "PRAGMA table_info(maker)",
  "a PRAGMA that lists databases": "PRAGMA database_list",
  "a PRAGMA that lifts the memory cap": "PRAGMA hard_heap_limit = 0",
  "a PRAGMA that moves temporary files": "PRAGMA temp_store_directory = '/tmp'",
  "a PRAGMA that writes a header": "PRAGMA user_version = 7",
  "a PRAGMA in upper case with a schema": "PRAGMA main.cache_size(10)",
  "a PRAGMA as a table": "SELECT * FROM pragma_table_info('maker')",
  "a PRAGMA as a table without arguments": "SELECT * FROM pragma_database_list",
  "a PRAGMA as a table in a subquery": "SELECT (SELECT file FROM pragma_database_list)",
  "a PRAGMA as a joined table":
    "SELECT * FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS p",
  "a PRAGMA as a table that writes": "SELECT * FROM pragma_journal_mode",
  "load_extension()": "SELECT load_extension('evil')",
  "load_extension() with an entry point": "SELECT load_extension('evil', 'main')",
  "load_extension() in a condition": "SELECT 1 FROM maker WHERE load_extension('evil')",
  "load_extension() in upper case": "SELECT LOAD_EXTENSION('evil')",
  "load_extension() in quotes": "SELECT \"load_extension\"('evil')",
  "load_extension() that only some rows reach":
    "SELECT CASE WHEN id > 3 THEN load_extension('evil') ELSE id END FROM maker",
  "readfile()": "SELECT readfile('/etc/passwd')",
  "writefile()": "SELECT writefile('evil.txt', 'x')",
  "edit()": "SELECT edit('x', 'sh')",
  "fsdir()": "SELECT * FROM fsdir('/')",
  "fts3_tokenizer()": "SELECT fts3_tokenizer('simple')",
  "fts3_tokenizer() with an address": "SELECT fts3_tokenizer('evil', x'4141414141414141')",
  "a PRAGMA that full-text tables use": "PRAGMA data_version",
  "a PRAGMA that full-text tables use, as a table": "SELECT * FROM pragma_data_version",
  "a series without its extension": "SELECT * FROM generate_series(1, 1000000000)",
  "a collation that is not there": "SELECT name FROM maker ORDER BY name COLLATE icu",
  "a name with control characters": 'SELECT * FROM "\x1b[31m\x1b]0;evil\x07\n"',
  "a name that turns the line": 'SELECT * FROM "\u202elive"',
  "a name of a megabyte": `SELECT * FROM "${"x".repeat(MEGABYTE)}"`,
  "an overflow in the last row before the cap":
    `${COUNTER} SELECT CASE WHEN x = 100000 THEN abs(-9223372036854775808) END FROM c LIMIT 100000`,
  "the pages of the file": "SELECT * FROM sqlite_dbpage",
  "the statistics of the file": "SELECT * FROM dbstat",
  "a meta-command of the shell": ".shell rm -rf /",
  "a read by the shell": ".read /etc/passwd",
  "a bound parameter": "SELECT * FROM maker WHERE id = ?",
  "a numbered parameter": "SELECT ?1",
  "a named parameter": "SELECT :name, @name, $name",
  "an EXPLAIN of a DELETE": "EXPLAIN DELETE FROM maker",
  "a second statement after the first": "SELECT 1; DROP TABLE maker",
  "a second statement after a comment": "SELECT 1 /* ; */; DELETE FROM maker -- x",
  "a second statement inside of brackets": "SELECT (1; DROP TABLE maker)",
  "a statement after an empty one": ";DROP TABLE maker",
  "a NUL before a second statement": "SELECT 1\0; DROP TABLE maker",
  "a NUL inside of a literal": "SELECT 'a\0b'",
  "nothing at all": "",
  "white space": " \n\t ",
  "only a comment": "-- SELECT 1",
  "only an open block comment": "/* SELECT 1",
  "only semicolons": ";;;",
  "a quote without an end": "SELECT 'abc",
  "a bracket without an end": "SELECT (((1",
  "a surrogate without its partner": "SELECT \ud800",
  "prose": "I am sorry, I cannot help with that.",
  "typographic quotes": "SELECT “name” FROM maker",
  "an unknown table": "SELECT * FROM nothing",
  "an unknown function": "SELECT evil()",
  "a table-valued function that is not there": "SELECT * FROM evil('x')",
  "an overflow in the third row":
    "SELECT CASE WHEN id = 3 THEN abs(-9223372036854775808) ELSE id END FROM maker",
  "an overflow of sum()": "SELECT sum(9223372036854775807) FROM maker",
  "a malformed JSON text": "SELECT json('{')",
  "a LIKE pattern of hostile length": `SELECT 'a' LIKE '${"%a".repeat(30_000)}'`,
  "a blob of a gigabyte": "SELECT length(zeroblob(1000000000))",
  "a random blob of a gigabyte": "SELECT length(randomblob(1000000000))",
  "a text of a gigabyte": "SELECT length(hex(zeroblob(500000000)))",
  "a text of a gigabyte by replace()":
    "SELECT replace(hex(zeroblob(10000)), '0', hex(zeroblob(30000)))",
  "a text of a gigabyte by printf()": "SELECT printf('%1000000000d', 1)",
  "a text of a gigabyte by padding": "SELECT length(format('%.*c', 1000000000, 'x'))",
  "a thousand levels of brackets": `SELECT ${"(".repeat(5_000)}1${")".repeat(5_000)}`,
  "a thousand levels of functions": `SELECT ${"abs(".repeat(5_000)}1${")".repeat(5_000)}`,
  "an expression of hostile depth": `SELECT ${"1+".repeat(20_000)}1`,
  "a thousand compound SELECTs": Array(1_000).fill("SELECT 1").join(" UNION ALL "),
  "too many columns": `SELECT ${Array(3_000).fill("1").join(",")}`,
  "too many joined tables": `SELECT * FROM ${Array(100).fill("maker").join(",")}`,
  "a megabyte of brackets": `SELECT ${"(".repeat(MEGABYTE)}`,
  "a megabyte of letters": "x".repeat(MEGABYTE),
  "a megabyte of operators": `SELECT ${"-".repeat(MEGABYTE)}`,
  "a view that names itself": "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a",
};

/** Statements that need more memory than the cap, or more time than the limit to get there. */
const TOO_LARGE: Readonly<Record<string, string>> = {
  "a text that doubles forty times":
    "WITH RECURSIVE d(n, t) AS (SELECT 0, 'x' UNION ALL SELECT n + 1, t || t FROM d WHERE n < 40) SELECT max(length(t)) FROM d",
  "an aggregate of text beyond the cap":
    `${COUNTER} SELECT length(group_concat(hex(zeroblob(100000)))) FROM (SELECT x FROM c LIMIT 100000)`,
  "a sort of more than the memory cap":
    `${COUNTER} SELECT x FROM (SELECT x, hex(randomblob(5000)) AS h FROM c LIMIT 100000) ORDER BY h`,
  "a materialized CTE of more than the memory cap":
    `${COUNTER}, m AS MATERIALIZED (SELECT hex(randomblob(5000)) AS h FROM c LIMIT 100000) SELECT count(*) FROM m AS a JOIN m AS b ON a.h < b.h`,
};

/** Statements that never end, or not within the limit. */
const ENDLESS: Readonly<Record<string, string>> = {
  "an endless recursion that counts": `${COUNTER} SELECT count(*) FROM c`,
  "an endless recursion that sorts": `${COUNTER} SELECT x FROM c ORDER BY -x LIMIT 1`,
  "an endless recursion that filters": `${COUNTER} SELECT x FROM c WHERE x < 0`,
  "a recursion of ten thousand million steps": `${BILLIONS} SELECT sum(x) FROM c`,
  "an endless recursion by UNION":
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION SELECT x + 1 FROM c) SELECT max(x) FROM c",
  "an endless recursion in a condition": `SELECT 1 WHERE (${COUNTER} SELECT max(x) FROM c) > 0`,
  "an endless recursion in a window": `${COUNTER} SELECT sum(x) OVER (ORDER BY x) FROM c`,
  "an endless recursion behind an aggregate of a window":
    `${COUNTER} SELECT max(r) FROM (SELECT row_number() OVER () AS r FROM c)`,
  "an endless recursion in EXISTS":
    `SELECT 1 WHERE EXISTS (${COUNTER} SELECT 1 FROM c WHERE x < 0)`,
  "a cross join of 1e12 rows": `SELECT count(*) FROM ${Array(12).fill(TEN).join(",")}`,
  "a cross join of 1e12 rows with a condition": `SELECT count(*) FROM ${
    Array(12).fill(TEN).map((rows, index) => `${rows} AS t${index}`).join(",")
  } WHERE t0.column1 + t11.column1 > 20`,
  "a cross join of 1e12 rows that sorts": `SELECT t0.column1 FROM ${
    Array(12).fill(TEN).map((rows, index) => `${rows} AS t${index}`).join(",")
  } ORDER BY random() LIMIT 1`,
};

/** Statements with a result beyond the caps. */
const TOO_MUCH: Readonly<Record<string, string>> = {
  "an endless recursion that returns every step": `${COUNTER} SELECT x FROM c`,
  "a cross join of 1e12 rows returned": `SELECT 1 FROM ${Array(12).fill(TEN).join(",")}`,
  "a million rows": `${COUNTER} SELECT x FROM c LIMIT 1000000`,
  "rows of ten megabytes": `${COUNTER} SELECT zeroblob(10000000) FROM c LIMIT 1000`,
  "texts of a megabyte": `${COUNTER} SELECT hex(zeroblob(500000)) FROM c LIMIT 100000`,
  "eight million empty blobs": `${COUNTER} SELECT ${
    Array(80).fill("x''").join()
  } FROM c LIMIT 100000`,
  "eight million texts with a NUL": `${COUNTER} SELECT ${
    Array(80).fill("CAST(x'610062' AS TEXT)").join()
  } FROM c LIMIT 100000`,
  "eight million short texts": `${COUNTER} SELECT ${
    Array(80).fill("'a'").join()
  } FROM c LIMIT 100000`,
  "an overflow in the first row after the cap":
    `${COUNTER} SELECT CASE WHEN x > 100001 THEN abs(-9223372036854775808) END FROM c`,
  "a JSON text taken apart for ever": `${COUNTER} SELECT value FROM c, json_each('[1,2,3]')`,
  "one row of many large columns": `SELECT ${Array(20).fill("zeroblob(10000000)").join(",")}`,
};

/** Statements that look dangerous and are harmless: they run as they stand. */
const HARMLESS: Readonly<Record<string, string>> = {
  "the schema table": "SELECT name FROM sqlite_master",
  "a literal that holds a statement": "SELECT '; DROP TABLE maker; --'",
  "a name in double quotes that is no column": 'SELECT "DROP TABLE maker"',
  "an open comment at the end": "SELECT 1 -- DROP TABLE maker",
  "an open block comment at the end": "SELECT 1 /* DROP TABLE maker",
  "a NUL made by char()": "SELECT 'a' || char(0) || 'b'",
  "a NUL made by a cast": "SELECT CAST(x'610062' AS TEXT)",
  "invalid UTF-8 made by a cast": "SELECT CAST(x'ff61fe' AS TEXT)",
  "a blob": "SELECT x'00ff'",
  "infinities": "SELECT 9e999, -9e999",
  "the smallest integer": "SELECT -9223372036854775808",
  "a hundred levels of brackets": `SELECT ${"(".repeat(90)}1${")".repeat(90)}`,
  "a megabyte in a literal": `SELECT length('${"x".repeat(MEGABYTE)}')`,
  "a megabyte of letters and no bracket": `SELECT length('${"é".repeat(MEGABYTE / 2)}y')`,
  "a megabyte of words": `SELECT 1 WHERE 'a' <> '${"word ".repeat(MEGABYTE / 5)}'`,
  "a megabyte of brackets in a literal": `SELECT length('${"( ".repeat(MEGABYTE / 2)}')`,
  "a megabyte of commas in a literal": `SELECT length('${",".repeat(MEGABYTE)}')`,
  "a megabyte of semicolons in a literal": `SELECT length('${";".repeat(MEGABYTE)}')`,
  "a megabyte of the word distinct in a literal": `SELECT length('${
    "distinct ".repeat(MEGABYTE / 9)
  }')`,
  "a megabyte of comments": `SELECT 1 ${"/* x */ ".repeat(MEGABYTE / 8)}`,
  "a megabyte of white space": `SELECT${" ".repeat(MEGABYTE)}1`,
  "a LIKE pattern made to backtrack": `SELECT '${"a".repeat(3_000)}' LIKE '${"%a".repeat(20)}%b'`,
  "a GLOB pattern made to backtrack": `SELECT '${"a".repeat(3_000)}' GLOB '${"*a".repeat(12)}*b'`,
  "a recursion that ends": `${COUNTER} SELECT x FROM c LIMIT 5`,
  "an EXPLAIN": "EXPLAIN SELECT * FROM maker",
  "eighty columns of the largest integer": `${COUNTER} SELECT ${
    Array(80).fill("9223372036854775807").join()
  } FROM c LIMIT 10000`,
  "two thousand columns": `SELECT ${Array(2_000).fill("id").join()} FROM maker`,
  "a column's name of a megabyte": `SELECT 1 AS "${"x".repeat(MEGABYTE)}"`,
  "a text just below the cap": "SELECT length(printf('%.*c', 16777000, 'x'))",
  "a surrogate made by char()": "SELECT char(55296, 65, 56320)",
  "a code point beyond Unicode": "SELECT char(1114112)",
  "overlong UTF-8": "SELECT CAST(x'c080e08080' AS TEXT)",
  "infinity less infinity": "SELECT 9e999 - 9e999, -0.0, 5e-324",
  "a megabyte of JSON": `SELECT count(*) FROM json_each('[${"1,".repeat(MEGABYTE / 2)}1]')`,
  "a text with control characters": "SELECT '\x1b[31m\x07\n\u202e'",
  "a random order": "SELECT id FROM maker ORDER BY random()",
};

/** Every hostile statement, with what may come of it. */
export const HOSTILE_STATEMENTS: readonly HostileStatement[] = [
  ...entries(REFUSED, ["sql_error"]),
  ...entries(TOO_LARGE, ["sql_error", "timeout"]),
  ...entries(ENDLESS, ["timeout"]),
  ...entries(TOO_MUCH, ["too_many_rows"]),
  ...entries(HARMLESS, ["rows"]),
];

function entries(
  statements: Readonly<Record<string, string>>,
  outcomes: readonly Outcome[],
): readonly HostileStatement[] {
  return Object.entries(statements).map(([name, sql]) => ({ name, sql, outcomes }));
}
