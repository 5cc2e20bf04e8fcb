import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { checkDatabaseId } from "./database_id.ts";

Deno.test("checkDatabaseId() takes every name of a folder", () => {
  for (const dbId of ["world_1", "a b", "Straße", "it's", "..a", "a..b", "x.y", "-", "café,bar"]) {
    checkDatabaseId(dbId);
  }
});

Deno.test("checkDatabaseId() refuses what leaves the folder, by name", () => {
  for (
    const dbId of [
      "",
      ".",
      "..",
      "../secret",
      "/etc/passwd",
      "a/../../b",
      "a\\b",
      "C:x",
      "a\0b",
      "a/",
    ]
  ) {
    assert.throws(() => checkDatabaseId(dbId), UsageError, dbId);
  }
});

Deno.test("checkDatabaseId() names the id without its control characters", () => {
  assert.throws(() => checkDatabaseId("../\x1b[31mred\n"), (error: Error) => {
    assert.match(error.message, /"\.\.\/\\u\{1b\}\[31mred"/);
    return !error.message.includes("\x1b") && !error.message.includes("\n");
  });
});
