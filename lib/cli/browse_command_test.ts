import assert from "node:assert/strict";
import { fromRoot } from "../ground/mod.ts";
import { readSummary } from "../runs/mod.ts";
import { browseStudy, SILENT } from "../study/mod.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const RECORDED = fromRoot("results/recorded/sample");

Deno.test("browse writes the recorded sample as one page, the same bytes every time", async () => {
  const folder = await Deno.makeTempDir({ prefix: "browse-command-" });
  const write = async (name: string): Promise<string> => {
    const out = `${folder}/${name}`;
    const { code, printed, notes } = await runMain(["browse", "--study", RECORDED, "--out", out]);
    assert.equal(code, 0, notes.join("\n"));
    assert.match(printed, /: \d+ variants, \d+\.\d MB/);
    return await Deno.readTextFile(out);
  };
  const page = await write("a/one.html");
  assert.ok(page.startsWith("<!doctype html>"));
  assert.equal(page, await write("two.html"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("browse says of the recorded sample what its summary says", async () => {
  const summary = readSummary(`${RECORDED}/summary.json`);
  const data = await browseStudy({ folder: RECORDED, progress: SILENT });
  const base = summary.variants[0]!.name;
  for (const { name, versusBase } of summary.variants.slice(1)) {
    const { gained, lost } = versusBase!.sql!.overall.official.evidence;
    const answers = (variant: string): readonly boolean[] => {
      const at = data.variants.findIndex((one) => one.name === variant);
      const own = data.sql!.answers.find(({ variant, prompt }) => variant === at && prompt === 0)!;
      return Array.from(own.outcomes, (outcome) => data.sql!.outcomes[outcome]!.readings[0]!);
    };
    const [before, after] = [answers(base), answers(name)];
    assert.equal(after.filter((right, i) => right && !before[i]).length, gained);
    assert.equal(after.filter((right, i) => !right && before[i]).length, lost);
  }
  // adjusted claims are worded as in the report: not as unadjusted
  const [claim] = summary.findings.claims;
  const words = data.changes.find(({ from, to, gauge }) =>
    from === base && to === claim!.variant && gauge === claim!.gauge
  );
  assert.doesNotMatch(words!.sentence, /unadjusted/);
  const gauges = new Set(data.changes.map(({ gauge }) => gauge));
  assert.deepEqual([...gauges].sort(), ["mmlu", "prose", "sql"]);
});

Deno.test("browse refuses what it cannot show, and never writes over what it reads", async () => {
  await assertRefused(["browse", "--study", "no/such/folder"], /there is no no\/such\/folder/);
  await assertRefused(
    ["browse", "--study", RECORDED, "--out", `${RECORDED}/summary.json`],
    /which is read/,
  );
  await assertRefused(
    ["browse", "--study", RECORDED, "--spider", "/nowhere", "--out", "/tmp/never.html"],
    /Cannot load Spider.*\/nowhere/,
  );
});
