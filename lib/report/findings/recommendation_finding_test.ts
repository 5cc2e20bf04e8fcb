import assert from "node:assert/strict";
import { STUDY } from "../testing/study_fixture.ts";
import { recommendationFinding } from "./recommendation_finding.ts";

const FOUND = STUDY.recommendation!;
const OPEN = { ...FOUND.gain!, outcome: "no_difference_shown" as const };

Deno.test("recommendationFinding() speaks of no best where one variant alone passed", () => {
  const chosen = FOUND.passed.find(({ variant }) => variant === FOUND.chosen)!;
  const told = (passed: typeof FOUND.passed): string =>
    recommendationFinding({
      ...STUDY,
      recommendation: { ...FOUND, outcome: "not_confirmed", gain: OPEN, passed },
    });
  assert.match(
    told([chosen]),
    /is excluded for 1 variant, and \*\*[^*]+\*\* is the only one, with [\d,]+ of [\d,]+ questions right on the databases to choose by, but its change/,
  );
  assert.match(
    told([chosen, { ...chosen, variant: "other" }]),
    /is excluded for 2 variants, and \*\*[^*]+\*\* is the best of them, with/,
  );
});
