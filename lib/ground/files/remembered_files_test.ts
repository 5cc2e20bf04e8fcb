import assert from "node:assert/strict";
import { fileState, RememberedFiles } from "./remembered_files.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

Deno.test("RememberedFiles keeps what is of use, reads no other values, and may be absent or damaged", async () => {
  const dir = await Deno.makeTempDir({ prefix: "remembered_" });
  const cache = `${dir}/cache/values.json`;
  try {
    const first = new RememberedFiles(cache, isNumber);
    first.save();
    assert.throws(() => Deno.statSync(cache), Deno.errors.NotFound);
    first.set("one", 1);
    first.set("__proto__", 2);
    first.set("gone", 3);
    first.save((key) => key !== "gone");
    const second = new RememberedFiles(cache, isNumber);
    assert.deepEqual(["one", "__proto__", "gone"].map((key) => second.get(key)), [1, 2, undefined]);
    await Deno.writeTextFile(cache, '{"one":"1","two":2}');
    const third = new RememberedFiles(cache, isNumber);
    assert.deepEqual([third.get("one"), third.get("two")], [undefined, 2]);
    for (const damaged of ["{", "null", "[]", ""]) {
      await Deno.writeTextFile(cache, damaged);
      assert.equal(new RememberedFiles(cache, isNumber).get("two"), undefined);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("RememberedFiles goes on where its file cannot be written", async () => {
  const file = await Deno.makeTempFile({ prefix: "remembered_" });
  try {
    const remembered = new RememberedFiles(`${file}/below/values.json`, isNumber);
    remembered.set("one", 1);
    remembered.save();
    assert.equal(remembered.get("one"), 1);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("fileState() is another one when a file changes, even to the same size and time of modification", async () => {
  const file = await Deno.makeTempFile({ prefix: "state_" });
  try {
    await Deno.writeTextFile(file, "one");
    const { mtime } = await Deno.stat(file);
    const before = fileState(file);
    assert.equal(before.size, 3);
    assert(!before.settled, "it has just changed");
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await Deno.writeTextFile(file, "two");
    await Deno.utime(file, mtime!, mtime!);
    assert.notEqual(fileState(file).identity, before.identity);
  } finally {
    await Deno.remove(file);
  }
});
