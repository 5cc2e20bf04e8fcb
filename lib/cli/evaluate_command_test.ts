import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromRoot, REPOSITORY_ROOT } from "../ground/mod.ts";
import { hubEnvironment, ID, withHub, writeCached } from "../setup/testing/fake_hub.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { BASE, openModelInputs } from "../study/mod.ts";
import { assertRefused, type MainResult, runMain } from "./testing/run_main.ts";
import { evaluationName } from "./evaluation_config.ts";
import { DEFAULT_CONFIG } from "./study_flags.ts";

interface Ran extends MainResult {
  /** The folder that the run made for itself. */
  readonly folder: string;
}

/** Runs without `--out`, and keeps the folder's path; the caller removes it. */
async function run(study: MiniStudy, command: string, ...more: string[]): Promise<Ran> {
  const result = await runMain([command, "--config", study.configPath, ...more]);
  assert.equal(result.code, 0, result.notes.join("\n"));
  const [, path] = result.printed.match(/^(?:verdicts|answers): (.*)$/m)!;
  return { ...result, folder: dirname(join(Deno.cwd(), path!)) };
}

function remove(...runs: Ran[]): void {
  for (const folder of new Set(runs.map((ran) => ran.folder))) {
    assert.ok(folder.startsWith(`${REPOSITORY_ROOT}/results/scratch/`), folder);
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("mmlu has a folder a run: base, adapter and scale do not share one", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/tuned`);
  const runs = [
    await run(study, "mmlu"),
    await run(study, "mmlu", "--adapter-path", adapter),
    await run(study, "mmlu", "--adapter-path", adapter, "--scale", "0.5"),
    await run(study, "evaluate", "--adapter-path", adapter),
  ];
  const names = runs.map(({ folder }) => folder.split("/").at(-1)!);
  assert.match(names[0]!, /^mmlu-tiny-base-[0-9a-f]{8}$/);
  assert.match(names[1]!, /^mmlu-tiny-tuned-[0-9a-f]{8}$/);
  assert.match(names[2]!, /^mmlu-tiny-tuned@0\.5-[0-9a-f]{8}$/);
  assert.match(names[3]!, /^evaluate-tiny-tuned-[0-9a-f]{8}$/);
  assert.deepEqual([...Deno.readDirSync(runs[0]!.folder)].map(({ name }) => name).sort(), [
    "answers.jsonl",
    "samples.jsonl",
  ]);
  assert.ok(existsSync(`${runs[3]!.folder}/verdicts.jsonl`));
  remove(...runs);
});

Deno.test("mmlu run again resumes its own folder, with the same result", async () => {
  using study = await writeMiniStudy();
  const first = await run(study, "mmlu");
  const second = await run(study, "mmlu");
  assert.equal(second.folder, first.folder);
  assert.equal(second.printed, first.printed);
  assert.deepEqual(second.notes, ["base: reused 3 of 3 stored answers"]);
  remove(first);
});

Deno.test("mmlu with another adapter of the same name, or another seed, has another folder", async () => {
  using study = await writeMiniStudy();
  const one = await writeTinyAdapter(`${study.root}/a/tuned`, { seed: 1 });
  const two = await writeTinyAdapter(`${study.root}/b/tuned`, { seed: 2 });
  const runs = [
    await run(study, "mmlu", "--adapter-path", one),
    await run(study, "mmlu", "--adapter-path", `${two}/`),
    await run(study, "mmlu", "--adapter-path", one, "--seed", "7"),
  ];
  assert.equal(new Set(runs.map(({ folder }) => folder)).size, 3);
  remove(...runs);
});

Deno.test("evaluate, mmlu and baseline print the label of the data beside their numbers", async () => {
  using study = await writeMiniStudy();
  const args = ["--config", study.configPath, "--out"];
  const evaluate = await runMain(["evaluate", ...args, `${study.root}/sql.jsonl`]);
  assert.match(evaluate.printed, /^Text-to-SQL execution accuracy \(test\)\n/);
  const mmlu = await runMain(["mmlu", ...args, `${study.root}/mmlu.jsonl`]);
  assert.match(mmlu.printed, /^Multiple-choice accuracy \(test\)\n/);
  const baseline = await runMain(["baseline", ...args, study.out]);
  const lines = baseline.printed.trim().split("\n");
  assert.equal(lines.length, 3);
  for (const line of lines.slice(0, 2)) assert.match(line, / \(test\)$/);
});

Deno.test("mmlu calls numbers of the embedded sample sample, whatever the config says of a label", async () => {
  using study = await writeMiniStudy();
  const { label: _label, ...config } = study.config;
  await Deno.writeTextFile(study.configPath, JSON.stringify(config));
  const args = ["mmlu", "--config", study.configPath, "--limit", "1", "--out"];
  const own = await runMain([...args, `${study.root}/own.jsonl`]);
  assert.match(own.printed, /^Multiple-choice accuracy\n/);
  const sample = ["--data", `${REPOSITORY_ROOT}/mmlu_db/sample`];
  const embedded = await runMain([...args, `${study.root}/sample.jsonl`, ...sample]);
  assert.match(embedded.printed, /^Multiple-choice accuracy \(sample\)\n/);
});

Deno.test("evaluate and mmlu write into the folder that --out names, there or not, as into a file", async () => {
  using study = await writeMiniStudy();
  const config = ["--config", study.configPath];
  Deno.mkdirSync(`${study.root}/there`);
  for (const [command, name] of [["evaluate", "verdicts"], ["mmlu", "answers"]] as const) {
    const written = [`${study.root}/there`, `${study.root}/new/`, `${study.root}/${command}.jsonl`];
    for (const out of written) {
      const { code, notes } = await runMain([command, ...config, "--out", out]);
      assert.equal(code, 0, notes.join("\n"));
    }
    // an evaluation has times in it, which no two runs share
    const lines = (path: string): string =>
      Deno.readTextFileSync(path).replaceAll(/"elapsedMs":[\d.]+/g, "");
    const whole = lines(`${study.root}/${command}.jsonl`);
    assert.equal(lines(`${study.root}/there/${name}.jsonl`), whole);
    assert.equal(lines(`${study.root}/new/${name}.jsonl`), whole);
  }
});

Deno.test("evaluate and mmlu take --data-root as other commands do, and not beside --data", async () => {
  using study = await writeMiniStudy();
  const broken = { ...study.config, spider: { path: "nowhere" }, mmlu: { path: "nowhere" } };
  await Deno.writeTextFile(study.configPath, JSON.stringify(broken));
  for (const command of ["evaluate", "mmlu"]) {
    const args = [command, "--config", study.configPath, "--out", `${study.root}/out.jsonl`];
    await assertRefused(args, /nowhere/);
    const shots = command === "evaluate" ? ["--shots", "1"] : ["--shots", "2", "--limit", "1"];
    const root = ["--data-root", `${study.root}/data`, ...shots];
    const { code, notes } = await runMain([...args, ...root]);
    assert.equal(code, 0, notes.join("\n"));
    await assertRefused([...args, ...root, "--data", "x"], /--data and --data-root exclude/);
  }
});

Deno.test("evaluate and mmlu take an adapter by its id on the hub, with a folder's numbers", async () => {
  using study = await writeMiniStudy();
  const local = await writeTinyAdapter(`${study.root}/local`);
  const names = ["adapter_config.json", "adapter_model.safetensors"];
  const files = Object.fromEntries(
    names.map((name) => [name, Deno.readFileSync(`${local}/${name}`)]),
  );
  await withHub({ files }, async ({ options }) => {
    await writeCached(options, files);
    using _hub = hubEnvironment(options);
    for (const command of ["evaluate", "mmlu"]) {
      const answers = async (adapter: string, name: string): Promise<string> => {
        const out = `${study.root}/${command}-${name}.jsonl`;
        const args = [command, "--config", study.configPath, "--adapter-path", adapter];
        const { code, notes, printed } = await runMain([...args, "--out", out]);
        assert.equal(code, 0, notes.join("\n"));
        assert.ok(printed.includes(`| ${name} `), printed);
        const lines = Deno.readTextFileSync(out).replaceAll(/"elapsedMs":[\d.]+/g, "");
        return lines.replaceAll(/"variant":"[^"]*"/g, "");
      };
      assert.equal(await answers(ID, "tiny-model"), await answers(local, "local"));
    }
  });
});

Deno.test("evaluate and mmlu refuse an --out that cannot be written before the model is opened", async () => {
  // a model that would be refused if it were opened first
  using study = await writeMiniStudy({ model: { "config.json": "{" } });
  await Deno.mkdir(`${study.root}/folder`);
  await Deno.writeTextFile(`${study.root}/file`, "");
  const cases: readonly (readonly [string, RegExp])[] = [
    [`${study.root}/file/a.jsonl`, /a part of the path is a file, not a folder/],
  ];
  for (const command of ["evaluate", "mmlu"]) {
    for (const [out, line] of cases) {
      for (const device of ["cpu", "cuda"]) {
        const args = [command, "--config", study.configPath, "--device", device];
        await assertRefused([...args, "--out", out], line);
      }
    }
    await assertRefused(
      [command, "--config", study.configPath, "--out", `${study.root}/a.jsonl`],
      /config.json" is not JSON/,
    );
    // the config that is read where none is named
    await assertRefused(
      [command, "--model", study.model, "--out", fromRoot(DEFAULT_CONFIG)],
      /Cannot write .*sample\.json: it is .*which is read/,
    );
  }
  for (const command of ["baseline", "report", "train", "export-sft"]) {
    await assertRefused(
      [command, "--config", study.configPath, "--out", `${study.root}/file`],
      /a part of the path is a file, not a folder/,
    );
  }
  assert.deepEqual([...Deno.readDirSync(`${study.root}/folder`)], []);
});

Deno.test("evaluate and mmlu refuse wrong flags before data or model are opened", async () => {
  using study = await writeMiniStudy({ model: { "config.json": "{" } });
  await Deno.remove(`${study.root}/data`, { recursive: true });
  for (const command of ["evaluate", "mmlu"]) {
    const args = [command, "--config", study.configPath];
    await assertRefused([...args, "--scale", "0.5"], /--scale needs an --adapter-path/);
    await assertRefused(
      [...args, "--adapter-path", `${study.root}/none`],
      /Cannot use the adapter in ".*none": the folder does not exist/,
    );
    await assertRefused(args, /Cannot load (Spider|MMLU)/);
  }
});

Deno.test("evaluate tells of missing databases and of a limit above the data", async () => {
  using study = await writeMiniStudy();
  await Deno.remove(`${study.root}/data/spider/database/music`, { recursive: true });
  const { code, notes, printed } = await runMain(
    ["evaluate", "--config", study.configPath, "--limit", "9", "--out", `${study.root}/s.jsonl`],
  );
  assert.equal(code, 0);
  assert.deepEqual(notes.slice(0, 2), [
    "9 text-to-SQL questions are wanted and there are 3: all 3 are taken",
    "missing database: music (1 dev questions cannot be judged)",
  ]);
  assert.match(printed, /0\/2/, "n is what was judged");
});

Deno.test("a study asks a changed answer again, names the line, and ends with the same numbers", async () => {
  using study = await writeMiniStudy();
  const args = ["baseline", "--config", study.configPath, "--out", study.out];
  const first = await runMain(args);
  const changes: readonly (readonly [string, string, string])[] = [
    ["sql", '"finishReason":"length"', '"finishReason":"stop"'],
    ["sql", '"text":"', '"text":"SELECT 1'],
    ["mmlu", '"logProbs":[', '"logProbs":[-0.5,'],
    ["mmlu", '"id":"', '"id":"x'],
  ];
  for (const [store, from, to] of changes) {
    const path = `${study.out}/samples/${store}.jsonl`;
    const whole = await Deno.readTextFile(path);
    const line = whole.slice(0, whole.indexOf(from)).split("\n").length;
    assert.ok(whole.includes(from), from);
    await Deno.writeTextFile(path, whole.replace(from, to));
    const again = await runMain(args);
    assert.equal(again.printed, first.printed);
    assert.ok(
      again.notes.some((note) =>
        note.includes(`${store}.jsonl: not used and asked again: line ${line} (`)
      ),
      again.notes.join("\n"),
    );
    assert.ok(again.notes.includes("base: reused 2 of 3 stored answers"), again.notes.join("\n"));
    const lines = (text: string): string[] => text.trim().split("\n").sort();
    assert.deepEqual(lines(await Deno.readTextFile(path)), lines(whole));
  }
});

Deno.test("evaluate gives a model with another chat template a folder of its own", async () => {
  using study = await writeMiniStudy();
  const name = async (template: string): Promise<string> => {
    const path = `${study.model}/tokenizer_config.json`;
    const config = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...config, chat_template: template }));
    const model = await openModelInputs(study.config, study.model);
    return evaluationName({ task: "spider", model, data: {}, variant: BASE });
  };
  const plain = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}";
  assert.notEqual(await name(plain), await name(`Now: ${plain}`));
  assert.equal(await name(plain), await name(plain));
});

Deno.test("mmlu tells an adapter folder named base from the base model, and a name from a scale", async () => {
  using study = await writeMiniStudy();
  const runs: Ran[] = [];
  for (const folder of ["base", "tuned@0.5"]) {
    const dir = await writeTinyAdapter(`${study.root}/${folder}`);
    runs.push(await run(study, "mmlu", "--adapter-path", dir));
  }
  assert.match(runs[0]!.printed, /base \(adapter\)/);
  assert.match(runs[1]!.printed, /tuned@0\.5@1/);
  remove(...runs);
});

Deno.test("mmlu tells an adapter that names another base model, and no more", async () => {
  using study = await writeMiniStudy();
  const dir = await writeTinyAdapter(`${study.root}/tuned`);
  const path = `${dir}/adapter_config.json`;
  const config = JSON.parse(await Deno.readTextFile(path));
  const notes = async (base: string): Promise<readonly string[]> => {
    await Deno.writeTextFile(path, JSON.stringify({ ...config, base_model_name_or_path: base }));
    const ran = await run(study, "mmlu", "--adapter-path", dir);
    remove(ran);
    return ran.notes.filter((note) => note.includes("base model"));
  };
  assert.match((await notes("someone/another-model"))[0]!, /names someone\/another-model/);
  assert.deepEqual(await notes(`elsewhere/${study.model.split("/").at(-1)}`), []);
});
