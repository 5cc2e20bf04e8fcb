import assert from "node:assert/strict";
import { driverId } from "./device_memory.ts";

Deno.test("driverId() is the name of a GPU among those that a process sees", () => {
  assert.equal(driverId(0, undefined), "0");
  assert.equal(driverId(1, undefined), "1");
  assert.equal(driverId(0, "2"), "2");
  assert.equal(driverId(1, "3, 1"), "1");
  assert.equal(driverId(0, "GPU-8a5c"), "GPU-8a5c");
  assert.equal(driverId(0, ""), "0");
});
