import assert from "node:assert/strict";
import { SUMMARY } from "./testing/mini_summary.ts";
import { SchemaVersionError } from "./schema_version_error.ts";
import { readSummary, writeSummary } from "./summary_file.ts";

Deno.test("readSummary() gives back what writeSummary() wrote", () => {
  inFolder((folder) => {
    const path = `${folder}/results/tiny/summary.json`;
    writeSummary(path, SUMMARY);
    assert.deepEqual(readSummary(path), SUMMARY);
    assert.match(Deno.readTextFileSync(path), /\n {2}"sum": "[0-9a-f]{64}"\n/);
    assert.match(Deno.readTextFileSync(path), /^\{\n {2}"schemaVersion": 2,\n[^]*\n\}\n$/);
    assert.equal(
      readSummary(path).variants[1]?.versusBase?.sql?.overall.official.evidence.gained,
      4,
    );
  });
});

Deno.test("readSummary() refuses a number that was changed, and reads a summary without checksum", () => {
  inFolder((folder) => {
    const path = `${folder}/summary.json`;
    writeSummary(path, SUMMARY);
    const text = Deno.readTextFileSync(path);
    const { sum: _sum, ...fields } = JSON.parse(text);
    Deno.writeTextFileSync(path, JSON.stringify(fields));
    assert.deepEqual(readSummary(path), SUMMARY);
    Deno.writeTextFileSync(path, text.replace('"seed":42', '"seed":43'));
    assert.throws(() => readSummary(path), {
      name: "UsageError",
      message:
        `Cannot use ${path}: its checksum does not fit: it was changed since it was written, ` +
        "run the study again",
    });
  });
});

Deno.test("readSummary() refuses a number too large for one, which JSON can write", () => {
  inFolder((folder) => {
    const path = `${folder}/summary.json`;
    const json = JSON.stringify(SUMMARY).replace(/"stderr":[\d.e-]+/, '"stderr":1e999');
    Deno.writeTextFileSync(path, json);
    assert.throws(() => readSummary(path), /stderr" must be a number >= 0: current value is Inf/);
  });
});

Deno.test("readSummary() refuses another schema version with both numbers", () => {
  for (const found of [1, "2", undefined]) {
    refuses({ ...SUMMARY, schemaVersion: found }, (error) => {
      assert.ok(error instanceof SchemaVersionError);
      const version = JSON.stringify(found) ?? "missing";
      assert.match(error.message, /summary\.json: its schemaVersion is .* this code reads 2/);
      assert.ok(error.message.includes(`schemaVersion is ${version} and`));
    });
  }
  refuses([], (error) => assert.ok(error instanceof SchemaVersionError));
});

const WRONG: readonly (readonly [what: string, path: string, value: unknown, message: RegExp])[] = [
  ["an unknown key", "variant", [], /unknown key "variant": did you mean "variants"\?/],
  [
    "a missing n",
    "variants.0.sql.overall.official.n",
    undefined,
    /"variants\[0\]\.sql\.overall\.official\.n" must be an integer >= 1: it is missing/,
  ],
  [
    "a mean that is not successes / n",
    "variants.0.sql.overall.strict.mean",
    0.5,
    /overall\.strict" must be a proportion whose mean/,
  ],
  [
    "more successes than there are examples",
    "variants.0.sql.overall.strict.successes",
    9,
    /overall\.strict" must be a proportion with successes <= n/,
  ],
  [
    "an interval above 1",
    "variants.0.sql.overall.strict.ci95",
    [0, 1.2],
    /strict\.ci95" must be an interval within 0 and 1/,
  ],
  [
    "an interval beside its mean",
    "variants.0.sql.overall.strict.ci95",
    [0.9, 0.95],
    /strict\.ci95" must be an interval that has the mean/,
  ],
  [
    "a number that is none",
    "variants.0.mmlu.overall.accuracy.stderr",
    null,
    /must be a number >= 0/,
  ],
  ["a folder as its name", "name", "../../other", /"name" must be the study's name "tiny"/],
  [
    "an interval of one end",
    "variants.1.mmlu.overall.accuracy.ci95",
    [0.1],
    /accuracy\.ci95" must be a list of 2/,
  ],
  [
    "an interval upside down",
    "variants.1.mmlu.overall.accuracy.ci95",
    [0.5, 0.1],
    /ci95" must be an interval, the lower/,
  ],
  [
    "a number that JSON has no form for",
    "variants.1.mmlu.overall.chance.pValue",
    NaN,
    /pValue" must be a number >= 0 and <= 1: current value is null/,
  ],
  [
    "counts that do not add up",
    "counts.sql.asked",
    11,
    /"counts\.sql" must be counts with asked = scored/,
  ],
  [
    "statuses that do not add up",
    "variants.0.sql.byStatus.mismatch",
    0,
    /"variants\[0\]\.sql" must be scores whose counts/,
  ],
  [
    "more cut completions than there are",
    "variants.0.sql.cut",
    9,
    /"variants\[0\]\.sql" must be scores with cutInReasoning <= cut <= n = 8/,
  ],
  [
    "cut completions without their number",
    "variants.1.sql.cutInReasoning",
    1,
    /"variants\[1\]\.sql" must be scores with cutInReasoning <= cut/,
  ],
  [
    "an unknown status",
    "variants.0.sql.byStatus.crashed",
    0,
    /unknown key "variants\[0\]\.sql\.byStatus\.crashed"/,
  ],
  [
    "an unknown hardness",
    "variants.0.sql.byHardness.extr",
    {},
    /unknown key .*extr": did you mean "extra"/,
  ],
  [
    "a base model compared with itself",
    "variants.0.versusBase",
    "copy",
    /"variants\[0\]\.versusBase" must be left out/,
  ],
  [
    "a variant without comparison",
    "variants.1.versusBase",
    undefined,
    /"variants\[1\]\.versusBase" must be there/,
  ],
  ["two base models", "variants.1.name", "base", /"variants\[1\]\.name" must be "base" first/],
  [
    "a difference that its flips deny",
    "variants.1.versusBase.sql.overall.official.evidence.difference",
    0.1,
    /official\.evidence" must be a comparison of n pairs whose difference/,
  ],
  [
    "a verdict whose interval leaves its difference out",
    "variants.1.versusBase.mmlu.overall.verdict.ci95",
    [0.5, 0.6],
    /overall\.verdict\.ci95" must be an interval that has the difference -0.1 in it/,
  ],
  [
    "evidence of another kind",
    "variants.1.versusBase.prose.overall.evidence.kind",
    "median",
    /prose\.overall\.evidence\.kind" must be one of "score", "mean": current value is "median"/,
  ],
  [
    "a claim of a variant without name",
    "findings.claims",
    [{}],
    /"findings\.claims\[0\]\.name" must be a text that is not empty: it is missing/,
  ],
  [
    "a hash of another length",
    "provenance.modelFiles.a",
    "abc",
    /"provenance\.modelFiles\.a" must be 64 hex/,
  ],
  ["a config with a typo", "config.sede", 1, /unknown key "config\.sede": did you mean "seed"/],
];

for (const [what, path, value, message] of WRONG) {
  Deno.test(`readSummary() refuses ${what} and names the key`, () => {
    const changed = JSON.parse(JSON.stringify(SUMMARY));
    const keys = path.split(".");
    const parent: Record<string, unknown> = keys.slice(0, -1).reduce(
      (at, key) => at[key] as Record<string, unknown>,
      changed,
    );
    const copied = SUMMARY.variants[1]?.versusBase;
    parent[keys.at(-1)!] = value === "copy" ? copied : value;
    refuses(changed, (error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
    });
  });
}

Deno.test("writeSummary() refuses a wrong summary as a fault of the code and writes nothing", () => {
  inFolder((folder) => {
    const wrong = { ...SUMMARY, configHash: "x" };
    assert.throws(() => writeSummary(`${folder}/summary.json`, wrong), {
      name: "TypeError",
      message: /"configHash" must be 64 hexadecimal digits/,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

function refuses(summary: unknown, look: (error: Error) => void): void {
  inFolder((folder) => {
    const path = `${folder}/summary.json`;
    Deno.writeTextFileSync(path, JSON.stringify(summary));
    assert.throws(() => readSummary(path), (error: Error) => {
      look(error);
      return true;
    });
  });
}

function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
