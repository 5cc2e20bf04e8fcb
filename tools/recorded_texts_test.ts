import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { changedTexts, readLimits } from "../lib/study/mod.ts";
import { main, recordedFolders, summaryOf } from "./recorded_texts.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";

const FOLDERS = recordedFolders();

Deno.test("there are recorded studies with numbers", () => {
  assert.ok(FOLDERS.length >= 9, `${FOLDERS.length}`);
});

for (const folder of FOLDERS) {
  Deno.test(`the texts of ${basename(folder)} are those of its numbers: deno run -A tools/recorded_texts.ts`, () => {
    assert.deepEqual(changedTexts(summaryOf(folder), folder).map(([file]) => file), []);
    const { en } = readLimits(folder);
    const summary = Deno.readTextFileSync(join(folder, "summary.md"));
    assert.equal(/^### Limits\b/m.test(summary), en.length > 0);
  });
}

Deno.test("recorded_texts writes what is another text, and nothing a second time", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const from = join(REPOSITORY_ROOT, "results/recorded/sample");
    for (const file of ["summary.json", "summary.md", "trade_off.svg"]) {
      Deno.copyFileSync(join(from, file), join(folder, file));
    }
    const limits = { en: ["One <model> alone."], pt: ["Um só modelo."] };
    Deno.writeTextFileSync(join(folder, "limits.json"), JSON.stringify(limits));
    assert.deepEqual(
      changedTexts(summaryOf(folder), folder).map(([file]) => file).sort(),
      ["scales.svg", "summary.md", "trade_off_prose.svg"],
    );
    assert.equal(main([folder]), 0);
    assert.deepEqual(changedTexts(summaryOf(folder), folder), []);
    const text = Deno.readTextFileSync(join(folder, "summary.md"));
    assert.match(
      text,
      /\n### Limits \(sample\)\n\n- One &#60;model&#62; alone\.\n\n### Trade-off \(sample\)\n/,
    );
    Deno.writeTextFileSync(join(folder, "limits.json"), "{}");
    assert.equal(main([folder]), 2);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("recorded_texts says of a study what its loss logs tell of its trainings", () => {
  const folder = Deno.makeTempDirSync();
  try {
    cpSync(join(REPOSITORY_ROOT, "results/recorded/sample"), folder, { recursive: true });
    assert.deepEqual(changedTexts(summaryOf(folder), folder), []);
    const log = join(folder, "training/qv-lr2e-3/loss.jsonl");
    const marks = Deno.readTextFileSync(log).trimEnd().split("\n").map((line) => JSON.parse(line));
    const wild = marks.map((mark) => ({ ...mark, loss: mark.step > 15 ? 20 : mark.loss }));
    Deno.writeTextFileSync(log, wild.map((mark) => `${JSON.stringify(mark)}\n`).join(""));
    assert.deepEqual(changedTexts(summaryOf(folder), folder).map(([file]) => file), ["summary.md"]);
    assert.equal(main([folder]), 0);
    const text = Deno.readTextFileSync(join(folder, "summary.md"));
    assert.match(
      text.split("### Trade-off")[0]!,
      /\n\nThe training of "qv-lr2e-3" was unstable: .* up to step 25 was \d+\.\d times /,
    );
    Deno.writeTextFileSync(log, '{"step": 1}\n');
    assert.equal(main([folder]), 2);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
