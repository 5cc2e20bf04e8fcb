import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import { NO_ANSWERS } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { noteSameAnswers, sameAnswers } from "./same_answers.ts";

function answers(name: string, sql: string, scale = 1): VariantAnswers {
  const verdict: SqlVerdict = {
    id: "dev-0",
    dbId: "shop",
    variant: name,
    hardness: "easy",
    finishReason: "stop",
    sql,
    status: "match",
    official: true,
    strict: true,
    assignment: true,
    elapsedMs: name.length,
  };
  return { ...NO_ANSWERS, name, origin: { source: name, scale }, verdicts: [verdict] };
}

Deno.test("sameAnswers() compares statements, not the names of the variants that gave them", () => {
  assert.ok(sameAnswers(answers("base", "SELECT 1"), answers("tuned", "SELECT 1")));
  assert.ok(!sameAnswers(answers("base", "SELECT 1"), answers("tuned", "SELECT 2")));
  assert.ok(!sameAnswers({ ...answers("base", ""), ...NO_ANSWERS }, answers("tuned", "SELECT 1")));
});

Deno.test("noteSameAnswers() names what answers as the base model, at a scale that is not 0", () => {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (line: string) => void notes.push(line) };
  noteSameAnswers([
    answers("base", "SELECT 1"),
    answers("same", "SELECT 1"),
    answers("other", "SELECT 2"),
    answers("none", "SELECT 1", 0),
  ], progress);
  assert.deepEqual(notes.map((note) => note.split(":")[0]), ["same"]);
});
