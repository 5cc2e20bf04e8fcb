import assert from "node:assert/strict";
import { claimRun, runId } from "./claim_run.ts";
import { parseConfig } from "./config.ts";
import type { StudyConfig } from "./study_config.ts";

const CONFIG = parseConfig(
  JSON.stringify({
    name: "tiny",
    model: { id: "own", source: "path", path: "models/own" },
    spider: { path: "spider_db/sample" },
    mmlu: { path: "mmlu_db/sample" },
    training: { recipes: [{ name: "a", learningRate: 1e-4 }] },
  }),
  { path: "config/tiny.json" },
);

Deno.test("claimRun() takes a folder once and takes it up again for the same study", () => {
  inFolder((out) => {
    const inputs = { "dev.json": "11" };
    const first = claimRun(CONFIG, { out, inputs });
    assert.deepEqual([first.folder, first.resumed], [out, false]);
    const engine = { ...CONFIG.engine, batchSize: 2 };
    const second = claimRun({ ...CONFIG, label: "sample", engine }, { out, inputs });
    assert.deepEqual(second, { ...first, resumed: true });
    const claim = JSON.parse(Deno.readTextFileSync(`${out}/run.json`));
    assert.equal(claim.hash, first.hash);
    assert.deepEqual(claim.config, CONFIG);
  });
});

Deno.test("claimRun() refuses a folder of another study and says in what they differ", () => {
  const [recipe] = CONFIG.training.recipes;
  const changed = { ...CONFIG.training, recipes: [{ ...recipe!, rank: 8 }] };
  const cases: [StudyConfig, Record<string, string>, RegExp][] = [
    [{ ...CONFIG, seed: 7 }, { "dev.json": "11" }, /differs in "seed" \(42 there, 7 now\)/],
    [{ ...CONFIG, training: changed }, { "dev.json": "11" }, /"training\.recipes\.0\.rank" \(16/],
    [CONFIG, { "dev.json": "22" }, /differs in input "dev\.json" \("11" there, "22" now\)/],
    [CONFIG, {}, /differs in input "dev\.json" \("11" there, nothing now\)/],
  ];
  inFolder((out) => {
    claimRun(CONFIG, { out, inputs: { "dev.json": "11" } });
    for (const [config, inputs, message] of cases) {
      assert.throws(() => claimRun(config, { out, inputs }), (error: Error) => {
        assert.equal(error.name, "UsageError");
        assert.match(error.message, message);
        assert.match(error.message, /^[^\n]+ give another folder with --out, or delete this one$/);
        return true;
      });
    }
  });
});

Deno.test("runId() is the study's name", () => {
  assert.equal(runId(CONFIG), "tiny");
});

function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(`${folder}/results/tiny`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
