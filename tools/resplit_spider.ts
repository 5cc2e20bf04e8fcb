/**
 * Parts Spider's train databases into some to train on and some to ask, so that a recipe can be
 * chosen without dev.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { escapeControls, listed, UsageError, writeAtomic } from "../lib/ground/mod.ts";
import { holdOutDatabases, loadSpider } from "../lib/spider/mod.ts";

const HELP = `deno run -A tools/resplit_spider.ts --spider DIR --out DIR [flags]

Writes a folder in Spider's layout whose questions to ask are those of some train databases, and
whose train split are the others'. Dev has no part in it: a study of this folder chooses recipes and
checkpoints before dev is asked anything.

  --spider DIR         Spider as released
  --out DIR            the new folder; its databases are links to those of --spider
  --databases N        how many train databases are asked (20)
  --seed N             which ones (42)
  --help               this text
`;

/** The files with Spider's train split; the sample has one. */
const TRAIN_FILES: readonly string[] = ["train_spider.json", "train_others.json", "train.json"];

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * Runs the command.
 *
 * @returns 0, or 2 where the command or the data are wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { help, spider, out, databases, seed } = parse(args);
    if (help) {
      say(HELP.trimEnd());
      return 0;
    }
    if (spider === undefined || out === undefined) {
      throw new UsageError("--spider and --out are needed");
    }
    for (const line of await resplit({ spider, out, databases, seed })) say(line);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`error: ${escapeControls(error.message)}`);
    return 2;
  }
}

/**
 * Writes the new folder.
 *
 * @returns Lines that say what is in it.
 * @throws {UsageError} If Spider cannot be read, too few train databases have a file, or `out` is
 * there already.
 */
async function resplit(
  { spider, out, databases, seed }: {
    readonly spider: string;
    readonly out: string;
    readonly databases: number;
    readonly seed: number;
  },
): Promise<string[]> {
  if (existsSync(out)) throw new UsageError(`${out} is there already: name another folder`);
  const { train, databasePath } = await loadSpider(spider);
  const names = new Set(train.map(({ dbId }) => dbId));
  const missing = [...names].filter((dbId) => !existsSync(databasePath(dbId)));
  const asked = new Set(holdOutDatabases(names, { wanted: databases, seed, keep: missing }));
  const dev: unknown[] = [];
  const files = new Map<string, unknown[]>();
  for (const name of TRAIN_FILES.filter((name) => existsSync(join(spider, name)))) {
    const records = JSON.parse(Deno.readTextFileSync(join(spider, name))) as { db_id: string }[];
    dev.push(...records.filter(({ db_id }) => asked.has(db_id)));
    files.set(name, records.filter(({ db_id }) => !asked.has(db_id)));
  }
  const empty = [...files].find(([, records]) => records.length === 0);
  if (empty) throw new UsageError(`${empty[0]} would have no question left: lower --databases`);
  files.set("dev.json", dev);
  Deno.mkdirSync(out, { recursive: true });
  for (const [name, records] of files) writeAtomic(join(out, name), `${JSON.stringify(records)}\n`);
  Deno.copyFileSync(join(spider, "tables.json"), join(out, "tables.json"));
  Deno.symlinkSync(resolve(spider, "database"), join(out, "database"));
  const left = [...files].filter(([name]) => name !== "dev.json")
    .map(([name, records]) => `${records.length.toLocaleString("en")} in ${name}`);
  return [
    `to ask: ${dev.length.toLocaleString("en")} questions of ${asked.size} train databases: ` +
    [...asked].join(", "),
    `to train on: ${left.join(", ")}`,
    ...(missing.length > 0 ? [`without a file, and so not asked: ${listed(missing)}`] : []),
  ];
}

function parse(args: readonly string[]): {
  readonly help: boolean;
  readonly spider?: string;
  readonly out?: string;
  readonly databases: number;
  readonly seed: number;
} {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        spider: text,
        out: text,
        databases: { ...text, default: "20" },
        seed: { ...text, default: "42" },
        help: { type: "boolean", default: false },
      },
    });
    return {
      ...values,
      databases: whole("--databases", values.databases, 1),
      seed: whole("--seed", values.seed, 0),
    };
  } catch (error) {
    // node:util throws a TypeError for an unknown or incomplete flag.
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

function whole(flag: string, value: string, least: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${flag} is a whole number from ${least}: current value is "${value}"`);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
