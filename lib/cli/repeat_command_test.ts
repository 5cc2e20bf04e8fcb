import assert from "node:assert/strict";
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

Deno.test("repeat says what a training ran on otherwise", async () => {
  using study = await recorded();
  const environment = (device: string, torch: string): string =>
    JSON.stringify({ device, threads: device.length, packages: { torch, trl: "1.16.0" } });
  const before = `${study.root}/kept/recorded/mini/training/qv`;
  Deno.mkdirSync(before, { recursive: true });
  Deno.writeTextFileSync(`${before}/environment.json`, environment("NVIDIA H200", "2.11.0"));
  await writeTinyAdapter(`${study.out}/training/qv`);
  const now = `${study.out}/training/qv/environment.json`;
  Deno.writeTextFileSync(now, environment("NVIDIA H100 80GB HBM3", "2.11.0"));
  const { printed } = await runMain([...study.flags, "--variant", "qv"]);
  assert.match(
    printed,
    /trained with another device: NVIDIA H200 then, NVIDIA H100 80GB HBM3 now\./,
  );
  assert.doesNotMatch(printed, /torch|trl|threads/);
  const { environment: changes } = JSON.parse(
    Deno.readTextFileSync(`${study.out}/repetition.json`),
  );
  const device = { fact: "device", recorded: "NVIDIA H200", now: "NVIDIA H100 80GB HBM3" };
  assert.deepEqual(changes, [device]);
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
  const dev = `${study.root}/data/mmlu/test/sociology_test.csv`;
  Deno.writeTextFileSync(dev, Deno.readTextFileSync(dev).replace("One?", "Other?"));
  const anew = study.flags.map((flag) => flag === study.out ? `${study.out}2` : flag);
  await assertRefused([...anew, "--variant", "base"], /what was recorded differs in input "mmlu/);
});
