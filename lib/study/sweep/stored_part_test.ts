import assert from "node:assert/strict";
import { dirname } from "node:path";
import { contentKey, SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { writeRunStudy } from "../testing/mini_run.ts";
import { costLines } from "./plan_report.ts";
import { storedPart } from "./stored_part.ts";
import { studyCost } from "./study_cost.ts";
import { sweepVariants, trainings } from "./sweep_variants.ts";

Deno.test("storedPart() counts whole variants and trainings, those of other processes too", async () => {
  using study = await writeMiniStudy();
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const cost = await studyCost(inputs);
  const part = () => storedPart(inputs.config, folder, cost);
  assert.equal(part(), undefined);

  const write = (path: string, lines: readonly object[]): void => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  const answers = (variant: string, count: number): object[] =>
    Array.from({ length: count }, (_, i) => (
      { promptHash: contentKey({ i }), text: 'of "variant":"other"', variant }
    ));
  write(folder.sqlSamples, answers("base", cost.asked.sql));
  write(folder.mmluSamples, answers("base", cost.asked.mmlu));
  write(folder.proseSamples, answers("base", cost.asked.prose - 1));
  const [tuned] = sweepVariants(inputs.config);
  const begun = part()!;
  assert.equal(begun.variants, 0);
  // what the processes of a study have answered is taken into its own stores while they answer
  write(`${folder.root}/parts/2/prose.jsonl`, answers("base", cost.asked.prose - 1));
  assert.deepEqual(part(), begun);
  write(`${folder.root}/parts/0/prose.jsonl`, answers("base", cost.asked.prose));
  write(`${folder.root}/parts/1/sql.jsonl`, answers(tuned!.name, cost.asked.sql));
  const further = part()!;
  assert.deepEqual([further.variants, further.trained, further.trainings], [1, 0, 1]);
  assert(further.secondsLeft < begun.secondsLeft);

  const dir = folder.training(trainings(inputs.config)[0]!.recipe);
  write(`${dir}/adapter_model.safetensors`, []);
  assert.equal(part()!.trained, 1);
  assert.equal(
    costLines(cost, part()).at(-1),
    `stored already: the answers of 1 of ${cost.variants} variants and 1 of 1 training; for the ` +
      "rest about 1 s of one device",
  );
});

Deno.test("storedPart() says that all of a finished study is stored, though it asks a question twice", async () => {
  const query = { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" };
  using study = await writeRunStudy({ spider: { "dev.json": [query, query] } });
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const cost = await studyCost(inputs);
  const { variants, secondsLeft } = storedPart(inputs.config, folder, cost)!;
  assert.deepEqual({ variants, secondsLeft }, { variants: cost.variants, secondsLeft: 0 });
});

Deno.test("storedPart() takes a part that is missing for missing, however few of all it is", async () => {
  using study = await writeMiniStudy();
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const cost = { ...await studyCost(inputs), distinct: { sql: 0, mmlu: 1000, prose: 2 } };
  Deno.mkdirSync(dirname(folder.mmluSamples), { recursive: true });
  const lines = Array.from({ length: 1000 }, (_, i) => (
    `${JSON.stringify({ promptHash: contentKey({ i }), variant: "base" })}\n`
  ));
  Deno.writeTextFileSync(folder.mmluSamples, lines.join(""));
  assert.equal(storedPart(inputs.config, folder, cost)!.variants, 0);
});

Deno.test("storedPart() looks over damaged lines and strange files, and names a store that is a folder", async () => {
  using study = await writeMiniStudy();
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const cost = await studyCost(inputs);
  Deno.mkdirSync(dirname(folder.sqlSamples), { recursive: true });
  Deno.writeTextFileSync(folder.sqlSamples, `{"promptHash":"${"0".repeat(64)}","variant":"\\q"}\n`);
  Deno.writeTextFileSync(`${folder.root}/parts`, "no folder");
  assert.equal(storedPart(inputs.config, folder, cost)!.variants, 0);
  Deno.mkdirSync(folder.mmluSamples);
  const refused = { name: "UsageError", message: /mmlu\.jsonl: it is a folder/ };
  assert.throws(() => storedPart(inputs.config, folder, cost), refused);
});
