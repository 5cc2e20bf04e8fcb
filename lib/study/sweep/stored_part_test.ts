import assert from "node:assert/strict";
import { dirname } from "node:path";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
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
    Array.from({ length: count }, () => ({ text: 'of "variant":"other"', variant }));
  write(folder.sqlSamples, answers("base", cost.asked.sql));
  write(folder.mmluSamples, answers("base", cost.asked.mmlu));
  write(folder.proseSamples, answers("base", cost.asked.prose - 1));
  const [tuned] = sweepVariants(inputs.config);
  const begun = part()!;
  assert.equal(begun.variants, 0);
  write(`${folder.root}/parts/0/prose.jsonl`, answers("base", 1));
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
      "rest about 1 s",
  );
});
