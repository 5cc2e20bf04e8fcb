import assert from "node:assert/strict";
import type { AdapterSettings } from "../../runs/mod.ts";
import { trainingFinding } from "../findings/training_finding.ts";
import { recipesFrame, trainingFrame } from "../frames/study_frames.ts";
import { NO_LOSS_LOG } from "../rows/training_types.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { provenanceFacts } from "./provenance_facts.ts";
import { summaryTable } from "./summary_table.ts";

const FOREIGN: AdapterSettings = {
  trained: "elsewhere",
  rank: 8,
  alpha: 16,
  dropout: null,
  targetModules: ["k_proj"],
  learningRate: null,
  rsLora: false,
  dora: false,
};

const RUN = {
  variant: "qv",
  steps: 9,
  tokens: 90,
  seconds: 1.6,
  firstLossNats: 2.5,
  lastLossNats: { n: 1, mean: 2.5 },
};

const RECIPES = SUMMARY.config.training.recipes.slice(1);

Deno.test("trainingFrame() has a row without numbers for what was trained elsewhere", () => {
  const rows = trainingFrame([RUN], ["theirs"]).toRecords();
  assert.deepEqual(rows.map(({ model, note }) => [model, note]), [["qv", ""], [
    "theirs",
    NO_LOSS_LOG,
  ]]);
  assert.deepEqual([rows[1]?.["steps"], rows[1]?.["first loss"]], [null, null]);
  assert.deepEqual(trainingFrame([], ["theirs"]).toRecords()[0]?.["tokens"], null);
  assert.ok(!("note" in trainingFrame([RUN]).toRecords()[0]!));
});

Deno.test("trainingFinding() says that an adapter from elsewhere has no loss log", () => {
  assert.match(
    trainingFinding([RUN], ["theirs"]),
    /- \*\*theirs\*\*: trained elsewhere: no loss log\.$/,
  );
  assert.match(trainingFinding([], ["theirs"]), /no loss log\.$/);
});

Deno.test("recipesFrame() shows an adapter from elsewhere with its own settings, not the recipe's", () => {
  const [{ name }] = RECIPES as [typeof RECIPES[number]];
  const [row] = recipesFrame(RECIPES, [16000], { [name]: FOREIGN }).toRecords();
  assert.deepEqual(row, {
    recipe: name,
    rank: 8,
    alpha: 16,
    dropout: null,
    modules: "k_proj",
    "learning rate": null,
    "tokens (planned)": null,
    "examples a step": null,
    quantization: "trained elsewhere",
  });
  const averageOf = ["a", "b"].map((name) => ({ name, sha256: "0".repeat(64) }));
  const [average] = recipesFrame(RECIPES, [16000], { [name]: { ...FOREIGN, averageOf } })
    .toRecords();
  assert.equal(average?.["quantization"], "an average");
  const own = { ...FOREIGN, trained: "here" as const, learningRate: 1e-4 };
  assert.deepEqual(
    recipesFrame(RECIPES, [16000], { [name]: own }).toRecords(),
    recipesFrame(RECIPES, [16000]).toRecords(),
  );
});

Deno.test("summaryTable() and provenanceFacts() have each adapter's own settings, where they are known", () => {
  const provenance = { ...SUMMARY.provenance, adapterSettings: { theirs: FOREIGN } };
  const line = "rank 8, alpha 16, k_proj, trained elsewhere: learning rate unknown";
  const table = summaryTable({ ...SUMMARY, provenance });
  assert.ok(table.endsWith(`\n### Adapters\n\n- theirs: ${line}.\n`));
  assert.equal(provenanceFacts({ ...SUMMARY, provenance })["adapter theirs"], line);
  const none = { ...SUMMARY.provenance, adapterSettings: {} };
  assert.ok(!summaryTable({ ...SUMMARY, provenance: none }).includes("### Adapters"));
});

Deno.test("provenanceFacts() name the commit of an adapter that came from the hub", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const adapterSources = { theirs: { id: "owner/lora", commit, folder: "models/owner--lora" } };
  const provenance = { ...SUMMARY.provenance, adapterSources };
  const facts = provenanceFacts({ ...SUMMARY, provenance });
  assert.equal(
    facts["source of adapter theirs"],
    "owner/lora on the hub, commit 0123456789abcdef",
  );
  assert.ok(!("source of adapter theirs" in provenanceFacts(SUMMARY)));
});

Deno.test("provenanceFacts() name the servers that answered", () => {
  const servers = [
    { name: "org/name", version: "0.25.1", maxModelLen: 4096, scoring: "allowed_token_ids" },
    { name: "org/name", scoring: "logprob_token_ids" },
  ];
  const facts = provenanceFacts({ ...SUMMARY, provenance: { ...SUMMARY.provenance, servers } });
  assert.equal(
    facts["server"],
    "org/name, version 0.25.1, at most 4096 tokens, letters by allowed_token_ids; " +
      "org/name, its version unknown, letters by logprob_token_ids",
  );
  assert.ok(!("server" in provenanceFacts(SUMMARY)));
});
