import {
  checkOutputFile,
  checkOutputIsNoInput,
  printable,
  UsageError,
  writeAtomic,
} from "../../ground/mod.ts";
import { deriveTables, findDatabases, formatTables } from "../../spider/mod.ts";
import { formatCounted } from "../../report/mod.ts";
import { type Command, text } from "../command.ts";
import { outputFile } from "../output_file.ts";

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
  async run(flags, { progress, print }): Promise<void> {
    const place = text(flags, "databases");
    const given = text(flags, "out");
    if (place === undefined || given === undefined) {
      throw new UsageError("tables: give --databases DIR and --out FILE");
    }
    const out = outputFile(given, "tables.json");
    const databases = await findDatabases(place);
    if (databases.size === 0) {
      throw new UsageError(
        `tables: ${place} has no database NAME.sqlite and no folder NAME with NAME.sqlite in it`,
      );
    }
    checkOutputFile(out);
    checkOutputIsNoInput(out, [...databases.values()]);
    if (await Deno.stat(out).then(() => true, () => false)) {
      throw new UsageError(`tables: ${out} is there already: move it away or give another name`);
    }
    const ids = [...databases.keys()].sort();
    const derived = ids.map((dbId) => deriveTables(databases.get(dbId)!, dbId));
    for (const key of derived.flatMap(({ brokenKeys }) => brokenKeys)) {
      progress.note(`${printable(key)}: the foreign key is left out`);
    }
    writeAtomic(out, formatTables(derived.map(({ tables }) => tables)));
    print(`${out}: ${formatCounted(ids.length, "database")}`);
  },
};
