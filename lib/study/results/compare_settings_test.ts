import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { readSummary, type Summary, writeSummary } from "../../runs/mod.ts";
import { settingsLine } from "./compare_settings.ts";

const SAMPLE = readSummary(fromRoot("results/recorded/sample/summary.json"));

/** Two folders with a summary each. */
function folders(second: Summary): { readonly paths: [string, string] } & Disposable {
  const root = Deno.makeTempDirSync();
  const paths = [SAMPLE, second].map((summary, i) => {
    const folder = `${root}/${i}`;
    Deno.mkdirSync(folder);
    writeSummary(`${folder}/summary.json`, summary);
    return folder;
  }) as [string, string];
  return { paths, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

Deno.test("settingsLine() names what differs, of the measures that are compared alone", () => {
  const { config, provenance } = SAMPLE;
  using two = folders({
    ...SAMPLE,
    config: {
      ...config,
      spider: { ...config.spider, shots: 0, schema: { foreignKeys: true, cellValues: 1 } },
    },
    provenance: {
      ...provenance,
      dtype: "bfloat16",
      prompts: { ...provenance.prompts, sql: "sql-1-values1" },
      modelFiles: { ...provenance.modelFiles, "model.safetensors": "0".repeat(64) },
    },
  });
  const line = settingsLine(two.paths, ["sql"])!;
  for (
    const part of [
      /prompt of text-to-SQL \(sql-1, 3 examples, seed 42 against sql-1-values1, 0 examples\)/,
      /schema in it \(\{\} against \{"foreignKeys":true,"cellValues":1\}\)/,
      /files of the model \(SHA-256 \w{10} against SHA-256 \w{10}\)/,
      /engine \(onnx, float32, .* against onnx, bfloat16, /,
    ]
  ) assert.match(line, part);
  assert.doesNotMatch(line, /data of|model \(Hugging|multiple/);
  assert.doesNotMatch(settingsLine(two.paths, ["mmlu"])!, /text-to-SQL|schema/);
});

Deno.test("settingsLine() says that all is the same, that it is not known, or nothing of one folder", () => {
  using two = folders(SAMPLE);
  assert.match(
    settingsLine(two.paths, ["sql", "mmlu", "prose"])!,
    /are the same, by both summaries/,
  );
  assert.equal(settingsLine([two.paths[0], `${two.paths[0]}/summary.json`], ["sql"]), undefined);
  Deno.removeSync(`${two.paths[1]}/summary.json`);
  assert.match(settingsLine(two.paths, ["sql"])!, /cannot be told: .*1 has no summary\.json/);
  Deno.writeTextFileSync(`${two.paths[1]}/summary.json`, "{}");
  assert.match(settingsLine(two.paths, ["sql"])!, /cannot be told: .*summary\.json/);
});

Deno.test("settingsLine() tells recorded studies of two models apart by the model alone", () => {
  const of = (name: string): string => fromRoot(`results/recorded/${name}`);
  assert.match(
    settingsLine([of("qwen_coder_0_5b"), of("qwen_coder_1_5b")], ["sql", "mmlu", "prose"])!,
    /^These differ as well, .*: model \(\S+-0\.5B-Instruct against \S+-1\.5B-Instruct\)\.$/,
  );
  assert.match(
    settingsLine([of("qwen_coder_0_5b_pilot"), of("qwen_coder_0_5b")], ["sql"])!,
    /cannot be told: .*qwen_coder_0_5b_pilot has no summary\.json\./,
  );
});
