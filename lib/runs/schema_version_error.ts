import { UsageError } from "../ground/mod.ts";

/** A result file of another form than this code reads. Nothing is wrong with the file. */
export class SchemaVersionError extends UsageError {
  /** By which it is told from other wrong input. */
  override readonly name = "SchemaVersionError";
  /** The version in the file; `undefined` if it has none. */
  readonly found: unknown;
  /** The version that this code reads. */
  readonly expected: number;

  /** Names the file and both versions in one line. */
  constructor(path: string, versions: { readonly found: unknown; readonly expected: number }) {
    const { found, expected } = versions;
    super(
      `Cannot read ${path}: its schemaVersion is ${JSON.stringify(found) ?? "missing"} and this ` +
        `code reads ${expected}: run the study again, or read it with the code that wrote it`,
    );
    this.found = found;
    this.expected = expected;
  }
}
