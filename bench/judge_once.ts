/**
 * One run of the judge over a gold list and a prediction file, as `bench/judge.ts` times it:
 *
 *     deno run -A bench/judge_once.ts GOLD PRED DATABASES [classes]
 *
 * @module
 */
import { judgePredictions, readGoldExamples, readPredictions } from "../lib/sql/mod.ts";

const [goldFile, predictionFile, databases, classes] = Deno.args as [
  string,
  string,
  string,
  string?,
];
const { verdicts, missingDatabases, goldFailures } = await judgePredictions({
  predictions: readPredictions(Deno.readTextFileSync(predictionFile), predictionFile),
  examples: readGoldExamples(Deno.readTextFileSync(goldFile), goldFile),
  databases,
}, { classify: classes === "classes" });
if (missingDatabases.length + goldFailures.length > 0) {
  throw new Error("Cannot time the judge: a database is missing or a gold fails");
}
const right = verdicts.filter(({ official }) => official).length;
Deno.stdout.writeSync(new TextEncoder().encode(`${right} right of ${verdicts.length}\n`));
