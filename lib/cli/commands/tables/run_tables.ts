import {
  checkOutputFile,
  checkOutputIsNoInput,
  printable,
  UsageError,
  writeAtomic,
} from "../../../ground/mod.ts";
import { deriveTables, findDatabases, formatTables } from "../../../spider/mod.ts";
import { formatCounted } from "../../../report/light.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";
import { outputFile } from "../../output_file.ts";

/** The work of `tables`. */
export async function runTables(
  flags: FlagValues,
  { progress, print }: CommandContext,
): Promise<void> {
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
}
