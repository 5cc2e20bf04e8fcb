import assert from "node:assert/strict";
import { checkRunFolder, claimedName, claimRun } from "./claim_run.ts";
import { parseConfig } from "./config/config.ts";
import type { StudyConfig } from "./config/study_config.ts";

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

Deno.test("checkRunFolder() refuses another study by config and data, before the model is known", () => {
  inFolder((out) => {
    const inputs = { "dev.json": "11", "model/weights": "33" };
    checkRunFolder(CONFIG, { out, inputs: { "dev.json": "11" } });
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
    claimRun(CONFIG, { out, inputs });
    checkRunFolder(CONFIG, { out, inputs: { "dev.json": "11" } });
    assert.throws(
      () => checkRunFolder({ ...CONFIG, seed: 7 }, { out }),
      { name: "UsageError", message: /differs in "seed" \(42 there, 7 now\): give another folder/ },
    );
    assert.throws(
      () => checkRunFolder(CONFIG, { out, inputs: { "dev.json": "22" } }),
      { name: "UsageError", message: /differs in input "dev\.json" \("11" there, "22" now\)/ },
    );
  });
});

Deno.test("checkRunFolder() leaves the model's revision to claimRun(), as a branch has none yet", () => {
  inFolder((out) => {
    const hub = { ...CONFIG, model: { id: "owner/name", source: "hub" as const } };
    claimRun({ ...hub, model: { ...hub.model, revision: "0".repeat(40) } }, { out });
    checkRunFolder(hub, { out });
    assert.throws(
      () => checkRunFolder({ ...hub, model: { ...hub.model, id: "owner/other" } }, { out }),
      /differs in "model\.id"/,
    );
  });
});

Deno.test("claimRun() writes no user name, password or key of the server's address", () => {
  inFolder((out) => {
    const url = "http://ann:secret@host:8000/v1?api_key=abc";
    const engine = { ...CONFIG.engine, kind: "server" as const, url };
    claimRun({ ...CONFIG, engine }, { out });
    const text = Deno.readTextFileSync(`${out}/run.json`);
    assert.doesNotMatch(text, /ann|secret|abc/);
    assert.match(text, /"url": "http:\/\/host:8000\/v1\?api_key=\.\.\."/);
    // another address, or another name on it, is the same study
    const moved = { ...engine, url: "http://bob:other@host:9/v1", servedModel: "tiny" };
    assert.equal(claimRun({ ...CONFIG, engine: moved }, { out }).resumed, true);
  });
});

Deno.test("claimRun() does not blame what is no part of a run's identity", () => {
  inFolder((out) => {
    const engine = {
      ...CONFIG.engine,
      kind: "server" as const,
      url: "http://host",
      servedModel: "a",
    };
    claimRun({ ...CONFIG, engine }, { out });
    assert.throws(
      () => claimRun({ ...CONFIG, seed: 7, engine: { ...engine, servedModel: "b" } }, { out }),
      /differs in "seed"/,
    );
  });
});

function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(`${folder}/results/tiny`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("claimedName() is the study of a folder, of none where there is none, of no other record", () => {
  inFolder((out) => {
    assert.equal(claimedName(out), undefined);
    claimRun(CONFIG, { out });
    assert.equal(claimedName(out), "tiny");
    for (const text of ["null", '{"hash":"x"}', '{"hash":"x","config":{}}']) {
      Deno.writeTextFileSync(`${out}/run.json`, text);
      assert.throws(() => claimedName(out), {
        name: "UsageError",
        message: /run\.json: it is no record of a run/,
      });
    }
  });
});

Deno.test("claimRun says of a run.json that it is no record of a run", () => {
  const out = Deno.makeTempDirSync();
  try {
    for (const text of ["null", "[]", "{}", '"x"', '{"hash":"x"}']) {
      Deno.writeTextFileSync(`${out}/run.json`, text);
      assert.throws(() => claimRun(CONFIG, { out }), {
        name: "UsageError",
        message: /it is no record of a run/,
      });
    }
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
});
