import { DatabaseSync } from "node:sqlite";
import { databaseImage, isFile, needsImage, walPathOf } from "./database_image.ts";

/**
 * Opens a database to read it, as it was committed last, and leaves nothing beside it: one in WAL mode,
 * or with the journal of a transaction that did not end, is read into memory.
 *
 * @throws {Error} If the file cannot be read.
 */
export function openReadOnly(path: string): DatabaseSync {
  const file = Deno.realPathSync(path);
  if (!isFile(walPathOf(file)) && !needsImage(file)) {
    return new DatabaseSync(file, { readOnly: true });
  }
  const database = new DatabaseSync(":memory:") as DatabaseSync & {
    deserialize(image: Uint8Array): void;
  };
  const image = databaseImage(file);
  if (image.length > 0) database.deserialize(image);
  return database;
}
