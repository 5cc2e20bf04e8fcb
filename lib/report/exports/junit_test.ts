import assert from "node:assert/strict";
import { meanEvidence, verdict } from "../../stats/mod.ts";
import type { ChangeRow } from "../rows/row_types.ts";
import { GAUGE_TITLES } from "../rows/summary_rows.ts";
import { claimsJunit } from "./junit.ts";

/** A change of general text by so many nats a token on each of some passages, give or take a twentieth. */
function textChange(nats: number, passages = 40): ChangeRow {
  const base = Array.from({ length: passages }, (_, i) => 2 + i / passages);
  const tuned = base.map((value, i) => value + nats * (1 + (i % 2 === 0 ? 0.05 : -0.05)));
  const evidence = meanEvidence(base, tuned, { better: "lower" });
  const found = verdict(evidence);
  return {
    measure: "prose",
    variant: "tuned",
    group: "all",
    evidence,
    verdict: found,
    outcome: found.outcome,
  };
}

const claim = (nats: number, tolerances?: { readonly prose: number }): string =>
  claimsJunit([textChange(nats)], {
    study: "own",
    titles: GAUGE_TITLES,
    ...(tolerances && { tolerances }),
  });

Deno.test("claimsJunit() fails on a loss that is not tolerated, not on any loss that is shown", () => {
  const tolerances = { prose: 0.05 };
  const small = claim(0.002, tolerances);
  assert.match(small, /failures="0"/);
  assert.match(small, /name="no loss of 0\.050 nats a token or more on general text"/);
  // the word stays what the interval says, and why it is borne stands beside it
  assert.match(
    small,
    /<system-out>\+0\.002\d* nats a token .*: a loss \(unadjusted\); a loss of 0\.050 nats a token or more is excluded/,
  );
  assert.match(claim(0.06, tolerances), /failures="1"/);
  assert.match(claim(-0.002, tolerances), /failures="0"/);
});

Deno.test("claimsJunit() fails on any loss that is shown where none is tolerated", () => {
  const untold = claim(0.002);
  assert.match(untold, /failures="1"/);
  assert.match(untold, /name="no loss on general text"/);
});

Deno.test("claimsJunit() fails on nothing that two or three passages seem to show", () => {
  const claimOf = (passages: number): string =>
    claimsJunit([textChange(0.098, passages)], { study: "own", titles: GAUGE_TITLES });
  for (const passages of [2, 3]) {
    assert.match(claimOf(passages), /failures="0" errors="0" skipped="1"/);
    assert.match(
      claimOf(passages),
      /nats a token: no difference shown \(unadjusted\); too few passages to say, n = /,
    );
  }
  assert.match(claimOf(4), /failures="1"/);
});
