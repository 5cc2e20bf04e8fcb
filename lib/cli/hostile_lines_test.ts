import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { runMain } from "./testing/run_main.ts";

/** What a file may hold, by what it would do in a terminal or in a Markdown table. */
const HOSTILE: Readonly<Record<string, string>> = {
  "terminal title": "x\u001b]0;owned\u0007",
  colours: "\u009b31mred\u001b[2J",
  bidi: "abc\u202edef\u2066",
  lines: "x\n  error: forged\r\nfault",
  "halved pair": "a\ud800b",
  NUL: "a\u0000b",
  table: "a | b | `c` | <script>alert(1)</script> | [x](javascript:y)",
  "very long": "x".repeat(20_000),
  path: "../../../../etc/passwd",
};

// deno-lint-ignore no-control-regex -- these are what must not come through
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;

/** Every note is one line, nothing has control characters, and a stack trace is nowhere. */
function assertHarmless({ code, notes, printed }: Awaited<ReturnType<typeof runMain>>): void {
  assert.ok(code === 0 || code === 2, notes.join("\n"));
  for (const note of notes) {
    assert.ok(!note.includes("\n"), note);
    assert.ok(note.length < 2_000, `${note.length} characters`);
    assert.doesNotMatch(note, CONTROLS);
  }
  assert.doesNotMatch(printed, CONTROLS);
  assert.ok(!printed.includes("\n  error: forged"));
}

Deno.test("judge shows whatever a database, a gold or a prediction is named as text", async (t) => {
  const root = Deno.makeTempDirSync({ prefix: "lab-hostile-" });
  Deno.mkdirSync(`${root}/database/shop`, { recursive: true });
  {
    using database = new DatabaseSync(`${root}/database/shop/shop.sqlite`);
    database.exec("CREATE TABLE maker (name TEXT)");
  }
  for (const [name, text] of Object.entries(HOSTILE)) {
    await t.step(name, async () => {
      const examples = [
        { db_id: "shop", query: "SELECT count(*) FROM maker" },
        { db_id: text, query: "SELECT 1" },
        { db_id: "shop", query: `SELECT "${text}" FROM "${text}"` },
      ];
      const predictions = [0, 1, 2].map((index) => ({ index, sql: `SELECT "${text}" FROM nine` }));
      Deno.writeTextFileSync(`${root}/dev.json`, JSON.stringify(examples));
      Deno.writeTextFileSync(`${root}/pred.json`, JSON.stringify(predictions));
      const said = await runMain([
        ...["judge", "--predictions", `${root}/pred.json`, "--examples", `${root}/dev.json`],
        ...["--databases", `${root}/database`, "--out", `${root}/out.jsonl`],
      ]);
      assertHarmless(said);
      assert.doesNotMatch(said.printed, /<script|\]\(javascript/);
    });
  }
  Deno.removeSync(root, { recursive: true });
});

Deno.test("a study says its label, its model and its data's faults as text", async (t) => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    await t.step(name, async () => {
      using study = await writeMiniStudy({
        config: { label: text },
        spider: {
          "dev.json": [
            { db_id: "farm", question: text, query: "SELECT count(*) FROM cow" },
            { db_id: "farm", question: "Names?", query: `SELECT "${text}" FROM "${text}"` },
          ],
        },
      });
      assertHarmless(
        await runMain(["baseline", "--config", study.configPath, "--out", study.out]),
      );
      const wrong = JSON.parse(Deno.readTextFileSync(study.configPath));
      const recipes = [{ name: text, learningRate: 1e-3 }];
      Deno.writeTextFileSync(study.configPath, JSON.stringify({ ...wrong, training: { recipes } }));
      const refused = await runMain(["baseline", "--config", study.configPath]);
      assert.equal(refused.code, 2);
      assertHarmless(refused);
      assert.ok(!refused.notes.join().includes(REPOSITORY_ROOT));
    });
  }
});
