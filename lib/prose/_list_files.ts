import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../ground/mod.ts";

/**
 * The files below a folder, at any depth, as paths below it with `/`, in the order of their
 * characters' codes. Hidden files and folders are passed over; a link counts as what it leads to.
 *
 * @throws {UsageError} If a folder or a link cannot be read, or a link leads to a folder: a walk
 * along those might never end.
 */
export async function listFiles(root: string): Promise<string[]> {
  const paths: string[] = [];
  await walk(root, "", paths);
  return paths.sort();
}

async function walk(root: string, below: string, paths: string[]): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error) => {
    throw new UsageError(
      `Cannot load passages: the folder ${below || root} cannot be read (${error.code})`,
    );
  });
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = below + entry.name;
    if (entry.isDirectory()) {
      await walk(root, `${path}/`, paths);
      continue;
    }
    if (entry.isSymbolicLink()) {
      const target = await stat(join(root, path)).catch(() => undefined);
      if (!target?.isFile()) {
        throw new UsageError(`Cannot load passages: ${path} is a link that leads to no file`);
      }
    }
    paths.push(path);
  }
}
