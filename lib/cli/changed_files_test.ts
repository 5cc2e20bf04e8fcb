import assert from "node:assert/strict";
import { join } from "node:path";
import { storedRecords } from "../study/testing/mini_run.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { assertRefused, runMain, type RunMainOptions } from "./testing/run_main.ts";

/** The command line of a study, and the folder of its one adapter. */
interface Running {
  readonly args: readonly string[];
  readonly adapter: string;
}

/** A study, and a comparison, each of the base model and one adapter. */
const COMMANDS: Readonly<Record<string, (study: MiniStudy) => Promise<Running>>> = {
  pipeline: async ({ configPath, out }) => ({
    args: ["pipeline", "--config", configPath, "--out", out],
    adapter: await writeTinyAdapter(`${out}/training/qv`),
  }),
  compare: async ({ root, configPath, out }) => {
    const adapter = await writeTinyAdapter(`${root}/qv`);
    const text = ["--text", `${root}/data/prose.jsonl`];
    const args = ["compare", "--config", configPath, "--out", out, "--adapter-path", adapter];
    return { args: [...args, ...text], adapter };
  },
};

/** Does something once, when a step of that title begins. */
function when(title: RegExp, act: () => void): RunMainOptions {
  let isDone = false;
  return {
    onStep(step): void {
      if (isDone || !title.test(step)) return;
      isDone = true;
      act();
    },
  };
}

for (const [command, begin] of Object.entries(COMMANDS)) {
  Deno.test(`${command} refuses in one line an adapter's config that changed while it was asked, and keeps the answers`, async () => {
    const changes: readonly (readonly [string | undefined, RegExp])[] = [
      ["{", /^error: Cannot read .*qv\/adapter_config\.json: it is not valid JSON/],
      ["[]", /^error: Cannot use .*qv\/adapter_config\.json: the whole must be an object/],
      ["{}", /^error: Cannot use .*qv\/adapter_config\.json: "rank" must be .*: it is missing$/],
      [undefined, /^error: Cannot read .*qv\/adapter_config\.json: there is no such file$/],
    ];
    for (const [text, line] of changes) {
      using study = await writeMiniStudy();
      const { args, adapter } = await begin(study);
      const path = `${adapter}/adapter_config.json`;
      const whole = Deno.readTextFileSync(path);
      const change = when(/^base: general text/, () => {
        if (text === undefined) Deno.removeSync(path);
        else Deno.writeTextFileSync(path, text);
      });
      await assertRefused(args, line, change);
      assert.deepEqual(storedRecords(study.out), { sql: 6, mmlu: 6 });

      Deno.writeTextFileSync(path, whole);
      const { code, notes } = await runMain(args);
      assert.equal(code, 0, notes.join("\n"));
      assert.ok(notes.some((note) => note.includes("reused 3 of 3 stored answers")));
      assert.deepEqual(storedRecords(study.out), { sql: 6, mmlu: 6 });
    }
  });
}

Deno.test("compare refuses to record an adapter that was changed to another one while it was asked", async () => {
  using study = await writeMiniStudy();
  const { args, adapter } = await COMMANDS.compare!(study);
  const path = `${adapter}/adapter_config.json`;
  const whole = Deno.readTextFileSync(path);
  const other = JSON.stringify({ ...JSON.parse(whole), lora_alpha: 1 });
  const change = when(/^qv: general text/, () => Deno.writeTextFileSync(path, other));
  await assertRefused(
    args,
    /^error: Cannot write the results: the adapter "qv" was changed while it was asked/,
    change,
  );
  assert.deepEqual(storedRecords(study.out), { sql: 6, mmlu: 6 });
  // written again as it was, it is the one that answered
  Deno.writeTextFileSync(path, whole);
  const { code, notes } = await runMain(
    args,
    when(/^qv: general text/, () => Deno.writeTextFileSync(path, whole)),
  );
  assert.equal(code, 0, notes.join("\n"));
  assert.equal(notes.filter((note) => note.includes("reused 3 of 3 stored answers")).length, 4);
});

for (const [command, begin] of Object.entries(COMMANDS)) {
  Deno.test({
    name: `${command} says in one line which file of answers was taken away while it ran`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      for (const taken of ["samples", "samples/mmlu.jsonl", "."]) {
        using study = await writeMiniStudy();
        const { args } = await begin(study);
        const path = join(study.out, taken);
        const remove = when(/^base: multiple choice/, () => {
          Deno.removeSync(path, { recursive: true });
        });
        await assertRefused(
          args,
          /^error: Cannot write .*samples\/\w+\.jsonl: it was removed or replaced while it was open/,
          remove,
        );
        if (taken === ".") continue;
        const { code, notes } = await runMain(args);
        assert.equal(code, 0, notes.join("\n"));
        assert.deepEqual(storedRecords(study.out), { sql: 6, mmlu: 6 });
      }
    },
  });
}

Deno.test("compare refuses an adapter whose config says what no summary can hold before anything is asked", async () => {
  using study = await writeMiniStudy();
  const { args, adapter } = await COMMANDS.compare!(study);
  const path = `${adapter}/adapter_config.json`;
  const config = JSON.parse(Deno.readTextFileSync(path));
  Deno.writeTextFileSync(path, JSON.stringify({ ...config, lora_dropout: 5 }));
  await assertRefused(args, /adapter_config\.json: "dropout" must be .*: current value is 5$/);
  assert.throws(() => storedRecords(study.out), Deno.errors.NotFound);
});
