import assert from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

const KEYS = ["name", "label", "seed", "learningRate", "targetModules"];

Deno.test("nearestName() finds typos, other spellings and other letter case", () => {
  for (const typo of ["learningrate", "learnngRate", "learning_rate", "LEARNINGRATE"]) {
    assert.equal(nearestName(typo, KEYS), "learningRate");
  }
  assert.equal(nearestName("sede", KEYS), "seed");
  assert.equal(nearestName("target_module", KEYS), "targetModules");
});

Deno.test("nearestName() does not guess at what is nothing alike", () => {
  assert.equal(nearestName("optimizer", KEYS), undefined);
  assert.equal(nearestName("x", ["y", "ab"]), undefined);
  assert.equal(nearestName("x", []), undefined);
});
