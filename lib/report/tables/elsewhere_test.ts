import assert from "node:assert/strict";
import type { AdapterSettings } from "../../runs/mod.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { lossCurves } from "../figures/loss_curves.ts";
import { provenanceFacts } from "./provenance_facts.ts";
import { NO_LOSS_LOG } from "../rows.ts";
import { recipesFrame, trainingFrame } from "./study_frames.ts";
import { summaryTable } from "./summary_table.ts";
import { trainingFinding } from "../findings/training_finding.ts";

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

const MARKS = [{ variant: "qv", step: 1, lossNats: 3 }, { variant: "qv", step: 2, lossNats: 2 }];

Deno.test("lossCurves() says which variants were trained elsewhere, with and without other curves", () => {
  for (const marks of [MARKS, []]) {
    const svg = lossCurves(marks, { title: "Loss", elsewhere: ["theirs", "others"] });
    assert.ok(svg.includes(`theirs: ${NO_LOSS_LOG}`));
    assert.ok(svg.includes(`others: ${NO_LOSS_LOG}`));
    assert.doesNotMatch(svg, /NaN|Infinity/);
  }
  assert.throws(() => lossCurves([], { title: "Loss", elsewhere: [] }), RangeError);
  assert.equal(
    lossCurves(MARKS, { title: "Loss", elsewhere: [] }),
    lossCurves(MARKS, { title: "Loss" }),
  );
});

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
  const { recipes } = SUMMARY.config.training;
  const { name } = recipes[0]!;
  const [row] = recipesFrame(recipes, [16000], { [name]: FOREIGN }).toRecords();
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
  const own = { ...FOREIGN, trained: "here" as const, learningRate: 1e-4 };
  assert.deepEqual(
    recipesFrame(recipes, [16000], { [name]: own }).toRecords(),
    recipesFrame(recipes, [16000]).toRecords(),
  );
});

Deno.test("summaryTable() and provenanceFacts() have each adapter's own settings, where they are known", () => {
  const provenance = { ...SUMMARY.provenance, adapterSettings: { theirs: FOREIGN } };
  const line = "rank 8, alpha 16, k_proj, trained elsewhere: learning rate unknown";
  const table = summaryTable({ ...SUMMARY, provenance });
  assert.ok(table.endsWith(`\n### Adapters\n\n- theirs: ${line}.\n`));
  assert.equal(provenanceFacts({ ...SUMMARY, provenance })["adapter theirs"], line);
  assert.ok(!summaryTable(SUMMARY).includes("### Adapters"));
});
