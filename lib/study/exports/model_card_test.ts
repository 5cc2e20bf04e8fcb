import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { VENV_PYTHON } from "../../setup/mod.ts";
import { fromRoot } from "../../ground/mod.ts";
import { writeHostileAnswers } from "../testing/hostile_answers.ts";
import { exportFiles } from "./export_files.ts";
import { openExport } from "./open_export.ts";

const TOLERANCES = { mmlu: 0.03, prose: 0.05 };

const ignore = !existsSync(VENV_PYTHON);
const suffix = ignore ? " [skipped: no Python packages, run deno task setup]" : "";

/** What the hub's own library reads out of a card. */
const READ_CARD = `
import json, sys
from huggingface_hub import ModelCard
card = ModelCard(sys.stdin.read())
print(json.dumps({
    "base": card.data.base_model,
    "name": card.data.model_name,
    "results": [[r.dataset_name, r.metric_type, r.metric_value] for r in card.data.eval_results],
}))
`;

async function readCard(card: string): Promise<Record<string, unknown>> {
  const child = new Deno.Command(VENV_PYTHON, {
    args: ["-c", READ_CARD],
    env: { HF_HUB_OFFLINE: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(card));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: `exportFiles() writes a card that huggingface_hub reads the same scores from${suffix}`,
  ignore,
  fn: async () => {
    const study = openExport(fromRoot("results/recorded/sample"), { tolerances: TOLERANCES });
    const card = exportFiles(study, "model-card")["README.md"] as string;
    const read = await readCard(card);
    assert.equal(read.base, "HuggingFaceTB/SmolLM2-135M-Instruct");
    // the recommended one, as none was named
    assert.equal(read.name, "all-linear-lr2e-3");
    const scores = read.results as [string, string, number][];
    assert.equal(scores.length, 9);
    const tuned = study.summary!.variants.find(({ name }) => name === read.name)!;
    assert.deepEqual(scores[0], [
      "text-to-SQL (sample)",
      "execution_accuracy",
      Number(tuned.sql!.overall.official.mean.toFixed(6)),
    ]);
    const lost = scores.find(([, type]) => type === "accuracy_change")!;
    assert.equal(lost[2], -0.026667);
    assert.match(
      card,
      /MMLU-style items: −2\.7 points: no difference shown; between −9\.2 and \+3\.7 points/,
    );
    assert.match(card, /SHA-256 of adapter_model\.safetensors: 2ecc76e8/);
  },
});

Deno.test({
  name: `exportFiles() writes hostile names into a card as text${suffix}`,
  ignore,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    writeHostileAnswers(folder);
    const study = openExport(folder, { tolerances: TOLERANCES });
    const card = exportFiles(study, "model-card")["README.md"] as string;
    const read = await readCard(card);
    assert.equal(read.name, '../../qv": <b>\n&lora');
    assert.ok(!card.includes("<b>\n"));
    assert.match(card, /&#60;b&#62;/);
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test("exportFiles() says in a card what was shown, and no seed of a training that is not known", () => {
  const study = openExport(fromRoot("results/recorded/sample"), { tolerances: TOLERANCES });
  const summary = study.summary!;
  const card = (changed: typeof summary): string =>
    exportFiles({ ...study, summary: changed }, "model-card")["README.md"] as string;
  assert.match(
    card(summary),
    /- examples shown: text-to-SQL 3, MMLU-style items 4\n- seeds: .*, training 42\n/,
  );
  const { provenance, counts } = summary;
  const foreign = Object.entries(provenance.adapterSettings).map(([name, settings]) =>
    [name, { ...settings, trained: "elsewhere" as const, learningRate: null }] as const
  );
  const elsewhere = card({
    ...summary,
    counts: { ...counts, mmlu: { ...counts.mmlu!, shots: 2, fewestShots: 0 } },
    provenance: { ...provenance, adapterSettings: Object.fromEntries(foreign) },
  });
  assert.match(elsewhere, /- examples shown: text-to-SQL 3, MMLU-style items 0 to 2\n/);
  assert.doesNotMatch(elsewhere, /training 42/);
  const averageOf = ["a", "b"].map((name) => ({ name, sha256: "0".repeat(64) }));
  const means = foreign.map(([name, settings]) => [name, { ...settings, averageOf }] as const);
  assert.match(
    card({ ...summary, provenance: { ...provenance, adapterSettings: Object.fromEntries(means) } }),
    /- adapter: rank .*, the average of a and b\n/,
  );
});

Deno.test("exportFiles() gives a change the same word in a card's list and in its table", () => {
  const study = openExport(fromRoot("results/recorded/sample"), { tolerances: TOLERANCES });
  const { changes } = study;
  const unadjusted = changes.map(({ adjusted: _, ...row }) => row);
  for (const rows of [changes, unadjusted]) {
    const card = exportFiles({ ...study, changes: rows }, "model-card")["README.md"] as string;
    for (const measure of ["text-to-SQL", "MMLU-style items", "general text"]) {
      const line = card.split("\n").find((text) => text.startsWith(`- ${measure}`))!;
      const word = card.split("\n").find((text) => text.startsWith(`| ${measure}`))!
        .split("|").at(-2)!.trim();
      assert.ok(line.includes(`: ${word}`), `${line} / ${word}`);
      assert.equal(word.includes("(unadjusted)"), line.includes("(unadjusted)"));
    }
  }
});
