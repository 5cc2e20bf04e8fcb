import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { runMini } from "../study/testing/mini_run.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { recordStudy } from "./commands/record/run_record.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

/** A study that is recorded; `out` is where its repetition goes. */
interface Recorded extends MiniStudy {
  /** The flags of `repeat` for it. */
  readonly flags: readonly string[];
}

/** A recorded study whose adapter is from elsewhere, so that nothing has to be trained. */
async function recorded(): Promise<Recorded> {
  const mini = await writeMiniStudy();
  await writeTinyAdapter(`${mini.out}/training/qv`);
  const { summary } = await runMini(mini.config, mini.out);
  const results = `${mini.root}/kept`;
  await recordStudy(summary, mini.out, { results, replace: false });
  const out = `${mini.root}/again`;
  const flags = ["--recorded", `${results}/recorded/mini`, "--out", out];
  return { ...mini, out, flags: ["repeat", "--config", mini.configPath, ...flags] };
}

Deno.test("repeat answers a recorded variant again and says that all is the same", async () => {
  using study = await recorded();
  await writeTinyAdapter(`${study.out}/training/qv`);
  const { code, printed } = await runMain([...study.flags, "--variant", "qv"]);
  assert.equal(code, 0);
  assert.match(printed, /multiple choice, letters +\| +3 \| +3 \| +100\.0 %/);
  assert.match(printed, /Its weights are the recorded ones, byte for byte\./);
  assert.match(printed, /It was repeated: 98 % of the verdicts/);
  assert.doesNotMatch(printed, /Changes from what was recorded/);
  const { rows, repeated, sameWeights } = JSON.parse(
    Deno.readTextFileSync(`${study.out}/repetition.json`),
  );
  assert.deepEqual(
    rows.map(({ measure, n, same }: Record<string, unknown>) => [measure, n, same]),
    [["sql", 3, 3], ["mmlu", 3, 3], ["prose", 2, 2]],
  );
  assert.deepEqual([repeated, sameWeights], [true, true]);
});

Deno.test("repeat of the base model needs no adapter", async () => {
  using study = await recorded();
  const { code, printed } = await runMain([...study.flags, "--variant", "base"]);
  assert.equal(code, 0);
  assert.doesNotMatch(printed, /weights/);
  assert.match(printed, /It was repeated/);
});

Deno.test("repeat tells other weights from the recorded ones", async () => {
  using study = await recorded();
  await writeTinyAdapter(`${study.out}/training/qv`, { seed: 11 });
  const { code, printed } = await runMain([...study.flags, "--variant", "qv"]);
  assert.equal(code, 0);
  assert.match(printed, /Its weights are not the recorded ones/);
  assert.match(printed, /\n- general text[^\n]*: [^\n]* nats a token/);
  const { rows } = JSON.parse(Deno.readTextFileSync(`${study.out}/repetition.json`));
  const prose = rows.find(({ measure }: { measure: string }) => measure === "prose");
  assert.deepEqual([prose.same, prose.different], [0, ["p-0", "p-1"]]);
});

/** What `repeat` says of trainings that ran on this, and what it was told of them. */
async function trainedOn(then: string | undefined, now: string | undefined): Promise<{
  readonly said: string;
  readonly code: number;
  readonly errors: readonly string[];
  readonly kept: { readonly environment?: unknown } | undefined;
}> {
  using study = await recorded();
  await writeTinyAdapter(`${study.out}/training/qv`);
  const runs = { [`${study.root}/kept/recorded/mini/training/qv`]: then };
  runs[`${study.out}/training/qv`] = now;
  for (const [dir, text] of Object.entries(runs)) {
    Deno.mkdirSync(dir, { recursive: true });
    if (text !== undefined) Deno.writeTextFileSync(`${dir}/environment.json`, text);
  }
  const { code, printed, notes } = await runMain([...study.flags, "--variant", "qv"]);
  const path = `${study.out}/repetition.json`;
  return {
    code,
    said: printed.replaceAll(study.root, ""),
    errors: notes.filter((note) => /^(error|fault): /.test(note)),
    kept: existsSync(path) ? JSON.parse(Deno.readTextFileSync(path)) : undefined,
  };
}

Deno.test("repeat says what a training ran on otherwise", async () => {
  const environment = (device: string, torch: string): string =>
    JSON.stringify({ device, threads: device.length, packages: { torch, trl: "1.16.0" } });
  const { said, kept } = await trainedOn(
    environment("NVIDIA H200", "2.11.0"),
    environment("NVIDIA H100 80GB HBM3", "2.11.0"),
  );
  assert.match(said, /trained with another device: NVIDIA H200 then, NVIDIA H100 80GB HBM3 now\./);
  assert.doesNotMatch(said, /torch|trl|threads/);
  const device = { fact: "device", recorded: "NVIDIA H200", now: "NVIDIA H100 80GB HBM3" };
  assert.deepEqual(kept?.environment, [device]);
});

Deno.test("repeat takes what a training's file does not name for unknown, not for absent", async () => {
  const { said, kept } = await trainedOn(
    '{"device":"cpu","packages":{"constructor":"1"}}',
    '{"device":"cpu","kernels":"plain"}',
  );
  assert.match(said, /Whether its kernels changed is not known: not named then, plain now\./);
  assert.match(said, /Whether its constructor changed is not known: 1 then, not named now\./);
  assert.doesNotMatch(said, /another/);
  assert.deepEqual(kept?.environment, [
    { fact: "constructor", recorded: "1" },
    { fact: "kernels", now: "plain" },
  ]);
});

Deno.test("repeat says where it is not known what a training ran on", async () => {
  const same = '{"device":"cpu"}';
  assert.deepEqual((await trainedOn(same, same)).kept?.environment, []);
  for (
    const [then, now, missing] of [
      [undefined, same, "/kept/recorded/mini/training/qv"],
      [same, undefined, "/again/training/qv"],
    ] as const
  ) {
    const { said, kept } = await trainedOn(then, now);
    assert(said.includes(`is not compared: there is no ${missing}/environment.json.`), said);
    assert(kept && !("environment" in kept));
  }
});

Deno.test("repeat refuses a training's environment of another form, before it asks anything", async () => {
  const good = '{"device":"cpu"}';
  for (
    const [bad, why] of [
      ["[]", /environment\.json: it is not a JSON object/],
      ["null", /environment\.json: it is not a JSON object/],
      ['{"packages":null}', /"packages" is not a JSON object/],
      ['{"packages":"torch"}', /"packages" is not a JSON object/],
      ['{"device":{"name":"cpu"}}', /"device" is not a text or a number/],
      ['{"device":', /it is not valid JSON/],
    ] as const
  ) {
    for (const [then, now] of [[bad, good], [good, bad]] as const) {
      const { code, said, errors } = await trainedOn(then, now);
      assert.deepEqual([code, said, errors.length], [2, "", 1], `${bad}: ${errors}`);
      assert.match(errors[0]!, why);
    }
  }
});

Deno.test("repeat refuses another study, by its settings or its data, and an unknown variant", async () => {
  using study = await recorded();
  await assertRefused([...study.flags, "--variant", "qw"], /no variant "qw": there are base, qv/);
  const text = Deno.readTextFileSync(study.configPath);
  const other = `${study.root}/other.json`;
  Deno.writeTextFileSync(other, text.replace('"maxNewTokens":4', '"maxNewTokens":5'));
  const flags = study.flags.map((flag) => flag === study.configPath ? other : flag);
  await assertRefused(
    [...flags, "--variant", "base"],
    /what was recorded differs in "spider\.maxNewTokens" \(4 there, 5 now\)/,
  );
  Deno.writeTextFileSync(other, text.replace(/"path":"[^"]*model[^"]*"/, '"path":"models/none"'));
  await assertRefused(
    [...flags, "--variant", "base"],
    /Cannot repeat: there is no model in "models\/none": .*docs\/gpu\.md/,
  );
  const dev = `${study.root}/data/mmlu/test/sociology_test.csv`;
  Deno.writeTextFileSync(dev, Deno.readTextFileSync(dev).replace("One?", "Other?"));
  const anew = study.flags.map((flag) => flag === study.out ? `${study.out}2` : flag);
  await assertRefused([...anew, "--variant", "base"], /what was recorded differs in input "mmlu/);
});
