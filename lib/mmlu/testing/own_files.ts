import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../../ground/mod.ts";
import { loadMultipleChoice } from "../mod.ts";

/** For tests: a folder of files, by name; an array is written as JSON lines. */
export async function withOwnFiles(
  files: Readonly<Record<string, string | Uint8Array | readonly unknown[]>>,
  test: (dir: string) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "items_" });
  const dir = join(parent, "exam");
  try {
    await mkdir(dir);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      const text = typeof content === "string" || content instanceof Uint8Array
        ? content
        : content.map((line) => `${JSON.stringify(line)}\n`).join("");
      await writeFile(join(dir, name), text);
    }
    await test(dir);
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** For tests: data must be refused with one line that matches. */
export async function refusesItems(path: string, expected: RegExp): Promise<void> {
  await assert.rejects(loadMultipleChoice(path), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    assert.match(error.message, expected);
    return true;
  });
}
