import assert from "node:assert/strict";
import { openCpuEngine } from "../../../engine/mod.ts";
import { SILENT, UsageError } from "../../../ground/mod.ts";
import { SAMPLES } from "../../../runs/mod.ts";
import { LazyEngine } from "../../answers/lazy_engine.ts";
import { openModelInputs } from "../../inputs/model_inputs.ts";
import { openAnswers } from "../../answers/open_answers.ts";
import { writeMiniStudy } from "../../testing/mini_study.ts";
import { answerGeneral, GENERAL_ANSWER_TOKENS } from "./general_answers.ts";
import { loadGeneralPrompts } from "./general_prompts.ts";

Deno.test("answerGeneral() stores what the engine answers without any adapter, and asks it once", async () => {
  using study = await writeMiniStudy();
  const inputs = await openModelInputs(study.config, study.model);
  const prompts = loadGeneralPrompts().prompts.slice(0, 3);
  const path = `${study.root}/general.jsonl`;
  let opened = 0;
  const answer = async (): ReturnType<typeof answerGeneral> => {
    using store = openAnswers(path, SAMPLES.written, SILENT);
    await using engine = new LazyEngine(() => {
      opened++;
      return openCpuEngine(inputs.checkpoint, { batchSize: 2 });
    });
    return await answerGeneral(inputs, engine, { prompts, store, progress: SILENT });
  };
  const first = await answer();
  assert.equal(first.answers.length + first.cut.length + first.empty.length, 3);
  const lines = Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ id }) => id).sort(), prompts.map(({ id }) => id).sort());
  for (const { id, tokens, text, finishReason, variant, promptTokens } of lines) {
    assert.equal(variant, "base");
    assert.equal(text, inputs.tokenizer.decode(tokens));
    assert.equal(first.cut.some((one) => one.id === id), finishReason === "length");
    assert.ok(tokens.length <= GENERAL_ANSWER_TOKENS);
    const { prompt } = prompts.find((one) => one.id === id)!;
    assert.ok(promptTokens > prompt.length, "a token a byte, and the template round it");
  }
  assert.deepEqual(await answer(), first);
  assert.equal(opened, 1);
});

function refusal(lines: readonly string[]): string {
  const path = Deno.makeTempFileSync({ suffix: ".jsonl" });
  try {
    Deno.writeTextFileSync(path, lines.join("\n"));
    loadGeneralPrompts(path);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  } finally {
    Deno.removeSync(path);
  }
  return assert.fail("it is not refused");
}

Deno.test("loadGeneralPrompts() refuses what is no prompt, with the line", () => {
  const line = (change: Record<string, unknown>): string =>
    JSON.stringify({ id: "list-1", kind: "list", language: "en", prompt: "List it.", ...change });
  assert.match(
    refusal([line({}), line({ id: "list-2" })]),
    /line 2: it is there twice: "List it."/,
  );
  assert.match(
    refusal([line({}), line({ prompt: "Else." })]),
    /line 2: it is there twice: "list-1"/,
  );
  assert.match(refusal(["", line({ promt: "x" })]), /line 2: unknown key "promt": did you mean/);
  assert.match(refusal([line({ language: "fr" })]), /line 1: "language" must be one of "en", "pt"/);
  assert.match(refusal([line({}), "{"]), /line 2: it is not valid JSON/);
  assert.match(refusal([""]), /it has no prompts/);
});
