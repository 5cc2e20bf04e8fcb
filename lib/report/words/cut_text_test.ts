import assert from "node:assert/strict";
import { baselineFinding } from "../findings/baseline_finding.ts";
import { sqlFinding } from "../findings/sql_finding.ts";
import { tradeOffFinding } from "../findings/trade_off_finding.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { accuracyTable } from "../tables/accuracy_table.ts";
import { shortTable } from "../tables/short_table.ts";
import { summaryTable } from "../tables/summary_table.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { cutCounts, cutNotes, cutText, isMostlyCut } from "./cut_text.ts";

/** The base model and one recipe of the fixture, with cut completions. */
function withCuts(base: number, tuned: number, inReasoning = 0): typeof SUMMARY {
  const variants = SUMMARY.variants.filter(({ name }) => name === "base" || name === "qv");
  return {
    ...SUMMARY,
    variants: variants.map((variant, i) => ({
      ...variant,
      sqlByShots: {},
      sql: {
        ...variant.sql!,
        cut: i === 0 ? base : tuned,
        cutInReasoning: i === 0 ? inReasoning : 0,
      },
    })),
  };
}

const SOME = "Completions cut at the token limit: base 1 of 240, qv 0 of 240.";

Deno.test("every table of SQL accuracy says how many completions were cut, none as well", () => {
  const none = SOME.replace("base 1", "base 0");
  for (const [summary, sentence] of [[withCuts(0, 0), none], [withCuts(1, 0), SOME]] as const) {
    assert.equal(summaryTable(summary).split(sentence).length, 2, "once in a whole summary");
    assert.ok(sqlFinding(summaryRows(summary)).endsWith(`\n\n${sentence}`));
  }
  assert.match(shortTable(withCuts(1, 0)).split("\n")[0]!, /\| cut completions \|/);
  assert.match(shortTable(withCuts(13, 0)), /were cut at the token limit/);
  assert.doesNotMatch(shortTable(withCuts(13, 0), { cutNotes: false }), /were cut/);
});

Deno.test("more than 5 % of cut completions get a note on what to do, 5 % do not", () => {
  const [few, many] = [12, 13].map((cut) => summaryRows(withCuts(cut, 0)));
  const note =
    '5.4 % of the completions of "base" were cut at the token limit; how many would be ' +
    "right with a longer one is not known: raise spider.maxNewTokens in a file for " +
    "--config.";
  assert.deepEqual(cutNotes(cutCounts(few!.accuracy)), []);
  for (
    const text of [tradeOffFinding(many!), baselineFinding(many!), accuracyTable(many!.accuracy)]
  ) {
    assert.ok(text.includes(note), text);
    assert.ok(!tradeOffFinding(few!).includes("were cut"));
  }
  assert.equal(summaryTable(withCuts(13, 0)).split("were cut at the token limit").length, 2);
  const [both] = cutNotes(cutCounts(summaryRows(withCuts(120, 60)).accuracy));
  assert.match(
    both!,
    /^50\.0 % of the completions of "base" and 25\.0 % of those of "qv" were cut/,
  );
});

Deno.test("a cut inside the reasoning part is told apart, with its own remedy", () => {
  const text = cutText(cutCounts(summaryRows(withCuts(30, 0, 20)).accuracy));
  assert.match(text, /base 30 of 240 \(20 inside the reasoning part\), qv 0 of 240\./);
  assert.match(text, /set chat\.thinking to false, or raise spider\.maxNewTokens in .*\.$/);
});

Deno.test("a variant that hardly ever ends an answer gets a note that the limit may not be at fault", () => {
  const noted = (cut: number, cutInReasoning = 0): string =>
    cutNotes([{ variant: "base", n: 100, cut, cutInReasoning }]).slice(0, -1).join(" ");
  assert.match(
    noted(90),
    /^Read some answers of "base" first: .* does not end an answer at any limit/,
  );
  assert.equal(noted(89), "");
  assert.equal(noted(100, 11), "", "a reasoning part is another matter");
  const both = ["base", "lora"].map((variant) => ({ variant, n: 9, cut: 9, cutInReasoning: 0 }));
  assert.match(cutNotes(both)[0]!, /answers of "base" and "lora" first/);
});

Deno.test("more than five such variants are told by number, with the least and the largest share", () => {
  const cuts = [100, 100, 100, 100, 100, 20, 0].map((cut, i) => (
    { variant: i === 0 ? "base" : `v${i}`, n: 100, cut, cutInReasoning: 0 }
  ));
  const [endless, cut] = cutNotes(cuts);
  assert.match(
    cut!,
    /^Of 6 of 7 variants between 20\.0 % and 100\.0 % of the completions were cut at the token limit;/,
  );
  assert.match(endless!, /^Read some answers of "base", "v1", "v2", "v3" and "v4" first:/);
  const all = cuts.map((counts) => ({ ...counts, cut: 100 }));
  assert.match(cutNotes(all)[1]!, /^Of 7 of 7 variants 100\.0 % of the completions were cut/);
  assert.match(cutNotes(all)[0]!, /^Read some answers of "base" and 6 more variants first:/);
});

Deno.test("cutText() is empty where nothing is known of any", () => {
  assert.equal(cutText(cutCounts([])), "");
});

Deno.test("isMostlyCut() holds where more than half of the completions were cut, and not at half", () => {
  assert.deepEqual([49, 50, 51].map((cut) => isMostlyCut({ n: 100, cut })), [false, false, true]);
});
