import { z } from "zod";
import {
  checkRecord,
  type RecordOf,
  TEXT,
  textOfForm,
  together,
  UsageError,
} from "../ground/mod.ts";
import { PLAIN_NAME } from "./own_data/find_databases.ts";
import type { Column, ColumnRef, DatabaseSchema } from "./types.ts";

const INDEX = z.int().min(0);

/** The keys of a record of `tables.json` that are read. */
export const TABLES_KEYS = {
  /** The database's name, that of its folder. */
  db_id: textOfForm(PLAIN_NAME, "a plain name"),
  /** The tables, as the database names them. */
  table_names_original: z.array(TEXT),
  /** The table, by its place, and the name of each column; the first is `*`, of no table (-1). */
  column_names_original: z.array(z.tuple([z.int().min(-1), TEXT]))
    .meta({ allowed: "a list of [table, name]" }),
  /** The type of each column, in Spider's words. */
  column_types: z.array(z.string()),
  /** Columns by their place; a key of several columns is a list. */
  primary_keys: z.array(z.union([INDEX, z.array(INDEX)])),
  /** Two columns each: the one that refers, and the one that it refers to. */
  foreign_keys: z.array(z.tuple([INDEX, INDEX])),
};

type Tables = RecordOf<typeof TABLES_KEYS>;

const TABLES = together(z.looseObject(TABLES_KEYS), (tables) => {
  const { table_names_original: names, column_names_original: columns } = tables;
  const homeless = columns.findIndex(([table]) => table >= names.length);
  if (homeless >= 0) {
    return { path: ["column_names_original", homeless], rule: "[table, name] of a table" };
  }
  for (const key of ["primary_keys", "foreign_keys"] as const) {
    const at = tables[key].findIndex((places) =>
      [places].flat().some((place) => (columns[place]?.[0] ?? -1) < 0)
    );
    if (at >= 0) return { path: [key, at], rule: "places of columns" };
  }
  return undefined;
});

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
export function parseSchemas(records: readonly unknown[]): Map<string, DatabaseSchema> {
  const schemas = new Map<string, DatabaseSchema>();
  for (const [index, record] of records.entries()) {
    const place = `tables.json[${index}]`;
    const schema = schemaOf(checkRecord(TABLES, record, place));
    if (schemas.has(schema.dbId)) {
      throw new UsageError(`Cannot use ${place}: the database is listed twice: ${schema.dbId}`);
    }
    schemas.set(schema.dbId, schema);
  }
  return schemas;
}

function schemaOf(tables: Tables): DatabaseSchema {
  const named = tables.table_names_original.map((name) => ({ name, columns: [] as Column[] }));
  const refs = tables.column_names_original.map(([at, name], i): ColumnRef | undefined => {
    const table = named[at];
    table?.columns.push({ name, type: tables.column_types[i] ?? "others" });
    return table && { table: table.name, column: name };
  });
  // a foreign key that is listed twice is one
  const pairs = new Map(tables.foreign_keys.map((pair) => [pair.join(" "), pair]));
  return {
    dbId: tables.db_id,
    tables: named,
    primaryKeys: tables.primary_keys.flat().map((at) => refs[at]!),
    foreignKeys: [...pairs.values()].map(([from, to]) => {
      const { table: refTable, column: refColumn } = refs[to]!;
      return { ...refs[from]!, refTable, refColumn };
    }),
  };
}
