import assert from "node:assert/strict";
import type { ChangeRow } from "../rows/row_types.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { closingText } from "../tables/closing_text.ts";
import { nextStep } from "./next_step.ts";

const STUDY = summaryRows(SUMMARY);
const { titles } = STUDY;

/** A change on MMLU of all questions, with a tolerated loss of 3 points. */
function change(outcome: ChangeRow["outcome"], more: Partial<ChangeRow> = {}): ChangeRow {
  const row = STUDY.changes.find(({ measure, group }) => measure === "mmlu" && group === "all")!;
  const { lossExcluded: _, ...rest } = row;
  return { ...rest, outcome, delta: 0.03, ...more };
}

Deno.test("nextStep() says what may be done about a shown loss, and no scales where they were asked", () => {
  const text = nextStep([change("loss")], titles, { scaled: false });
  assert.match(
    text,
    /^\*\*What to do\.\*\* On MMLU a loss is shown, and one of 3\.0 points or more/,
  );
  assert.match(text, /--scale 0\.2,0\.4,0\.6,0\.8,1.* at a lower learning rate/);
  const scaled = nextStep([change("loss")], titles, { scaled: true });
  assert.doesNotMatch(scaled, /--scale/);
  assert.match(scaled, /Train again at a lower learning rate: what was tried/);
  // a penalty was tried against a loss of general text, and of that alone
  const prose = nextStep([change("loss", { measure: "prose" })], titles, { scaled: true });
  assert.match(
    prose,
    /lower learning rate, or with a penalty .* `kl_10`: it helped .* worse at 1e-3\): what/,
  );
});

Deno.test("nextStep() says of a loss that it is the tolerated one wherever it lies in its interval", () => {
  const row = change("loss");
  const said = (measure: ChangeRow["measure"], delta: number, ci95: [number, number]): string =>
    nextStep([{ ...row, measure, delta, verdict: { ...row.verdict, ci95 } }], titles, {
      scaled: true,
    });
  assert.match(
    said("prose", 0.05, [0.062, 0.158]),
    /a loss is shown, and both ends of its 95 % interval are losses of 0\.050 nats a token or more\. /,
  );
  assert.match(said("mmlu", 0.03, [-0.09, -0.03]), /are losses of 3\.0 points or more\. /);
  assert.match(said("prose", 0.05, [0.049, 0.158]), /one of 0\.050 nats a token or more is not/);
  assert.match(said("mmlu", 0.03, [-0.09, -0.029]), /one of 3\.0 points or more is not excluded/);
});

Deno.test("nextStep() asks for more questions where nothing is shown and no loss is excluded", () => {
  const open = change("no_difference_shown");
  assert.match(
    nextStep([open], titles, { scaled: false }),
    /no difference is shown.*more questions/,
  );
  // runs are compared by a command that takes neither flag
  assert.match(
    nextStep([open], titles, { scaled: false }),
    /when the runs are made: `compare --adapter-path DIR --plan` says how many it takes, `--all` there/,
  );
  assert.match(
    nextStep([{ ...open, measure: "prose", delta: 0.05 }], titles, { scaled: false }),
    /Ask more passages when .* it takes\.$/,
  );
  assert.match(nextStep([open, change("loss")], titles, { scaled: false }), /a loss is shown/);
});

Deno.test("nextStep() says nothing of excluded losses, gains, SQL, parts, and where no loss was named", () => {
  const { delta: _, ...unnamed } = change("loss");
  const quiet = [
    change("loss_excluded", { lossExcluded: true }),
    change("loss", { lossExcluded: true }),
    change("gain"),
    change("loss", { measure: "sql" }),
    change("loss", { group: "STEM" }),
    unnamed,
  ];
  assert.equal(nextStep(quiet, titles, { scaled: false }), "");
});

Deno.test("closingText() says what to do about a loss where nothing is recommended", () => {
  const { recommendation: _, ...others } = STUDY;
  const changes = STUDY.changes.map((row) =>
    row.measure === "mmlu" && row.group === "all"
      ? { ...change("loss"), variant: row.variant }
      : row
  );
  assert.match(closingText({ ...others, changes }), /\*\*What to do\.\*\* On MMLU a loss is shown/);
  assert.doesNotMatch(closingText({ ...STUDY, changes }), /What to do/);
});

Deno.test("closingText() says what to do about an open change where no recommendation says it", () => {
  const changes = STUDY.changes.map((row) =>
    row.measure === "mmlu" && row.group === "all"
      ? { ...change("no_difference_shown"), variant: row.variant }
      : row
  );
  const { recommendation, ...others } = STUDY;
  const open = /\*\*What to do\.\*\* On MMLU no difference is shown, .* Ask more questions/;
  assert.match(closingText({ ...others, changes }), open);
  const none = { ...recommendation!, outcome: "none_passed" as const };
  assert.doesNotMatch(closingText({ ...STUDY, changes, recommendation: none }), open);
});
