import { readSummary, type Summary } from "../../runs/mod.ts";

/** A made-up study of two recipes with a recommendation; `make_summary_fixture.ts` wrote it. */
export const SUMMARY: Summary = readSummary(
  new URL("../testdata/summary.json", import.meta.url).pathname,
);
