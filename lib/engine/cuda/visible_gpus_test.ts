import assert from "node:assert/strict";
import { driverId, seesSeveralGpus, visibleGpus } from "./visible_gpus.ts";

Deno.test("driverId() is the name of a GPU among those that a process sees", () => {
  assert.equal(driverId(0, undefined), "0");
  assert.equal(driverId(1, undefined), "1");
  assert.equal(driverId(0, "2"), "2");
  assert.equal(driverId(1, "3, 1"), "1");
  assert.equal(driverId(0, "GPU-8a5c"), "GPU-8a5c");
  assert.equal(driverId(0, ""), "0");
});

Deno.test("visibleGpus() are those that CUDA_VISIBLE_DEVICES names", async () => {
  assert.deepEqual(await visibleGpus("2, 3"), ["2", "3"]);
  assert.deepEqual(await visibleGpus("GPU-8a5c"), ["GPU-8a5c"]);
  assert.deepEqual(await visibleGpus(""), []);
});

Deno.test("seesSeveralGpus() goes by CUDA_VISIBLE_DEVICES, else by the driver's folders", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(seesSeveralGpus("2, 3", "/nowhere"), true);
    assert.equal(seesSeveralGpus(undefined, "/nowhere"), false);
    await Deno.mkdir(`${folder}/0000:01:00.0`);
    assert.equal(seesSeveralGpus(undefined, folder), false);
    await Deno.mkdir(`${folder}/0000:02:00.0`);
    assert.equal(seesSeveralGpus(undefined, folder), true);
    for (const named of ["2", ""]) assert.equal(seesSeveralGpus(named, folder), false, named);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
