import assert from "node:assert/strict";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { provenanceFacts } from "../tables/provenance_facts.ts";
import { factsFrame, recipesFrame, trainingFrame } from "./study_frames.ts";

Deno.test("recipesFrame() has each recipe's settings and tokens", () => {
  const recipes = SUMMARY.config.training.recipes.slice(1);
  assert.deepEqual(recipesFrame(recipes, [16000]).toRecords(), [{
    recipe: "qv",
    rank: 16,
    alpha: 32,
    dropout: 0.05,
    modules: "q_proj, v_proj",
    "learning rate": 2e-4,
    "tokens (planned)": 16000,
    "examples a step": 4,
    quantization: "none",
  }]);
  assert.throws(() => recipesFrame(recipes, []), RangeError);
});

Deno.test("trainingFrame() has no interval of a single loss", () => {
  const run = { variant: "qv", steps: 1, tokens: 90, seconds: 1.6, firstLossNats: 2.5 };
  const [row] = trainingFrame([{ ...run, lastLossNats: { n: 1, mean: 2.5 } }]).toRecords();
  assert.deepEqual([row?.["seconds"], row?.["95 % from"], row?.["95 % to"]], [2, null, null]);
});

Deno.test("provenanceFacts() names code, machine, versions, and hashes of model and data", () => {
  const facts = provenanceFacts(SUMMARY);
  assert.equal(facts["code"], "4".repeat(16));
  assert.equal(facts["device"], "CPU, 2 cores, float32");
  assert.match(facts["versions"]!, /torch not installed/);
  assert.equal(facts["files of the model"], `model.safetensors, ${"1".repeat(16)}`);
  assert.equal(
    facts["files of adapter all-linear"],
    `adapter_model.safetensors, ${"2".repeat(16)}`,
  );
  assert.match(facts["files of spider"]!, /3{16}$/);
  const dirty = { ...SUMMARY.provenance, git: { commit: "a".repeat(40), dirty: true } };
  assert.match(provenanceFacts({ ...SUMMARY, provenance: dirty })["code"]!, /not committed$/);
  const outside = { ...SUMMARY.provenance, git: { commit: null, dirty: null } };
  const { code } = provenanceFacts({ ...SUMMARY, provenance: outside });
  assert.equal(code, "not under version control");
});

Deno.test("provenanceFacts() has one hash of the files of a set, which any of them changes", () => {
  const fact = (count: number, last: string): string => {
    const data = Object.fromEntries(
      Array.from({ length: count }, (_, i) => {
        const digit = i === count - 1 ? last : "5";
        return [`spider/database/${i}/${i}.sqlite`, digit.repeat(64)];
      }),
    );
    const provenance = { ...SUMMARY.provenance, data };
    return provenanceFacts({ ...SUMMARY, provenance })["files of spider"]!;
  };
  assert.match(fact(5, "5"), /^5 files, [0-9a-f]{16}$/);
  assert.notEqual(fact(5, "6"), fact(5, "5"));
  assert.equal(fact(1, "6"), `spider/database/0/0.sqlite, ${"6".repeat(16)}`);
});

Deno.test("factsFrame() is a table of two columns", () => {
  const frame = factsFrame({ device: "cpu", threads: "2" }, ["what", "value"]);
  assert.deepEqual(frame.toRecords(), [
    { what: "device", value: "cpu" },
    { what: "threads", value: "2" },
  ]);
});
