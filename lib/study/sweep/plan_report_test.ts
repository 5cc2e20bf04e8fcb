import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { planReport } from "./plan_report.ts";

Deno.test("planReport() says what is asked of so few examples that chance hides much", async () => {
  using study = await writeMiniStudy();
  const opened = await openStudy(study.config, {
    out: study.out,
    planOnly: true,
    progress: SILENT,
  });
  assert.match(
    await planReport(opened),
    /\n- 3 text-to-SQL prompts, 3 multiple-choice questions and 2 passages: so few that only a large/,
  );
});
