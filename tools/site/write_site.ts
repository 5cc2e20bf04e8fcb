import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkOutputFolder, UsageError, writeAtomic } from "../../lib/ground/mod.ts";
import type { Site } from "./build_site.ts";

/** The list of what was written, by which a later site knows which files are its own. */
const LIST = "site_files.txt";

/**
 * Writes a site into a folder. What an earlier site wrote there and this one has not is taken away;
 * no other file is touched.
 *
 * @param root The repository's folder, which copies are taken from.
 * @returns How many files the site has.
 * @throws {UsageError} If the folder has files and no site, or cannot be written to.
 */
export function writeSite(site: Site, folder: string, root: string): number {
  checkOutputFolder(folder);
  const list = join(folder, LIST);
  const known = existsSync(list);
  if (!known && existsSync(folder) && [...Deno.readDirSync(folder)].length > 0) {
    throw new UsageError(
      `Cannot write a site to ${folder}: it has files that are of no site: name an empty folder`,
    );
  }
  const earlier = known ? Deno.readTextFileSync(list).split("\n").filter((one) => one) : [];
  const names = [...site.texts.keys(), ...site.copies].sort();
  // both, until the new ones are all there: a build that was stopped is taken up by the next
  writeAtomic(list, [...new Set([...earlier, ...names])].sort().join("\n") + "\n");
  for (const [name, text] of site.texts) writeAtomic(join(folder, name), text);
  for (const name of site.copies) {
    writeAtomic(join(folder, name), Deno.readFileSync(join(root, name)));
  }
  for (const name of earlier) {
    const inside = !name.startsWith("/") && !name.split("/").includes("..");
    if (inside && !names.includes(name) && existsSync(join(folder, name))) {
      Deno.removeSync(join(folder, name));
    }
  }
  writeAtomic(list, names.join("\n") + "\n");
  return names.length;
}
