import { DatabaseSync } from "node:sqlite";

/** A folder of predictions, examples and databases, with the flags of `judge` for it. */
export interface JudgeFolder extends Disposable {
  /** Its path. */
  readonly path: string;
  /** All flags that `judge` needs, `--out` and its value last. */
  readonly flags: readonly string[];
}

/** The examples of the folder. */
export const EXAMPLES = [
  { db_id: "shop", query: "SELECT count(*) FROM maker" },
  { db_id: "shop", query: "SELECT name FROM maker ORDER BY name" },
  { db_id: "gone", query: "SELECT 1" },
];

/** For tests: three examples, the last on a database that is not there, and these predictions. */
export function judgeFolder(predictions: string): JudgeFolder {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-judge-" }));
  Deno.mkdirSync(`${path}/database/shop`, { recursive: true });
  using db = new DatabaseSync(`${path}/database/shop/shop.sqlite`);
  db.exec("CREATE TABLE maker (name TEXT); INSERT INTO maker VALUES ('a'), ('b')");
  Deno.writeTextFileSync(`${path}/dev.json`, JSON.stringify(EXAMPLES));
  Deno.writeTextFileSync(`${path}/pred.txt`, predictions);
  const files = {
    predictions: "pred.txt",
    examples: "dev.json",
    databases: "database",
    out: "o.jsonl",
  };
  const flags = Object.entries(files).flatMap(([flag, file]) => [`--${flag}`, `${path}/${file}`]);
  return { path, flags, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Writes other examples in their place. */
export function writeExamples(
  folder: JudgeFolder,
  examples: readonly Record<string, string>[],
): void {
  Deno.writeTextFileSync(`${folder.path}/dev.json`, JSON.stringify(examples));
}

/** The verdicts that `judge` wrote. */
export function rowsOf(folder: JudgeFolder): readonly Record<string, unknown>[] {
  const lines = Deno.readTextFileSync(`${folder.path}/o.jsonl`).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}
