import assert from "node:assert/strict";
import type { Gauge } from "../../runs/mod.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { planText } from "./plan_text.ts";

function claims(primary: readonly string[], claimed: readonly Gauge[]): string {
  const text = planText({ ...STUDY.plan, primary: [...primary] }, STUDY.titles, { claimed });
  return text.split("\n").find((line) => line.startsWith("- Primary"))!;
}

Deno.test("planText() names each claim of one variant with its measure", () => {
  assert.equal(
    claims(["mine"], ["sql", "mmlu"]),
    "- Primary claims, adjusted together: mine on text-to-SQL, mine on MMLU.",
  );
  assert.equal(claims(["mine"], ["sql"]), "- Primary claim: mine on text-to-SQL.");
  assert.equal(claims([], ["sql"]), "- Primary claims, adjusted together: none.");
});

Deno.test("planText() says of one path that it is one", () => {
  const paths = STUDY.plan.paths.slice(0, 1);
  const text = planText({ ...STUDY.plan, paths }, STUDY.titles);
  assert.match(text, /is 5\.0 %: 5\.0 % for its one path, one-sided\./);
});

Deno.test("planText() names no databases where none are asked", () => {
  assert.match(planText(STUDY.plan, STUDY.titles), /Databases to choose by \(seed/);
  const text = planText({ ...STUDY.plan, halves: { choose: [], confirm: [] } }, STUDY.titles);
  assert.doesNotMatch(text, /Databases/);
});
