import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { runMain } from "./testing/run_main.ts";
import { COMMANDS } from "./main.ts";

const SPAWNED_MS = 60_000;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the real command line in a process of its own. */
async function lab(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${REPOSITORY_ROOT}/lib/cli/main.ts`, ...args],
    signal: AbortSignal.timeout(SPAWNED_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("main as a process ends with exit code 2 and one line on standard error", async () => {
  assert.deepEqual(await lab("baseline", "--config", "nowhere.json"), {
    code: 2,
    out: "",
    err: "  error: Cannot read nowhere.json: there is no such file\n",
  });
});

Deno.test("main as a process runs a phase: the result on standard output, progress elsewhere", async () => {
  using study = await writeMiniStudy();
  const { code, out, err } = await lab(
    ...["baseline", "--config", study.configPath, "--out", study.out],
  );
  assert.equal(code, 0, err);
  assert.match(
    out,
    /^base: text-to-SQL \d success, \d failure of 3 \(.*\)\nbase: multiple .* 3 .*\nCompletions cut [^\n]*\n$/,
  );
  assert.match(err, /^\[0:0\d\] base: text-to-SQL, 3 questions\n {2}0\/3 questions\n/);
});

Deno.test("main prints the help of all commands and of each, made from its flags", async () => {
  const all = await runMain(["--help"]);
  assert.equal(all.code, 0);
  for (const command of COMMANDS) {
    assert.ok(all.printed.includes(`\n  ${command.name} `), command.name);
    const one = await runMain([command.name, "--help"]);
    assert.equal(one.code, 0);
    assert.deepEqual(one.notes, []);
    for (const flag of Object.keys(command.flags)) {
      assert.ok(one.printed.includes(`--${flag}`), `${command.name} --${flag}`);
    }
  }
  assert.equal((await runMain(["help"])).printed, all.printed);
  assert.deepEqual(await runMain([]), { ...all, code: 2 });
});

Deno.test("main goes on with what is stored, and says so", async () => {
  using study = await writeMiniStudy();
  const args = ["baseline", "--config", study.configPath, "--out", study.out];
  const first = await runMain(args);
  const second = await runMain(args);
  assert.deepEqual(first.notes, []);
  assert.deepEqual(second.notes, [
    "base: reused 3 of 3 stored answers",
    "base: reused 3 of 3 stored answers",
    "base: reused 2 of 2 stored answers",
  ]);
  assert.equal(second.printed, first.printed);
});

Deno.test("evaluate and mmlu take an adapter and its scale; scale 0 answers as the base does", async () => {
  using study = await writeMiniStudy();
  const adapter = await writeTinyAdapter(`${study.root}/tuned`);
  const answers: string[] = [];
  for (
    const flags of [[], ["--adapter_path", adapter, "--scale", "0"], ["--adapter_path", adapter]]
  ) {
    const out = `${study.out}/mmlu-${answers.length}.jsonl`;
    const { code, printed } = await runMain(
      ["mmlu", "--config", study.configPath, "--out", out, ...flags],
    );
    assert.equal(code, 0);
    assert.ok(printed.includes("1/1") || printed.includes("0/1"), printed);
    const scores = (await Deno.readTextFile(`${out}.samples`)).trim().split("\n")
      .map((line) => JSON.parse(line).logProbs);
    answers.push(JSON.stringify(scores));
  }
  assert.equal(answers[1], answers[0]);
  assert.notEqual(answers[2], answers[0]);
});

Deno.test("evaluate finds folders given as flags from the working directory", async () => {
  using study = await writeMiniStudy();
  const before = Deno.cwd();
  try {
    Deno.chdir(study.root);
    const { code, notes } = await runMain(
      ["evaluate", "--config", "study.json", "--model", "model", "--data", "data/spider"].concat(
        ["--out", "sql.jsonl"],
      ),
    );
    assert.equal(code, 0, notes.join("\n"));
    assert.equal(Deno.readTextFileSync(`${study.root}/sql.jsonl`).trim().split("\n").length, 3);
  } finally {
    Deno.chdir(before);
  }
});

Deno.test("main says its version by commit and by what results are compared by", async () => {
  for (const name of ["--version", "-V", "version"]) {
    const { code, printed } = await runMain([name]);
    assert.equal(code, 0);
    assert.match(
      printed,
      /^(commit [0-9a-f]{40}(, with .*)?|not under version control); task version \d+, summary version \d+; Deno \d+\.\d+\.\d+\n$/,
    );
  }
});
