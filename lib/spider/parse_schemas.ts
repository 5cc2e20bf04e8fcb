import { UsageError } from "../ground/mod.ts";
import { PLAIN_NAME } from "./own_data/find_databases.ts";
import type { Column, ColumnRef, DatabaseSchema, ForeignKey } from "./types.ts";

/**
 * The schemas in the records of `tables.json`, by database name.
 *
 * Column 0 of each record is `*` and belongs to no table; keys are indices into the column list. A
 * foreign key that a record lists twice (two databases of the release do) is kept once.
 *
 * @param records The parsed `tables.json`.
 * @returns The schemas, in file order.
 * @throws {UsageError} If a record lacks a field, has one of another form, or repeats a database.
 *
 * @example One table
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const schemas = parseSchemas([{
 *   db_id: "music",
 *   table_names_original: ["singer"],
 *   column_names_original: [[-1, "*"], [0, "id"]],
 *   column_types: ["text", "number"],
 *   primary_keys: [1],
 *   foreign_keys: [],
 * }]);
 * assert.equal(schemas.get("music")?.tables[0]?.columns[0]?.name, "id");
 * ```
 *
 * Source: https://github.com/taoyds/spider, README, "Tables"
 */
export function parseSchemas(
  records: readonly Readonly<Record<string, unknown>>[],
): Map<string, DatabaseSchema> {
  const schemas = new Map<string, DatabaseSchema>();
  records.forEach((record, index) => {
    const schema = parseSchema(record, index);
    if (schemas.has(schema.dbId)) {
      throw fault(index, `the database is listed twice: ${schema.dbId}`);
    }
    schemas.set(schema.dbId, schema);
  });
  return schemas;
}

function parseSchema(record: Readonly<Record<string, unknown>>, index: number): DatabaseSchema {
  const dbId = record.db_id;
  if (typeof dbId !== "string" || !PLAIN_NAME.test(dbId)) {
    throw fault(index, `db_id must be a plain name: ${JSON.stringify(dbId)}`);
  }
  const names = arrayField(record, "table_names_original", index);
  const columns = arrayField(record, "column_names_original", index);
  const types = arrayField(record, "column_types", index);
  const tables = names.map((name) => {
    if (typeof name !== "string" || name === "") {
      throw fault(index, `${dbId}: a table's name must be a text: ${JSON.stringify(name)}`);
    }
    return { name, columns: [] as Column[] };
  });
  const refs = columns.map((entry, at): ColumnRef | undefined => {
    const [tableAt, name] = Array.isArray(entry) ? entry : [];
    if (tableAt === -1) return undefined;
    const table = tables[tableAt];
    if (table === undefined || typeof name !== "string" || name === "") {
      throw fault(index, `${dbId}: column ${at} is not [table, name]: ${JSON.stringify(entry)}`);
    }
    table.columns.push({ name, type: String(types[at] ?? "others") });
    return { table: table.name, column: name };
  });
  const keyed = (at: unknown, field: string): ColumnRef => {
    const ref = typeof at === "number" ? refs[at] : undefined;
    if (ref === undefined) {
      throw fault(index, `${dbId}: ${field} names no column: ${JSON.stringify(at)}`);
    }
    return ref;
  };
  return {
    dbId,
    tables,
    primaryKeys: arrayField(record, "primary_keys", index).flat().map((at) =>
      keyed(at, "primary_keys")
    ),
    foreignKeys: foreignKeys(arrayField(record, "foreign_keys", index), keyed),
  };
}

function foreignKeys(
  pairs: readonly unknown[],
  keyed: (at: unknown, field: string) => ColumnRef,
): ForeignKey[] {
  const keys = new Map<string, ForeignKey>();
  for (const pair of pairs) {
    const [from, to] = Array.isArray(pair) ? pair : [];
    const ref = keyed(to, "foreign_keys");
    keys.set(`${from} ${to}`, {
      ...keyed(from, "foreign_keys"),
      refTable: ref.table,
      refColumn: ref.column,
    });
  }
  return [...keys.values()];
}

function arrayField(
  record: Readonly<Record<string, unknown>>,
  field: string,
  index: number,
): unknown[] {
  const value = record[field];
  if (!Array.isArray(value)) {
    throw fault(index, `the field ${field} must be an array: fetch tables.json of the release`);
  }
  return value;
}

function fault(index: number, what: string): UsageError {
  return new UsageError(`Cannot load Spider: tables.json[${index}]: ${what}`);
}
