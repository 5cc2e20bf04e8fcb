import { READING_RULES, READINGS } from "../../../sql/light.ts";
import type { Command } from "../../command.ts";
import { DEFAULT_TIMEOUT_SECONDS, SUITES } from "../../judge_flags.ts";

/** `judge`: verdicts on a file of predictions, without any model. */
export const JUDGE: Command = {
  name: "judge",
  summary: "execution accuracy of a file of predicted SQL, without a model",
  description:
    "FILE has one statement a line (or a statement, a tab and its database), or JSON: an array, JSON\n" +
    "lines or {id: sql}, with sql (as it is) or completion (the statement is extracted), and id or\n" +
    "index where they do not follow the order of the examples. An example without a prediction\n" +
    "counts as wrong. A study's own samples/sql.jsonl and verdicts.jsonl are read too. When rows\n" +
    "agree has several readings, and all are judged:\n" +
    READINGS.map((reading) => `  ${reading}: ${READING_RULES[reading]}`).join("\n"),
  flags: {
    predictions: { type: "text", value: "FILE", help: "the predicted statements" },
    variant: { type: "text", value: "NAME", help: "whose answers, of a study's own file" },
    examples: { type: "text", value: "FILE", help: "dev.json, or a list of gold and database" },
    databases: { type: "text", value: "DIR", help: "folder with DB/DB.sqlite" },
    suite: {
      type: "text",
      value: SUITES.join("|"),
      help: "every .sqlite file of a database must match, as in the official script (default), " +
        "or DB.sqlite alone",
    },
    mode: { type: "text", value: "NAME", help: "reading of the table (default: official)" },
    out: {
      type: "text",
      value: "PATH",
      help: "JSON lines, one an example (resumed when killed); a folder gets verdicts.jsonl",
    },
    limit: { type: "number", value: "N", help: "only the first N examples" },
    timeout: {
      type: "number",
      value: "S",
      help: `seconds for a statement (default: ${DEFAULT_TIMEOUT_SECONDS})`,
    },
    workers: { type: "number", value: "N", help: "statements at a time (default: the cores)" },
  },
  load: async () => (await import("./run_judge.ts")).runJudge,
};
