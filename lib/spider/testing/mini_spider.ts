import { DatabaseSync } from "node:sqlite";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const TABLES = [
  {
    db_id: "music",
    table_names_original: ["singer", "song"],
    column_names_original: [[-1, "*"], [0, "id"], [0, "Home Town"], [1, "title"], [1, "singer_id"]],
    column_types: ["text", "number", "text", "text", "number"],
    primary_keys: [1, [3, 4]],
    foreign_keys: [[4, 1], [4, 1]],
  },
  {
    db_id: "farm",
    table_names_original: ["cow"],
    column_names_original: [[-1, "*"], [0, "name"]],
    column_types: ["text", "text"],
    primary_keys: [],
    foreign_keys: [],
  },
  {
    db_id: "choir",
    table_names_original: ["song"],
    column_names_original: [[-1, "*"], [0, "title"]],
    column_types: ["text", "text"],
    primary_keys: [],
    foreign_keys: [],
  },
];

/** The databases, without rows. */
const DATABASES: Readonly<Record<string, string>> = {
  music: 'CREATE TABLE singer(id, "Home Town"); CREATE TABLE song(title, singer_id)',
  farm: "CREATE TABLE cow(name)",
  choir: "CREATE TABLE song(title)",
};

/** A record as `train.json` has it. */
export interface MiniRecord {
  readonly db_id: string;
  readonly question: string;
  readonly query: string;
}

/** The dev records of {@link writeMiniSpider}. */
export const MINI_DEV: readonly MiniRecord[] = [
  { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" },
  { db_id: "music", question: "All towns?", query: 'SELECT "Home Town" FROM singer' },
  { db_id: "farm", question: "Names?", query: "SELECT name FROM cow" },
];

/** The train records of {@link writeMiniSpider}, on a database that dev does not ask. */
export const MINI_TRAIN: readonly MiniRecord[] = [
  { db_id: "choir", question: "Songs?", query: "SELECT title FROM song" },
  { db_id: "choir", question: "How many songs?", query: "SELECT count(*) FROM song" },
];

/** For tests: a Spider folder of three databases, with whichever files the test replaces. */
export async function writeMiniSpider(
  dir: string,
  files: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const all = { "tables.json": TABLES, "dev.json": MINI_DEV, "train.json": MINI_TRAIN, ...files };
  await mkdir(dir, { recursive: true });
  for (const [name, content] of Object.entries(all)) {
    if (content === undefined) continue;
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(join(dir, name), text);
  }
  for (const { db_id } of TABLES) {
    await mkdir(join(dir, "database", db_id), { recursive: true });
    const database = new DatabaseSync(join(dir, "database", db_id, `${db_id}.sqlite`));
    database.exec(DATABASES[db_id]!);
    database.close();
  }
  return dir;
}
