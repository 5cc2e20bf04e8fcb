import assert from "node:assert/strict";
import { hubEnvironment, ID, withHub } from "../setup/testing/fake_hub.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused } from "./testing/run_main.ts";

Deno.test("evaluate on a GPU downloads no adapter before its data are there", async () => {
  using study = await writeMiniStudy();
  await Deno.remove(`${study.root}/data`, { recursive: true });
  await withHub({}, async ({ options, requests }) => {
    using _hub = hubEnvironment(options);
    const args = ["evaluate", "--config", study.configPath, "--device", "cuda"];
    await assertRefused([...args, "--adapter-path", ID], /Cannot load Spider/);
    assert.deepEqual(requests, []);
  });
});
