import assert from "node:assert/strict";
import { leftWorkers } from "../engine/testing/left_workers.ts";
import { COMPARE } from "./commands/compare/compare.ts";
import { earlyThread } from "./early_thread.ts";
import { main } from "./main.ts";
import { fromRoot, SILENT } from "../ground/mod.ts";
import { DEFAULT_CONFIG } from "./study_flags.ts";

/** Whether flags, beside a config of this text, start a thread, which is ended. */
async function starts(
  flags: Parameters<typeof earlyThread>[0],
  text?: string,
): Promise<boolean> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    if (text !== undefined) await Deno.writeTextFile(path, text);
    await using thread = earlyThread(text === undefined ? flags : { ...flags, config: path });
    return thread !== undefined;
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("earlyThread() starts where the flags or the config name a GPU, the flags first", async () => {
  const gpu = '{ "engine": { "kind": "onnx", "device": "cuda" } }';
  const left = await leftWorkers(async () => {
    assert.equal(await starts({}), false, "the sample is asked on a CPU");
    assert.equal(await starts({ device: "cuda" }), true);
    assert.equal(await starts({}, gpu), true);
    assert.equal(await starts({ device: "cpu" }, gpu), false);
    assert.equal(await starts({ engine: "server" }, gpu), false);
    assert.equal(await starts({ plan: true }, gpu), false);
    assert.equal(await starts({ part: "1/2" }, gpu), true);
    assert.equal(await starts({}, '{ "engine": { "kind": "server", "device": "cuda" } }'), false);
  });
  assert.equal(left, 0);
});

Deno.test("compare starts a thread for a model on one GPU, and none for several or for files that were made earlier", async () => {
  const left = await leftWorkers(async () => {
    const cases = [
      [{ devices: 1 }, true],
      [{ devices: 2 }, false],
      [{ run: ["a", "b"] }, false],
    ] as const;
    for (const [flags, isStarted] of cases) {
      await using thread = COMPARE.early!({ device: "cuda", ...flags });
      assert.equal(thread !== undefined, isStarted);
    }
  });
  assert.equal(left, 0);
});

Deno.test("earlyThread() leaves a config that cannot be read to the command", async () => {
  for (const text of ["", "null", "[]", '{ "engine": 1 }', '{ "engine": null }', "{"]) {
    assert.equal(await starts({}, text), false, text);
  }
  assert.equal(await starts({ config: "/nowhere/config.json" }), false);
});

Deno.test("earlyThread() takes nothing out of a pipe, which can be read once", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const lab = `${import.meta.dirname}/main.ts`;
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", 'exec "$0" run -A "$1" mmlu --data /nowhere --config <(cat "$2")', Deno.execPath()]
      .concat(lab, fromRoot(DEFAULT_CONFIG)),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 2);
  assert.match(said, /\/nowhere/);
  assert.doesNotMatch(said, /valid JSON/);
});

Deno.test("main says what is wrong before it waits for a thread that was started in vain, and leaves none", async () => {
  const { terminate } = Worker.prototype;
  const order: string[] = [];
  Worker.prototype.terminate = function (): void {
    order.push("ended");
    terminate.call(this);
  };
  try {
    const left = await leftWorkers(async () => {
      const code = await main(["mmlu", "--device", "cuda", "--config", "/nowhere/config.json"], {
        progress: { ...SILENT, note: () => void order.push("said") },
        print: () => undefined,
        signal: new AbortController().signal,
      });
      assert.equal(code, 2);
    });
    assert.equal(left, 0);
    assert.deepEqual(order, ["said", "ended"]);
  } finally {
    Worker.prototype.terminate = terminate;
  }
});
