import assert from "node:assert/strict";
import { spareCudaThread } from "../engine/mod.ts";
import { leftWorkers } from "../engine/testing/left_workers.ts";
import { SILENT } from "../ground/mod.ts";
import { onlyForOne, worthDevices } from "./commands/pipeline/run_pipeline.ts";

const GPUS = ["0", "1", "2", "3"];

Deno.test("worthDevices() takes one device for a minute's work, unless more were asked for", () => {
  assert.deepEqual(worthDevices(GPUS, { wanted: undefined, seconds: 59 }), ["0"]);
  assert.deepEqual(worthDevices(GPUS, { wanted: undefined, seconds: 60 }), GPUS);
  assert.deepEqual(worthDevices(GPUS, { wanted: 4, seconds: 1 }), GPUS);
  assert.deepEqual(worthDevices([], { wanted: undefined, seconds: 1 }), []);
});

Deno.test("onlyForOne() hands the thread on for one device, and ends it for several", async () => {
  const left = await leftWorkers(async () => {
    const spare = spareCudaThread();
    const { signal } = new AbortController();
    const context = { progress: SILENT, print: () => undefined, signal, spare };
    for (const devices of [[], ["0"]]) assert.equal(await onlyForOne(devices, context), spare);
    assert.equal(await onlyForOne(["0", "1"], context), undefined);
    assert.equal(await onlyForOne(["0"], { ...context, spare: undefined }), undefined);
  });
  assert.equal(left, 0);
});
