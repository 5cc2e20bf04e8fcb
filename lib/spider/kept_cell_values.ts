import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { fileState, RememberedFiles } from "../ground/mod.ts";
import type { ExecutorPool } from "../sql/mod.ts";
import { CELL_VALUES_VERSION, valuesQuery, withCellValues } from "./cell_values.ts";
import type { DatabaseSchema } from "./types.ts";

/** The values of a database, as they were read. */
interface Kept {
  /** The state that its file had. */
  readonly state: string;
  /** SHA-256 of what was asked of it. */
  readonly asked: string;
  /** By table and column. */
  readonly values: readonly (readonly (readonly string[])[])[];
}

/** What changes a database without changing its file. */
const BESIDE = ["-wal", "-journal"];

/**
 * Values of columns, each database read once: a process for each of Spider's 166 takes seconds. They
 * are remembered by the state of the database's file (`fileState`) and by the statements.
 */
export class KeptCellValues {
  readonly #pool: Pick<ExecutorPool, "execute">;
  readonly #count: number;
  readonly #remembered: RememberedFiles<Kept>;

  /**
   * Reads what is remembered.
   *
   * @param pool Runs the statements.
   * @param count How many values a column has at most.
   * @param cache The file that remembers.
   */
  constructor(pool: Pick<ExecutorPool, "execute">, count: number, cache: string) {
    this.#pool = pool;
    this.#count = count;
    this.#remembered = new RememberedFiles(cache, isKept);
  }

  /**
   * A schema with its values; see {@linkcode withCellValues}.
   *
   * @throws {UsageError} As `withCellValues` does.
   * @throws {DatabaseError} As `withCellValues` does.
   */
  async of(schema: DatabaseSchema, path: string): Promise<DatabaseSchema> {
    const count = this.#count;
    const { identity: state, settled } = fileState(path);
    const key = `${path}\n${count}`;
    const asked = queriesHash(schema, count);
    const kept = this.#remembered.get(key);
    // beside the file itself, wherever a link to it lies
    const file = realpathSync(path);
    const isAlone = BESIDE.every((ending) => !existsSync(file + ending));
    if (kept?.state === state && kept.asked === asked && isAlone && fits(schema, kept)) {
      return withValues(schema, kept);
    }
    const shown = await withCellValues(this.#pool, schema, { path, count });
    const values = shown.tables.map(({ columns }) => columns.map(({ values = [] }) => values));
    // a file that changed while it was read is not remembered
    if (settled && isAlone && fileState(path).identity === state) {
      this.#remembered.set(key, { state, asked, values });
    }
    return shown;
  }

  /** Remembers what was read, of databases that are there. */
  save(): void {
    this.#remembered.save((key) => existsSync(key.slice(0, key.lastIndexOf("\n"))));
  }
}

function queriesHash({ tables }: DatabaseSchema, count: number): string {
  const hash = createHash("sha256").update(`${CELL_VALUES_VERSION}\n`);
  for (const { name, columns } of tables) {
    for (const column of columns) hash.update(`${valuesQuery(name, column.name, count)}\n`);
    hash.update("\n");
  }
  return hash.digest("hex");
}

function withValues(schema: DatabaseSchema, { values }: Kept): DatabaseSchema {
  const tables = schema.tables.map((table, i) => ({
    ...table,
    columns: table.columns.map((column, j) => ({ ...column, values: values[i]![j]! })),
  }));
  return { ...schema, tables };
}

function fits({ tables }: DatabaseSchema, { values }: Kept): boolean {
  return tables.length === values.length &&
    tables.every(({ columns }, i) => columns.length === values[i]!.length);
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { state, asked, values } = value as Partial<Record<keyof Kept, unknown>>;
  return typeof state === "string" && typeof asked === "string" && Array.isArray(values) &&
    values.every((table) =>
      Array.isArray(table) &&
      table.every((column) =>
        Array.isArray(column) && column.every((one) => typeof one === "string")
      )
    );
}
