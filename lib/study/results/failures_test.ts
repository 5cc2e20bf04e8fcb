import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Summary } from "../../runs/mod.ts";
import { MADE_UP_CONFIG } from "../testing/made_up_config.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";
import { NO_ANSWERS } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { failuresReport } from "./failures.ts";

const QUESTION = {
  id: "dev-0",
  dbId: "zoo",
  question: "Which animals are there?",
  query: "SELECT name, weight FROM animal",
};

/** A variant that answered the one question. */
function answersOf(name: string, sql: string, status: "match" | "mismatch"): VariantAnswers {
  const { id, dbId } = QUESTION;
  return {
    ...NO_ANSWERS,
    name,
    origin: { source: name },
    verdicts: [{ id, dbId, hardness: "easy", variant: name, sql, status, finishReason: "stop" }],
  } as unknown as VariantAnswers;
}

Deno.test("failuresReport() heads the columns of results with their names", async () => {
  const path = Deno.makeTempFileSync({ suffix: ".sqlite" });
  try {
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE animal(name, weight); INSERT INTO animal VALUES ('Tambo', 190)");
    database.close();
    const inputs = { asked: [QUESTION], spider: { databasePath: () => path } };
    const summary = { config: MADE_UP_CONFIG, plan: { primary: ["qv"] }, findings: {} };
    const report = await failuresReport(
      inputs as unknown as SqlInputs,
      summary as unknown as Summary,
      [
        answersOf("base", "SELECT count(*) FROM animal", "mismatch"),
        answersOf("qv", QUESTION.query, "match"),
      ],
    );
    assert.match(report, /\| base .* 1 · count\(&#42;\): \(1\) +\|/);
    assert.match(report, /\| qv .* 1 · name, 2 · weight: \(Tambo, 190\) +\|/);
  } finally {
    Deno.removeSync(path);
  }
});
