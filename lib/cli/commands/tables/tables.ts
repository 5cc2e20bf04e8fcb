import type { Command } from "../../command.ts";

/** `tables`: writes Spider's `tables.json` from what SQLite files say. */
export const TABLES: Command = {
  name: "tables",
  summary: "write tables.json, the schemas of a folder of SQLite databases, as Spider has it",
  description:
    "A database is DIR/NAME.sqlite or DIR/NAME/NAME.sqlite (.sqlite3 and .db are taken as well).\n" +
    "Data without a tables.json need none: their schemas are then made the same way in memory.",
  flags: {
    databases: { type: "text", value: "DIR", help: "folder of databases, or one SQLite file" },
    out: { type: "text", value: "PATH", help: "the file to write; a folder gets tables.json" },
  },
  load: async () => (await import("./run_tables.ts")).runTables,
};
