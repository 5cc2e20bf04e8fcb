import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused } from "./testing/run_main.ts";

/** Writes a text to a config file of its own and gives its path to the test. */
async function withConfig(text: string, test: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/study.json`, text);
    await test(`${dir}/study.json`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("main refuses an unknown command and names the one that was meant", async () => {
  await assertRefused(["pipelin"], /unknown command "pipelin": did you mean "pipeline"\?/);
  await assertRefused(["xyzzy"], /unknown command "xyzzy": see deno task lab help/);
});

Deno.test("main refuses an unknown flag and names the one that was meant", async () => {
  await assertRefused(["pipeline", "--confg", "a.json"], /--confg: did you mean --config\?/);
  await assertRefused(["pipeline", "--learning_rate", "1"], /unknown flag --learning-rate/);
  await assertRefused(["pipeline", "-c", "a.json"], /unknown flag -c /);
});

Deno.test("main refuses a flag without its value", async () => {
  await assertRefused(["pipeline", "--config"], /--config needs a value \(FILE\)/);
  await assertRefused(["pipeline", "--limit", "--seed", "3"], /--limit needs a value \(N\)/);
  await assertRefused(["pipeline", "--out="], /--out needs a value \(DIR\)/);
});

Deno.test("main refuses a word where a number is due, and an argument without a flag", async () => {
  await assertRefused(["pipeline", "--limit", "many"], /--limit must be a number: "many"/);
  await assertRefused(["pipeline", "sample"], /unexpected argument "sample"/);
  await assertRefused(["pipeline", "--seed", "1", "--seed=2"], /--seed is given twice/);
});

Deno.test("main refuses a config that is not there, is a folder or is not JSON", async () => {
  await assertRefused(["baseline", "--config", "config/none.json"], /there is no such file/);
  await assertRefused(["baseline", "--config", "config"], /it is a folder, not a file/);
  await withConfig('{ "name": "x",\n  "seed": }', async (path) => {
    await assertRefused(["baseline", "--config", path], /is not valid JSON/);
  });
});

Deno.test("main refuses a config with a typo and names the right key", async () => {
  using study = await writeMiniStudy();
  const text = JSON.stringify({ ...study.config, trainig: study.config.training });
  await withConfig(text, async (path) => {
    await assertRefused(["baseline", "--config", path], /"trainig": did you mean "training"\?/);
  });
});

Deno.test("main refuses values out of their range, from the config and from the flags", async () => {
  using study = await writeMiniStudy();
  const { config, configPath } = study;
  const text = JSON.stringify({ ...config, spider: { ...config.spider, shots: 21 } });
  await withConfig(text, async (path) => {
    await assertRefused(["baseline", "--config", path], /"spider.shots" must be an integer from 0/);
  });
  for (const [flag, value] of [["--limit", "0"], ["--limit", "1.5"], ["--seed", "-1"]] as const) {
    await assertRefused(["baseline", "--config", configPath, flag, value], /must be an integer/);
  }
  await assertRefused(
    ["evaluate", "--config", configPath, "--engine", "onxx"],
    /"engine.kind" must be one of "onnx", "server".*did you mean "onnx"\?/,
  );
});

Deno.test("main refuses to draw more multiple-choice questions than a category has", async () => {
  using study = await writeMiniStudy();
  await assertRefused(
    ["mmlu", "--config", study.configPath, "--limit", "9", "--out", study.out],
    /STEM 3, Humanities 1, Social sciences 1/,
  );
});

Deno.test("study and compare refuse what is no number of devices in one line", async () => {
  using study = await writeMiniStudy();
  for (const command of ["study", "compare"]) {
    const adapter = command === "compare" ? ["--adapter-path", study.root] : [];
    for (const devices of ["0", "-1", "1.5", "1025", "99999999999"]) {
      await assertRefused(
        [command, "--config", study.configPath, ...adapter, "--devices", devices],
        /--devices must be an integer from 1 to 1024: /,
      );
    }
  }
});

Deno.test("pipeline counts the GPUs that there are in words that fit one", async () => {
  using study = await writeMiniStudy({ config: { engine: { kind: "onnx", device: "cuda" } } });
  const before = Deno.env.get("CUDA_VISIBLE_DEVICES");
  const args = ["pipeline", "--config", study.configPath, "--out", study.out, "--devices", "3"];
  try {
    Deno.env.set("CUDA_VISIBLE_DEVICES", "0");
    await assertRefused(args, /--devices 3: this machine shows 1 GPU$/);
    Deno.env.set("CUDA_VISIBLE_DEVICES", "0,1");
    await assertRefused(args, /--devices 3: this machine shows 2 GPUs$/);
  } finally {
    if (before === undefined) Deno.env.delete("CUDA_VISIBLE_DEVICES");
    else Deno.env.set("CUDA_VISIBLE_DEVICES", before);
  }
});

Deno.test("export-sft refuses the name of a file as its folder", async () => {
  using study = await writeMiniStudy();
  await assertRefused(
    ["export-sft", "--config", study.configPath, "--out", `${study.root}/sft.jsonl`],
    /export-sft: --out is a folder, where the records get samples\/sft\.jsonl: ".*sft\.jsonl" is/,
  );
});
