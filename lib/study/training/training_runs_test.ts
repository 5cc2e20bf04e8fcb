import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import type { StudyFolder } from "../study_folder.ts";
import { trainingRuns } from "./training_runs.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import type { StudyInputs } from "../inputs/inputs.ts";

Deno.test("trainingRuns() reads losses, what training took, and the environment", async () => {
  using study = await writeMiniStudy();
  const losses = [3, 2, 1, 0.5, 0.4, 0.6];
  const runs = await read(study, {
    "loss.jsonl": losses.map((loss, i) =>
      JSON.stringify({ step: i + 1, loss, tokens: 90 * (i + 1), seconds: 1.5 * (i + 1) }) + "\n"
    ).join(""),
    "environment.json": '{"device": "cpu", "platform": "x", "packages": {"trl": "1.16.0"}}',
  });
  assert.deepEqual(runs.losses.map((row) => row.lossNats), losses);
  assert.deepEqual(runs.environment, { device: "cpu", trl: "1.16.0" });
  const [row] = runs.runs;
  assert.ok(row?.lastLossNats.ci95);
  const { lastLossNats: { n, mean, ci95: [low, high] }, ...rest } = row;
  assert.deepEqual(rest, {
    variant: "qv",
    steps: 6,
    tokens: 540,
    seconds: 9,
    firstLossNats: 3,
  });
  // the last half: mean 0.5, standard error 0.1 / sqrt(3), t(0.975, 2) = 4.3027
  assert.equal(n, 3);
  assert.ok(Math.abs(mean - 0.5) < 1e-12);
  assert.ok(Math.abs(high - 0.7484) < 1e-4 && Math.abs(low - 0.2516) < 1e-4);
});

Deno.test("trainingRuns() gives a single loss no interval", async () => {
  using study = await writeMiniStudy();
  const { runs } = await read(study, {
    "loss.jsonl": '{"step": 1, "loss": 2.5, "tokens": 90, "seconds": 1}\n',
    "environment.json": "{}",
  });
  assert.deepEqual(runs[0]?.lastLossNats, { n: 1, mean: 2.5 });
});

Deno.test("trainingRuns() refuses a recipe that is not trained, and an empty log", async () => {
  using study = await writeMiniStudy();
  await assert.rejects(read(study, {}), UsageError);
  await assert.rejects(read(study, { "loss.jsonl": "" }), /"qv": its loss log is empty/);
  await assert.rejects(read(study, { "loss.jsonl": '{"step": 1, "loss": 2}\n' }), {
    name: "UsageError",
    message: /the loss log of "qv": its last line needs numbers "tokens" and "seconds"/,
  });
});

async function read(
  { config, out }: Awaited<ReturnType<typeof writeMiniStudy>>,
  files: Readonly<Record<string, string>>,
): ReturnType<typeof trainingRuns> {
  const dir = `${out}/training/qv`;
  await Deno.mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${dir}/${name}`, text);
  }
  const folder = { training: () => dir } as unknown as StudyFolder;
  return await trainingRuns({ inputs: { config } as StudyInputs, folder });
}
