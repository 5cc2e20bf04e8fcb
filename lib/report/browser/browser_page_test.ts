import assert from "node:assert/strict";
import { browserBlocks } from "./browser_blocks.ts";
import { browserPage } from "./browser_page.ts";
import { clientScript, joinScripts } from "./client_script.ts";
import { HOSTILE, smallData } from "./testing/small_data.ts";

Deno.test("browserPage() gives the same bytes for the same data", () => {
  assert.equal(browserPage(smallData()), browserPage(smallData()));
});

Deno.test("browserPage() has no text of the data in it, and allows its own script alone", () => {
  const page = browserPage({ ...smallData(), name: HOSTILE });
  assert.ok(!page.includes("<img"));
  assert.ok(!page.includes("How many cows"));
  const [policy] = page.match(/<meta http-equiv="Content-Security-Policy" content="[^"]*">/)!;
  assert.match(policy, /default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-/);
  assert.ok(!policy.includes("unsafe"));
  // nothing that loads from elsewhere
  assert.doesNotMatch(browserPage(smallData()), /\b(?:src|href)=/);
});

Deno.test("clientScript() is one plain script without anything that ends its element", () => {
  const script = clientScript();
  assert.doesNotThrow(() => new Function(script));
  assert.doesNotMatch(script, /<\/script|<!--|innerHTML|insertAdjacentHTML|outerHTML|\beval\b/);
  assert.doesNotMatch(script, /^(?:import|export) /m);
});

Deno.test("browserBlocks() refuses data that do not fit together", () => {
  const data = smallData();
  const sql = data.sql!;
  const refused = (changed: Partial<typeof data>, message: RegExp): void =>
    assert.throws(() => browserBlocks({ ...data, ...changed }), { name: "RangeError", message });
  refused({ first: { from: "base", to: "gone" } }, /the variant "gone"/);
  const short = { variant: 0, prompt: 0, outcomes: new Uint32Array(2) };
  refused({ sql: { ...sql, answers: [short] } }, /Cannot pack 2 answers as there must be 5/);
  const lost = sql.questions.map((question) => ({ ...question, result: 99 }));
  refused({ sql: { ...sql, questions: lost } }, /none with index 99/);
});

Deno.test("joinScripts() refuses what one script cannot hold", () => {
  const folder = Deno.makeTempDirSync();
  const file = (name: string, text: string): URL => {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
    return new URL(`file://${folder}/${name}`);
  };
  const a = file("a.ts", "export function one(): number {\n  return 1;\n}\n");
  const b = file("b.ts", 'import { one } from "./a.ts";\nglobalThis.said = one();\n');
  const c = file("c.ts", "const one = 2;\n");
  const d = file(
    "d.ts",
    'import { one, type T } from "../room/mod.ts";\nglobalThis.said = one();\n',
  );
  try {
    assert.doesNotMatch(joinScripts([a, b]), /import|export|: number/);
    assert.throws(() => joinScripts([b, a]), /Cannot join b\.ts as \.\/a\.ts does not stand/);
    // what is imported from the door of a room stands before it too
    assert.doesNotMatch(joinScripts([a, d]), /import|room/);
    assert.throws(
      () => joinScripts([d]),
      /Cannot join d\.ts as \.\.\/room\/mod\.ts does not stand/,
    );
    assert.throws(() => joinScripts([a, c]), /Cannot join c\.ts as a\.ts has "one" too/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
