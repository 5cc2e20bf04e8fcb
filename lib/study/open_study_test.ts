import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Progress, SILENT } from "../ground/mod.ts";
import { type MiniStudy, writeMiniStudy } from "./testing/mini_study.ts";
import { openStudy } from "./open_study.ts";
import { allVariants } from "./open_variants.ts";

/** A study whose model would have to be downloaded from a hub that is not there. */
function withHub(study: MiniStudy): MiniStudy["config"] {
  return { ...study.config, model: { id: "owner/none-such-model", source: "hub" } };
}

/** Where the hub is while a test runs: a port that nothing listens on. */
function offline(): Disposable {
  const before = Deno.env.get("HF_ENDPOINT");
  Deno.env.set("HF_ENDPOINT", "http://127.0.0.1:9");
  return {
    [Symbol.dispose](): void {
      if (before === undefined) Deno.env.delete("HF_ENDPOINT");
      else Deno.env.set("HF_ENDPOINT", before);
    },
  };
}

function listener(): { readonly progress: Progress; readonly notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: { ...SILENT, note: (text: string) => void notes.push(text) } };
}

Deno.test("openStudy looks for the data before it asks for the model", async () => {
  using study = await writeMiniStudy();
  using _hub = offline();
  await Deno.remove(`${study.root}/data/mmlu/dev`, { recursive: true });
  const began = performance.now();
  await assert.rejects(openStudy(withHub(study), { out: study.out, progress: SILENT }), {
    name: "UsageError",
    message: /Cannot load MMLU: no folder dev\//,
  });
  assert.ok(performance.now() - began < 2000);
  assert.ok(!existsSync(study.out));
});

Deno.test("openStudy looks at the results folder before it asks for the model or Python", async () => {
  using study = await writeMiniStudy();
  using _hub = offline();
  await Deno.writeTextFile(study.out, "a file");
  const { progress, notes } = listener();
  for (const out of [study.out, `${study.out}/below`]) {
    await assert.rejects(openStudy(withHub(study), { out, training: true, progress }), {
      name: "UsageError",
      message: /a part of the path is a file, not a folder/,
    });
  }
  assert.deepEqual(notes, []);
});

Deno.test("openStudy refuses another study's folder before it asks for the model", async () => {
  using study = await writeMiniStudy();
  using _hub = offline();
  await openStudy(study.config, { out: study.out, progress: SILENT });
  const other = { ...study.config, seed: 7, model: { id: "owner/none", source: "hub" as const } };
  await assert.rejects(openStudy(other, { out: study.out, progress: SILENT }), {
    name: "UsageError",
    message: /holds a run that differs in "seed" \(42 there, 7 now\)/,
  });
});

Deno.test("openStudy tells in a line each where fewer questions are asked than wanted", async () => {
  using study = await writeMiniStudy({
    mmlu: { "test/sociology_test.csv": "One?,a,b,c,d,C\nOne?,a,b,c,d,C\n" },
  });
  const { progress, notes } = listener();
  const config = {
    ...study.config,
    spider: { ...study.config.spider, limit: 50 },
    mmlu: { ...study.config.mmlu, perCategory: null },
    training: { ...study.config.training, examples: 50 },
  };
  const { inputs } = await openStudy(config, { out: study.out, progress });
  assert.equal(notes.length, 3);
  assert.match(notes[0]!, /^50 text-to-SQL questions are wanted and there are 3: all 3 are taken$/);
  assert.match(notes[1]!, /multiple-choice questions, .* \(sociology-1 is sociology-0\)$/);
  assert.match(notes[2]!, /^50 training examples are wanted and there are \d+: all \d+ are taken$/);
  assert.equal(inputs.asked.length, 3);
});

Deno.test("openStudy tells a folder of adapters that no recipe names, which nothing would read", async () => {
  using study = await writeMiniStudy();
  const [recipe] = study.config.training.recipes;
  for (const name of [recipe!.name, "mine"]) {
    await Deno.mkdir(`${study.out}/training/${name}`, { recursive: true });
  }
  const { progress, notes } = listener();
  await openStudy(study.config, { out: study.out, progress });
  assert.deepEqual(notes.filter((note) => note.includes("no recipe")).length, 1);
  assert.match(notes.join("\n"), /no recipe of the config is named "mine": .*mine is not read/);
});

Deno.test("allVariants says that a recipe is not trained yet", async () => {
  using study = await writeMiniStudy();
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  await assert.rejects(allVariants(inputs, folder), {
    name: "UsageError",
    message: /is not trained yet: there is no .*; train it first/,
  });
});

Deno.test("openStudy says how many passages are cut, where general text is measured", async () => {
  using study = await writeMiniStudy();
  const path = `${study.root}/data/prose.jsonl`;
  const long = {
    id: "p-2",
    kind: "narrative",
    topic: "sea",
    text: "The sea was calm. ".repeat(600),
  };
  await Deno.writeTextFile(path, `${JSON.stringify(long)}\n`, { append: true });
  const { progress, notes } = listener();
  await openStudy(study.config, { out: study.out, progress });
  const line = /^1 of 3 passages is too long and cut: [1-9]\d* of \d+ tokens are not scored$/;
  assert.equal(notes.filter((note) => line.test(note)).length, 1, notes.join("\n"));
  const { notes: others, progress: other } = listener();
  const config = { ...study.config, measures: ["sql", "mmlu"] as const };
  await openStudy(config, { out: `${study.out}-other`, progress: other });
  assert.ok(!others.some((note) => line.test(note)), others.join("\n"));
});
