import assert from "node:assert/strict";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { exampleRows } from "./example_rows.ts";
import { firstTrainingText } from "../inputs/first_training_text.ts";
import { openStudy } from "../open_study.ts";
import { answerVariants } from "./answer_variants.ts";
import { BASE } from "./sample_identity.ts";
import { SILENT } from "../../ground/mod.ts";
import { storedCompletions } from "./stored_completions.ts";
import { tokenAuditFacts } from "../inputs/token_audit_facts.ts";

Deno.test("exampleRows() has question, gold and what was written, once it is answered", async () => {
  using mini = await writeMiniStudy();
  const study = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  await assert.rejects(storedCompletions(study, BASE), {
    name: "RangeError",
    message: "Cannot read stored answers as 3 questions have none yet",
  });
  const options = { progress: SILENT };
  const answers = await answerVariants(study.inputs, study.folder, [BASE], options);
  const rows = await exampleRows(study, [BASE], answers);
  const stored = await storedCompletions(study, BASE);
  assert.deepEqual(rows.map((row) => row.id), study.inputs.asked.map((example) => example.id));
  for (const [i, { gold, hardness, answers: [answer, ...others] }] of rows.entries()) {
    assert.equal(gold, study.inputs.asked[i]?.query);
    assert.equal(hardness, "easy");
    assert.deepEqual([answer?.variant, others], ["base", []]);
    const verdict = answers[0]!.verdicts[i]!;
    assert.equal(answer?.status, verdict.status);
    assert.equal(answer?.text, verdict.sql === "" ? stored[i]?.text : verdict.sql);
  }
  await assert.rejects(exampleRows(study, [{ ...BASE, name: "qv" }], answers), {
    name: "RangeError",
    message: 'Cannot list the answers of "base" as variant 0 is "qv"',
  });
});

Deno.test("tokenAuditFacts() and firstTrainingText() show what a model is given", async () => {
  using mini = await writeMiniStudy();
  const { inputs } = await openStudy(mini.config, { out: mini.out, progress: SILENT });
  const facts = tokenAuditFacts(inputs);
  const ids = inputs.audit.letterIds;
  assert.equal(
    facts["answer letters, one token each"],
    `A ${ids[0]}, B ${ids[1]}, C ${ids[2]}, D ${ids[3]}`,
  );
  assert.equal(facts["<|im_end|> in the prompt"], "4 times");
  const text = firstTrainingText(inputs);
  const [first] = inputs.spider.train;
  assert.ok(text.includes(first!.question) && text.endsWith(first!.query));
});
