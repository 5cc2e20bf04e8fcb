/**
 * Parts Spider's train databases into some to train on and some to ask, so that a recipe can be
 * chosen without dev.
 *
 * @module
 */

import { lstatSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { listed, parseJson, UsageError } from "../lib/ground/mod.ts";
import { holdOutDatabases, loadSpider } from "../lib/spider/mod.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

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

/** What `loadSpider` may have read that is no part of the train split. */
const OTHERS: readonly string[] = ["dev.json", "tables.json"];

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
    if (!spider?.trim() || !out?.trim()) {
      throw new UsageError("--spider and --out are needed");
    }
    for (const line of await resplit({ spider, out, databases, seed })) say(line);
    return 0;
  } catch (error) {
    return refused(error);
  }
}

/**
 * Writes the new folder, whole or not at all. Its train split is one file, as no release of Spider
 * has it: nobody is to take its questions for Spider's dev.
 *
 * @returns Lines that say what is in it.
 * @throws {UsageError} If Spider cannot be read, too few train databases have a file, `out` is there
 * already or cannot be written.
 */
async function resplit(
  { spider, out, databases, seed }: {
    readonly spider: string;
    readonly out: string;
    readonly databases: number;
    readonly seed: number;
  },
): Promise<string[]> {
  if (isThere(out)) {
    throw new UsageError(`${out} is there already: name another folder`);
  }
  const { train, hashes, databasePath } = await loadSpider(spider);
  const names = new Set(train.map(({ dbId }) => dbId));
  const missing = [...names].filter((dbId) => !hasContent(databasePath(dbId)));
  const usable = names.size - missing.length;
  if (databases > usable || databases >= names.size) {
    throw new UsageError(
      `--databases ${databases} are too many: ${usable} of ${names.size} train databases have a ` +
        "file, and one at least is to be trained on",
    );
  }
  const asked = new Set(holdOutDatabases(names, { wanted: databases, seed, keep: missing }));
  // the files that were read, in their order
  const records = Object.keys(hashes).filter((name) => !OTHERS.includes(name)).flatMap((name) => {
    const path = join(spider, name);
    return parseJson(Deno.readTextFileSync(path), path) as { readonly db_id: string }[];
  });
  const dev = records.filter(({ db_id }) => asked.has(db_id));
  const left = records.filter(({ db_id }) => !asked.has(db_id));
  write(out, (part) => {
    Deno.writeTextFileSync(join(part, "dev.json"), `${JSON.stringify(dev)}\n`);
    Deno.writeTextFileSync(join(part, "train.json"), `${JSON.stringify(left)}\n`);
    if ("tables.json" in hashes) {
      Deno.copyFileSync(join(spider, "tables.json"), join(part, "tables.json"));
    }
    Deno.symlinkSync(resolve(spider, "database"), join(part, "database"));
  });
  const count = (list: readonly unknown[]): string => list.length.toLocaleString("en");
  return [
    `to ask: ${count(dev)} questions of ${asked.size} train databases: ${[...asked].join(", ")}`,
    `to train on: ${count(left)} questions of ${names.size - asked.size}`,
    ...(missing.length > 0 ? [`without a file, and so not asked: ${listed(missing)}`] : []),
  ];
}

/** Whether a path is taken, also by a link to nowhere. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false; // what else is wrong with it comes to light when it is written
  }
}

/** Whether a database's file is there; an empty one is what a tool leaves that missed it. */
function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Fills a folder beside `out` and gives it its name at the end. */
function write(out: string, fill: (part: string) => void): void {
  let part: string | undefined;
  try {
    const beside = dirname(resolve(out));
    Deno.mkdirSync(beside, { recursive: true });
    part = Deno.makeTempDirSync({ dir: beside, prefix: `.${basename(resolve(out))}.` });
    fill(part);
    Deno.chmodSync(part, 0o755);
    Deno.renameSync(part, out);
  } catch (error) {
    if (part !== undefined) Deno.removeSync(part, { recursive: true });
    throw new UsageError(`cannot write ${out}: ${(error as Error).message}`);
  }
}

function parse(args: readonly string[]): {
  readonly help: boolean;
  readonly spider?: string;
  readonly out?: string;
  readonly databases: number;
  readonly seed: number;
} {
  const text = { type: "string" } as const;
  return readFlags(() => {
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
  });
}

function whole(flag: string, value: string, least: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${flag} is a whole number from ${least}: current value is "${value}"`);
}
