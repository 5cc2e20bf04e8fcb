import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { SILENT } from "../../ground/mod.ts";
import { UsageError } from "../../ground/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { trainRecipe } from "./train_recipe.ts";

const noShell = Deno.build.os === "windows" ? " [skipped: needs a POSIX shell]" : "";

/** Trains with an interpreter that runs these shell commands instead. */
async function train(commands: string, stop?: AbortSignal): Promise<string> {
  using study = await writeMiniStudy();
  const python = `${study.root}/python`;
  Deno.writeTextFileSync(python, `#!/bin/sh\necho 'step 1/9' >&2\n${commands}\n`);
  chmodSync(python, 0o755);
  const inputs = await openModelInputs(study.config, study.model);
  const recipe = study.config.training.recipes[0]!;
  return await trainRecipe(inputs, recipe, {
    data: `${study.out}/sft.jsonl`,
    out: study.out,
    progress: SILENT,
    python,
    ...(stop ? { signal: stop } : {}),
  });
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + noShell, ignore: noShell !== "", fn });
}

test("trainRecipe says that the trainer was killed, by which signal, and what to do", async () => {
  for (const [signal, number] of [["KILL", 9], ["SEGV", 11], ["TERM", 15]] as const) {
    await assert.rejects(train(`kill -${signal} $$`), {
      name: "UsageError",
      message: `Training "qv": killed, signal ${number}; run again to go on`,
    });
  }
});

test("trainRecipe hands on the line of a trainer that was stopped and ended in order", async () => {
  for (const code of [130, 143]) {
    await assert.rejects(
      train(
        `echo 'train_lora.py: stopped after step 1 of 9; run again to go on' >&2; exit ${code}`,
      ),
      { name: "UsageError", message: /stopped after step 1 of 9; run again to go on$/ },
    );
  }
});

test("trainRecipe that was stopped by its caller throws the caller's reason", async () => {
  const stop = new AbortController();
  const reason = new UsageError("stopped; start it again to go on");
  setTimeout(() => stop.abort(reason), 300);
  await assert.rejects(train("exec sleep 20", stop.signal), (error) => error === reason);
});
