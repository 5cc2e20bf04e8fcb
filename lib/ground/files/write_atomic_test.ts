import assert from "node:assert/strict";
import { writeAtomic } from "./write_atomic.ts";
import { writeFully } from "./write_fully.ts";

Deno.test("writeAtomic() makes folders, replaces the file and leaves nothing beside it", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/a/b/summary.json`;
    writeAtomic(path, "old");
    writeAtomic(path, new TextEncoder().encode("new ü"));
    assert.equal(Deno.readTextFileSync(path), "new ü");
    assert.deepEqual([...Deno.readDirSync(`${folder}/a/b`)].map(({ name }) => name), [
      "summary.json",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("writeAtomic() names a folder in the file's place and cleans up", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/taken/inner`, { recursive: true });
    assert.throws(() => writeAtomic(`${folder}/taken`, "x"), {
      name: "UsageError",
      message: /Cannot write .*taken: it is a folder/,
    });
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => writeAtomic(`${folder}/file/below`, "x"), { name: "UsageError" });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "file",
      "taken",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test({
  name: "writeFully() says that the disk is full (on /dev/full)",
  ignore: Deno.build.os !== "linux",
  fn(): void {
    using file = Deno.openSync("/dev/full", { write: true });
    assert.throws(() => writeFully(file, new Uint8Array(10), "results/x/summary.json"), {
      name: "UsageError",
      message: "Cannot write results/x/summary.json: the disk is full: free some space and run " +
        "the same command again",
    });
  },
});
