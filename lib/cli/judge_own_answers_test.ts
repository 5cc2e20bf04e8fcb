import assert from "node:assert/strict";
import { judgeFolder } from "./testing/judge_folder.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

Deno.test("judge reads a study's own samples and verdicts, of the variant that is named", async () => {
  const sample = (variant: string, at: number, text: string): string =>
    JSON.stringify({
      ...{ key: "0".repeat(64), id: `dev-${at}`, dbId: "shop", variant },
      ...{ promptHash: "0".repeat(64), promptTokens: 3, tokens: [1], text, finishReason: "stop" },
      sum: "0".repeat(16),
    });
  const lines = [
    sample("base", 0, "SELECT 1"),
    sample("base", 1, "I do not know"),
    sample("qv", 0, "```sql\nSELECT count(*) FROM maker\n```"),
    sample("qv", 1, "SELECT name FROM maker ORDER BY name"),
  ];
  using folder = judgeFolder(`${lines.join("\n")}\n`);
  const flags = folder.flags.with(-1, `${folder.path}/`);
  await assertRefused(
    ["judge", ...flags],
    /it has answers of 2 variants, name one \(judge: --variant NAME.*: base, qv$/,
  );
  await assertRefused(
    ["judge", ...flags, "--variant", "x"],
    /no answers of "x": there are base, qv/,
  );
  const tuned = await runMain(["judge", ...flags, "--variant", "qv"]);
  assert.equal(tuned.code, 0, tuned.notes.join("\n"));
  assert.match(tuned.printed, /\| all +\| +2 \| +2 \| +100\.0 % \|/);
  const base = await runMain(["judge", ...flags, "--variant", "base"]);
  assert.match(base.printed, /\| all +\| +0 \| +2 \|/);
  // no join is missing in a statement that reads no table
  assert.match(base.printed, /\| schema_linking +\| +1 \|/);
  assert.doesNotMatch(base.printed, /join/);
  // what it wrote into the folder is read again, a verdict without a statement too
  const again = flags.with(1, `${folder.path}/verdicts.jsonl`).with(
    -1,
    `${folder.path}/again.jsonl`,
  );
  const verdicts = await runMain(["judge", ...again]);
  assert.equal(verdicts.code, 0, verdicts.notes.join("\n"));
  assert.match(verdicts.printed, /\| all +\| +0 \| +2 \|/);
});
