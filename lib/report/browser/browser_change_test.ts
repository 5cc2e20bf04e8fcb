import assert from "node:assert/strict";
import { STUDY } from "../testing/study_fixture.ts";
import { browserChange } from "./browser_change.ts";

Deno.test("browserChange() writes counts of the report's sentences as the page does, and no other numbers", () => {
  const row = STUDY.changes.find(({ measure }) => measure === "mmlu")!;
  const more = [
    "2008 of 14042 letters moved (A to B 1500), from 0.1234 to 12.3456 points, p = 0.0012.",
    "path_1000, qv#1500@0.5 at dev-2024 of 14,042 and 1000.",
  ];
  assert.deepEqual(browserChange(row, { from: "base", prompt: 0, more }).more, [
    "2,008 of 14,042 letters moved (A to B 1,500), from 0.1234 to 12.3456 points, p = 0.0012.",
    "path_1000, qv#1500@0.5 at dev-2024 of 14,042 and 1,000.",
  ]);
});
