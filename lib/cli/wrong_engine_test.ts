import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused } from "./testing/run_main.ts";

async function assertEngineRefused(
  engine: Readonly<Record<string, unknown>>,
  line: RegExp,
): Promise<void> {
  using study = await writeMiniStudy({ config: { engine } });
  await assertRefused(["baseline", "--config", study.configPath, "--out", study.out], line);
}

Deno.test("main refuses a server that does not answer", async () => {
  // port 9 is the discard service, which nothing runs
  const engine = { kind: "server", url: "http://127.0.0.1:9/v1", servedModel: "tiny" };
  await assertEngineRefused(engine, /Cannot reach the server/);
});

Deno.test({
  name: "main refuses a GPU that is not there, and says what to do",
  ignore: Deno.env.get("LAB_GPU") === "1",
  fn: async () => {
    await assertEngineRefused(
      { device: "cuda" },
      /Cannot open the model on the GPU: .*\(deno task setup --cuda; docs\/gpu.md\)/,
    );
  },
});
