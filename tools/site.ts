import { parseArgs } from "node:util";
import { join, resolve } from "node:path";
import { REPOSITORY_ROOT, UsageError } from "../lib/ground/mod.ts";
import { buildSite } from "./site/build_site.ts";
import { writeSite } from "./site/write_site.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

/**
 * Builds the documents as a static site: `deno task site`.
 *
 * @module
 */

const HELP = `deno task site   the documents as pages that open from the disk

  --out DIR   the folder to write to (default: results/scratch/site)
  --check     write nothing: check links, anchors and files
  --help      this text

A link that leads nowhere is named with its file and line, and nothing is written.
`;

/**
 * Runs the command.
 *
 * @returns 0, or 2 where the command, a link or the folder is wrong.
 */
export function main(args: readonly string[]): number {
  try {
    const { out, check, help } = parse(args);
    if (help) {
      say(HELP.trimEnd());
      return 0;
    }
    const site = buildSite(REPOSITORY_ROOT);
    for (const fault of site.faults) say(fault);
    if (site.faults.length > 0) {
      throw new UsageError(`Cannot build the site: mend what is named above`);
    }
    if (check) {
      say(`checked ${site.texts.size} files: every link leads somewhere`);
      return 0;
    }
    const count = writeSite(site, out, REPOSITORY_ROOT);
    say(`wrote ${count} files; open ${join(out, "index.html")}`);
    return 0;
  } catch (error) {
    return refused(error);
  }
}

function parse(args: readonly string[]): { out: string; check: boolean; help: boolean } {
  return readFlags(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        out: { type: "string", default: join(REPOSITORY_ROOT, "results/scratch/site") },
        check: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return { ...values, out: resolve(values.out) };
  });
}

if (import.meta.main) Deno.exit(main(Deno.args));
