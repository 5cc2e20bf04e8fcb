import assert from "node:assert/strict";
import { basename } from "node:path";
import { BASE, openModelInputs } from "../study/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { compareConfig, defaultFolder } from "./commands/compare/run_compare.ts";
import { evaluationConfig, evaluationName, type Task } from "./evaluation_config.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

/** The name of the folder that a run without `--out` makes. */
async function folderName(
  study: MiniStudy,
  task: Task,
  flags: Readonly<Record<string, string>> = {},
): Promise<string> {
  const config = evaluationConfig({ config: study.configPath, ...flags }, task);
  const model = await openModelInputs(config, study.model);
  return evaluationName({ task, model, data: {}, variant: BASE });
}

Deno.test("evaluationName() says that weights are in 4 bits, and nothing of stored ones", async () => {
  using study = await writeMiniStudy();
  const stored = await folderName(study, "mmlu");
  assert.match(stored, /^mmlu-tiny-base-[0-9a-f]{8}$/);
  assert.equal(await folderName(study, "mmlu", { weights: "stored" }), stored);
  const int4 = await folderName(study, "mmlu", { weights: "int4" });
  assert.match(int4, /^mmlu-tiny-4-bit_weights-base-[0-9a-f]{8}$/);
  assert.notEqual(int4.slice(-8), stored.slice(-8));
  assert.match(
    await folderName(study, "spider", { weights: "int4" }),
    /^evaluate-tiny-4-bit_weights-base-[0-9a-f]{8}$/,
  );
});

Deno.test("defaultFolder() of a comparison says that weights are in 4 bits, and nothing of stored ones", async () => {
  using study = await writeMiniStudy();
  const folder = (flags: Readonly<Record<string, string>> = {}): string => {
    const config = { config: study.configPath, "adapter-path": ["qv"], ...flags };
    return basename(defaultFolder(compareConfig(config)));
  };
  const stored = folder();
  assert.match(stored, /^compare-tiny-[0-9a-f]{8}$/);
  assert.equal(folder({ weights: "stored" }), stored);
  const int4 = folder({ weights: "int4" });
  assert.match(int4, /^compare-tiny-4-bit_weights-[0-9a-f]{8}$/);
  assert.notEqual(int4.slice(-8), stored.slice(-8));
});

Deno.test("evaluate and mmlu say in their headings that weights are in 4 bits, and refuse them of a server", async () => {
  using study = await writeMiniStudy();
  const heading = async (command: string, ...flags: string[]): Promise<string> => {
    const out = `${study.root}/${command}${flags.join("")}.jsonl`;
    const args = [command, "--config", study.configPath, "--out", out, ...flags];
    const { code, notes, printed } = await runMain(args);
    assert.equal(code, 0, notes.join("\n"));
    return printed.split("\n")[0]!;
  };
  assert.equal(await heading("mmlu"), "Multiple-choice accuracy (test)");
  assert.equal(
    await heading("mmlu", "--weights", "int4"),
    "Multiple-choice accuracy, 4-bit weights (test)",
  );
  assert.equal(
    await heading("evaluate", "--weights", "int4"),
    "Text-to-SQL execution accuracy, 4-bit weights (test)",
  );
  const server = ["--engine", "server", "--weights", "int4"];
  await assertRefused(
    ["mmlu", "--config", study.configPath, ...server],
    /"engine\.weights" must be left out with kind "server"/,
  );
});

Deno.test("compare --run says which of two runs had 4-bit weights, of folders and of files", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/qv`);
  const text = `${study.root}/data/prose.jsonl`;
  for (const weights of ["stored", "int4"]) {
    const out = `${study.root}/${weights}`;
    const own = ["--text", text, "--adapter-path", adapter, "--weights", weights, "--out", out];
    const { code, notes } = await runMain(["compare", "--config", study.configPath, ...own]);
    assert.equal(code, 0, notes.join("\n"));
  }
  const heading = async (one: string, two: string): Promise<string> => {
    const out = `${study.root}/compared`;
    const places = [one, two].map((place) => `${study.root}/${place}`);
    const flags = ["--run", places[0]!, "--run", places[1]!, "--out", out];
    const { code, notes, printed } = await runMain(["compare", ...flags]);
    assert.equal(code, 0, notes.join("\n"));
    return printed.split("\n")[0]!.replaceAll(study.root, "");
  };
  assert.equal(
    await heading("stored::base", "int4::qv"),
    "Changes from base to qv, 4-bit weights",
  );
  assert.equal(
    await heading("stored/prose.jsonl::base", "int4/prose.jsonl::base"),
    "Changes from /stored/prose.jsonl::base to /int4/prose.jsonl::base, 4-bit weights",
  );
});

Deno.test("evaluate and mmlu open no engine on a CPU, and make no weights in 4 bits, for a tokenizer that cannot be loaded", async () => {
  using study = await writeMiniStudy({ model: { "tokenizer.json": "{" } });
  const files = (): string[] =>
    Array.from(Deno.readDirSync(study.model), ({ name }) => name).sort();
  const before = files();
  for (const command of ["evaluate", "mmlu"]) {
    for (const weights of ["stored", "int4"]) {
      const out = `${study.root}/${command}-${weights}.jsonl`;
      await assertRefused(
        [command, "--config", study.configPath, "--weights", weights, "--out", out],
        /Cannot load the tokenizer/,
      );
      assert.deepEqual(files(), before);
    }
  }
});
