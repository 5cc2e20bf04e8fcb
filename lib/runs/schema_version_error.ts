import { UsageError } from "../ground/mod.ts";
import { SCHEMA_VERSION } from "./summary.ts";

/** A result file of another form than this code reads. Nothing is wrong with the file. */
export class SchemaVersionError extends UsageError {
  /** By which it is told from other wrong input. */
  override readonly name = "SchemaVersionError";

  /** Names the file and both versions in one line; `found` is `undefined` if the file has none. */
  constructor(path: string, found: unknown) {
    super(
      `Cannot read ${path}: its schemaVersion is ${JSON.stringify(found) ?? "missing"} and this ` +
        `code reads ${SCHEMA_VERSION}: run the study again, or read it with the code that wrote it`,
    );
  }
}
