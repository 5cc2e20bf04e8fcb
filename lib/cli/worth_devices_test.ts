import assert from "node:assert/strict";
import { worthDevices } from "./commands/pipeline/run_pipeline.ts";

const GPUS = ["0", "1", "2", "3"];

Deno.test("worthDevices() takes one device for a minute's work, unless more were asked for", () => {
  assert.deepEqual(worthDevices(GPUS, { wanted: undefined, seconds: 59 }), ["0"]);
  assert.deepEqual(worthDevices(GPUS, { wanted: undefined, seconds: 60 }), GPUS);
  assert.deepEqual(worthDevices(GPUS, { wanted: 4, seconds: 1 }), GPUS);
  assert.deepEqual(worthDevices([], { wanted: undefined, seconds: 1 }), []);
});
