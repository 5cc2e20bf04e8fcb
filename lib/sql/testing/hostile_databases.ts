import { DatabaseSync } from "node:sqlite";
import type { Execution } from "../execute/executor_pool.ts";

/** What may come of a statement on a hostile database: a status, or the database is refused. */
export type HostileOutcome = Execution["status"] | "refused";

/** A database file that means harm, and what comes of statements on it. */
export interface HostileDatabase {
  readonly name: string;
  /** Makes the file `x.sqlite` in a folder; what it returns is let go after the statements. */
  readonly make: (folder: string) => Disposable | void;
  /** Statements with the outcomes that hold it off. */
  readonly statements: readonly (readonly [sql: string, ...outcomes: HostileOutcome[]])[];
  /** Whether the folder must be the same after it; not where a writer is at work in it. */
  readonly isAtRest?: false;
}

const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const SLOW_COLUMN = "instr(printf('%.*c', 15000000, 'a'), printf('%.*c', 7000000, 'a') || 'b')";
const PLAIN = "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y');";
const READS_T = ["SELECT a FROM t", "rows"] as const;

/** Files that are harmful to open, to scan or to read. */
export const HOSTILE_DATABASES: readonly HostileDatabase[] = [
  {
    name: "a generated column that computes for hours",
    // Added after the row, since an INSERT computes it.
    make: built(`${PLAIN} CREATE TABLE g (a); INSERT INTO g VALUES (1);
      ALTER TABLE g ADD COLUMN b GENERATED ALWAYS AS (${SLOW_COLUMN})`),
    statements: [READS_T, ["SELECT a FROM g", "rows"], ["SELECT b FROM g", "timeout"]],
  },
  {
    name: "a view that never ends",
    make: built(`${PLAIN} CREATE VIEW v AS ${ENDLESS}`),
    statements: [READS_T, ["SELECT * FROM v", "timeout"]],
  },
  {
    name: "a thousand views of one another",
    make: built(
      `${PLAIN} CREATE VIEW v0 AS SELECT a FROM t;` +
        Array.from(
          { length: 30 },
          (_, at) => `CREATE VIEW v${at + 1} AS SELECT a.a FROM v${at} AS a, v${at} AS b;`,
        ).join(""),
    ),
    statements: [READS_T, ["SELECT count(*) FROM v30", "sql_error", "timeout"]],
  },
  {
    name: "a tree whose pages lead to one another for ever",
    make: (folder) => treeOfTrees(`${folder}/x.sqlite`),
    statements: [READS_T, ["SELECT count(*) FROM bomb", "timeout"], READS_T],
  },
  {
    name: "a tree that leads to itself",
    make: (folder) => {
      built(`${PLAIN} CREATE TABLE u (a); INSERT INTO u VALUES (1)`)(folder);
      // The second table's page becomes an inner page whose only child is itself.
      patch(folder, 2 * 4096, [5, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 3]);
    },
    statements: [READS_T, ["SELECT * FROM u", "refused"]],
  },
  {
    name: "a page full of rubbish",
    make: (folder) => {
      built(`${PLAIN} CREATE TABLE u (a); INSERT INTO u VALUES (1)`)(folder);
      patch(folder, 2 * 4096, Array.from({ length: 4096 }, (_, at) => (at * 31 + 7) % 256));
    },
    statements: [READS_T, ["SELECT * FROM u", "refused"]],
  },
  {
    name: "a file that was cut",
    make: (folder) => {
      built(PLAIN)(folder);
      Deno.truncateSync(`${folder}/x.sqlite`, 4096);
    },
    statements: [["SELECT a FROM t", "refused"], ["SELECT b FROM t", "refused"]],
  },
  {
    name: "a schema that is no SQL",
    make: built(`${PLAIN} PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE ('`),
    statements: [["SELECT 1 FROM t", "refused"]],
  },
  {
    name: "an encrypted file",
    make: written(rubbish(8192)),
    statements: [["SELECT 1", "refused"]],
  },
  {
    name: "a text file",
    make: written(new TextEncoder().encode("a,b\n".repeat(999))),
    statements: [["SELECT 1", "refused"], ["SELECT 2", "refused"]],
  },
  {
    name: "a page of zeros",
    make: written(new Uint8Array(4096)),
    statements: [["SELECT 1", "rows", "refused"]],
  },
  {
    name: "an empty file",
    make: written(new Uint8Array()),
    statements: [["SELECT 1", "rows"], ["SELECT a FROM t", "sql_error"]],
  },
  {
    name: "a folder in place of the file",
    make: (folder) => Deno.mkdirSync(`${folder}/x.sqlite`),
    statements: [["SELECT 1", "refused"]],
  },
  { name: "no file at all", make: () => {}, statements: [["SELECT 1", "refused"]] },
  {
    name: "a link that leads to itself",
    make: (folder) => Deno.symlinkSync(`${folder}/x.sqlite`, `${folder}/x.sqlite`),
    statements: [["SELECT 1", "refused"]],
  },
  {
    name: "a stored blob beyond the cap",
    make: built(`${PLAIN} CREATE TABLE u (a); INSERT INTO u VALUES (zeroblob(17000000))`),
    statements: [READS_T, ["SELECT a FROM u", "sql_error"]],
  },
  {
    name: "five thousand tables",
    make: built(
      `BEGIN; ${PLAIN} ${
        Array.from({ length: 5_000 }, (_, at) => `CREATE TABLE t${at} (a);`).join("")
      } COMMIT`,
    ),
    statements: [READS_T],
  },
  {
    name: "a table of 2,000 columns",
    make: built(
      `${PLAIN} CREATE TABLE w (${
        Array.from({ length: 2_000 }, (_, at) => `c${at}`).join()
      }); INSERT INTO w (c0) VALUES (1)`,
    ),
    statements: [READS_T, ["SELECT * FROM w", "rows"]],
  },
  {
    name: "names with control characters",
    make: built(`${PLAIN} CREATE VIEW "\x1b[31m\n" AS SELECT * FROM "\x1b]0;no\x07"`),
    statements: [READS_T, ['SELECT * FROM "\x1b[31m\n"', "sql_error"]],
  },
  {
    name: "a table of a module that is not there",
    make: built(`${PLAIN} PRAGMA writable_schema = ON; INSERT INTO sqlite_schema
      VALUES ('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING spellfix1')`),
    statements: [READS_T, ["SELECT * FROM m", "sql_error"]],
  },
  {
    name: "full-text and R-tree tables",
    make: built(`${PLAIN} CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('hello you');
      CREATE VIRTUAL TABLE r USING rtree(i, a, b); INSERT INTO r VALUES (1, 2, 3);`),
    statements: [
      READS_T,
      ["SELECT a FROM f WHERE f MATCH 'hello'", "rows"],
      ["SELECT i FROM r WHERE a > 1", "rows"],
      ["INSERT INTO f (f) VALUES ('optimize')", "sql_error"],
      ["PRAGMA data_version", "sql_error"],
      ["SELECT a FROM f WHERE f MATCH ?1", "sql_error"],
      ["DELETE FROM f", "sql_error"],
    ],
  },
  {
    name: "a full-text table whose index is rubbish",
    make: built(`${PLAIN} CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('hello');
      UPDATE f_data SET block = randomblob(200)`),
    statements: [READS_T, [
      "SELECT a FROM f WHERE f MATCH 'hello'",
      "sql_error",
      "refused",
      "rows",
    ]],
  },
];

function built(sql: string): (folder: string) => void {
  return (folder) => {
    using db = new DatabaseSync(`${folder}/x.sqlite`);
    // Files are written as hostile tools write them, not as SQLite guards its own.
    (db as unknown as { enableDefensive(active: boolean): void }).enableDefensive(false);
    db.exec(`PRAGMA page_size = 4096; ${sql}`);
  };
}

function written(bytes: Uint8Array): (folder: string) => void {
  return (folder) => Deno.writeFileSync(`${folder}/x.sqlite`, bytes);
}

function rubbish(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 167 + (at >> 3) * 13 + 40) % 256);
}

function patch(folder: string, offset: number, bytes: readonly number[]): void {
  const file = Deno.readFileSync(`${folder}/x.sqlite`);
  file.set(bytes, offset);
  Deno.writeFileSync(`${folder}/x.sqlite`, file);
}

// Inner pages in fifteen levels, each with sixty ways to the one page below it: 60^15 rows.
function treeOfTrees(path: string): void {
  {
    using db = new DatabaseSync(path);
    db.exec(`PRAGMA page_size = 512; ${PLAIN} CREATE TABLE bomb (a); INSERT INTO bomb VALUES (1)`);
  }
  const [pageBytes, levels, ways] = [512, 15, 60];
  const before = Deno.readFileSync(path);
  const pages = before.length / pageBytes;
  const file = new Uint8Array(before.length + levels * pageBytes);
  file.set(before);
  const view = new DataView(file.buffer);
  const leaf = pages + levels;
  file.copyWithin((leaf - 1) * pageBytes, (pages - 1) * pageBytes, pages * pageBytes);
  for (let page = pages; page < leaf; page++) {
    const start = (page - 1) * pageBytes;
    file.fill(0, start, start + pageBytes);
    file[start] = 5;
    view.setUint16(start + 3, ways);
    view.setUint16(start + 5, pageBytes - 5 * ways);
    view.setUint32(start + 8, page + 1);
    for (let cell = 0; cell < ways; cell++) {
      const at = pageBytes - 5 * (cell + 1);
      view.setUint16(start + 12 + 2 * cell, at);
      view.setUint32(start + at, page + 1);
      file[start + at + 4] = 1;
    }
  }
  view.setUint32(28, leaf);
  Deno.writeFileSync(path, file);
}
