import assert from "node:assert/strict";
import { checkAskedData, otherData } from "./asked_data.ts";

const ASKED = {
  "spider/dev.json": "1",
  "spider/train.json": "2",
  "mmlu/test/law_test.csv": "3",
  "prose/passages.jsonl": "4",
};

Deno.test("otherData() has changed and missing files of the given measures, and no further one", () => {
  const opened = { "spider/dev.json": "0", "spider/database/new.sqlite": "5" };
  assert.deepEqual(otherData(ASKED, opened, ["sql"]), {
    changed: ["spider/dev.json"],
    missing: ["spider/train.json"],
  });
  assert.deepEqual(otherData(ASKED, opened, ["mmlu"]), {
    changed: [],
    missing: ["mmlu/test/law_test.csv"],
  });
  assert.deepEqual(otherData(ASKED, ASKED, ["sql", "mmlu", "prose"]), { changed: [], missing: [] });
});

Deno.test("checkAskedData() names the first file, and says what to do", () => {
  const said = { action: 'read "mine"', advice: "give others" };
  const refused = (opened: Record<string, string>, message: RegExp, asked = ASKED): void =>
    assert.throws(
      () => checkAskedData(asked, opened, { gauges: ["sql"], ...said }),
      { name: "UsageError", message },
    );
  refused(
    { ...ASKED, "spider/dev.json": "0" },
    /^Cannot read "mine": spider\/dev\.json is not the file that was asked: give others$/,
  );
  refused(
    {},
    /: spider\/dev\.json \(the first of 2 files\), which was asked, is not there: give others$/,
  );
  refused(ASKED, /does not say of which files of spider\//, {} as typeof ASKED);
  checkAskedData(ASKED, ASKED, { gauges: ["sql", "prose"], ...said });
});
