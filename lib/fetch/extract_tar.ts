import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { entryPath } from "./_entry_path.ts";
import { readTar } from "./_read_tar.ts";
import { writeFault } from "./_write_fault.ts";
import { type ExtractOptions, MAX_BYTES } from "./extract_zip.ts";

/**
 * Unpacks a tar file, plain or gzipped, into a folder, in pieces.
 *
 * Covered: ustar, GNU long names, pax paths and sizes. Refused: names that lead out of the folder or
 * are there twice, links, devices and sparse files, a header whose checksum is wrong, a file that
 * ends before its end mark or goes on after it. A plain tar has no checksum of its files' bytes.
 *
 * @param file The tar file.
 * @param dir The folder to write into; made if it is not there. Existing files are not replaced.
 * @param options Which entries, how much at most.
 * @returns How many files were written.
 * @throws {UsageError} If the file is not a whole tar file, or has something that is refused.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format", as the package `tar` reads it
 */
export async function extractTar(
  file: string,
  dir: string,
  { wanted = () => true, maxBytes = MAX_BYTES }: ExtractOptions = {},
): Promise<number> {
  const fault = (what: string): UsageError => new UsageError(`Cannot unpack ${file}: ${what}`);
  let files = 0;
  let written = 0;
  let target: string | undefined;
  let output: FileHandle | undefined;
  const fail = (error: unknown): never => {
    throw (error as NodeJS.ErrnoException).code === "EEXIST"
      ? fault("an entry is there twice, or its file was there already")
      : writeFault(error, target!);
  };
  try {
    for await (const next of readTar(file)) {
      if (next instanceof Uint8Array) {
        await output?.writeFile(next).catch(fail);
        continue;
      }
      await output?.close();
      output = undefined;
      target = entryPath(next.name, dir, file);
      if (!next.isFile || target === undefined || !wanted(next.name)) continue;
      written += next.size;
      if (written > maxBytes) throw fault(`it holds more than the limit of ${maxBytes} bytes`);
      await mkdir(dirname(target), { recursive: true }).catch(fail);
      output = await open(target, "wx").catch(fail);
      files++;
    }
    return files;
  } finally {
    await output?.close();
  }
}
