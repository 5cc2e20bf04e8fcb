import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { readLimits } from "./limits.ts";

Deno.test("a study is not opened with limits that no number warrants, before anything is asked", async () => {
  using study = await writeMiniStudy();
  const open = (): Promise<unknown> =>
    openStudy(study.config, { out: study.out, progress: SILENT });
  await open();
  const write = (...en: string[]): void =>
    Deno.writeTextFileSync(`${study.out}/limits.json`, JSON.stringify({ en, pt: [] }));
  write("The adapter lost nothing.");
  await assert.rejects(open(), (error: Error) => {
    assert.equal(error.name, "UsageError");
    assert.match(error.message, /limits\.json/);
    return true;
  });
  write("One model alone.");
  await open();
  assert.deepEqual(readLimits(study.out).en, ["One model alone."]);
});
