import process from "node:process";
import { DatabaseSync } from "node:sqlite";

/** A database file of a test, in a folder of its own that goes when it is disposed. */
export interface TestDatabase extends Disposable {
  readonly folder: string;
  readonly path: string;
}

/** Builds a database from SQL text; without one it is the shop of testdata/shop.sql. */
export function testDatabase(sql?: string): TestDatabase {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-sql-" }));
  const path = `${folder}/shop.sqlite`;
  const db = new DatabaseSync(path);
  db.exec(sql ?? Deno.readTextFileSync(new URL("../testdata/shop.sql", import.meta.url)));
  db.close();
  return {
    folder,
    path,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** SHA-256 of every file in a folder, by name. */
export async function folderHashes(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const { name } of Deno.readDirSync(folder)) {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    hashes[name] = digest.toHex();
  }
  return hashes;
}

/** Whether a process of this id is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
