import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import { type ExtractOptions } from "../mod.ts";
import { extractArchive } from "../extract_archive.ts";

/** Unpacks `archive` and hands its folder over; the folder beside it must stay untouched. */
export async function unpack(
  archive: Uint8Array,
  test: (dir: string, files: number) => Promise<void>,
  options: ExtractOptions = {},
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "archive_" });
  try {
    const file = join(root, "file.bin");
    await writeFile(file, archive);
    const dir = join(root, "out");
    const files = await extractArchive(file, dir, options);
    await test(dir, files);
  } finally {
    assert.ok(!existsSync(join(root, "evil")), "nothing is written outside the folder");
    await rm(root, { recursive: true });
  }
}

/** Asserts that an archive is refused in one line, which has `message` in it. */
export async function failsWith(
  archive: Uint8Array,
  message: string,
  options: ExtractOptions = {},
): Promise<void> {
  await assert.rejects(unpack(archive, () => Promise.resolve(), options), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error.stack));
    assert.ok(error.message.includes(message), error.message);
    assert.ok(!error.message.includes("\n"), error.message);
    return true;
  });
}
