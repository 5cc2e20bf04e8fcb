import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../usage_error.ts";

/**
 * Why a path leads nowhere, where a symbolic link is the reason: it, or a folder on the way to it,
 * is a link to what is not there. Such a path is neither absent nor something that can be read.
 *
 * @returns Words to follow the path and a colon; undefined where no link is the reason.
 */
export function danglingLink(path: string): string | undefined {
  return danglingPart(path, "it");
}

function danglingPart(path: string, called: string): string | undefined {
  if (isThere(path, statSync)) return undefined;
  if (!isThere(path, lstatSync)) {
    const folder = dirname(path);
    return folder === path ? undefined : danglingPart(folder, folder);
  }
  try {
    return `${called} is a symbolic link to "${readlinkSync(path)}", which is not there`;
  } catch {
    // no link: what it is, its reader tells
    return undefined;
  }
}

/**
 * Refuses a path that a symbolic link leads nowhere from, as of a disk that is not mounted.
 *
 * @throws {UsageError} If it, or a folder on the way to it, is such a link; the link is named.
 */
export function refuseDanglingLink(path: string): void {
  const why = danglingLink(path);
  if (why === undefined) return;
  throw new UsageError(`Cannot use ${path}: ${why}: make its target, or remove the link`);
}

function isThere(path: string, stat: typeof statSync | typeof lstatSync): boolean {
  try {
    return stat(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // a loop of links, or a folder that may not be read
    return (error as { readonly code?: unknown }).code !== "ENOTDIR";
  }
}
