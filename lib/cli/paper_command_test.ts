import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fromRoot } from "../ground/mod.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const SAMPLE = fromRoot("results/recorded/sample");
const FILES = ["paper.en.pdf", "paper.pt.pdf"];

function folder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("paper writes the recorded sample's papers again, byte for byte", async () => {
  using out = folder();
  const { code, printed, notes } = await runMain(["paper", "--out", out.path]);
  assert.equal(code, 0, notes.join("\n"));
  for (const file of FILES) {
    assert.match(printed, new RegExp(`${file}: \\d pages of 10`));
    const same = Buffer.compare(
      Deno.readFileSync(`${out.path}/${file}`),
      Deno.readFileSync(`${SAMPLE}/${file}`),
    );
    assert.equal(same, 0, `results/recorded/sample/${file} is another: run deno task paper`);
  }
});

Deno.test("paper writes one language, signed, of a study by its name", async () => {
  using out = folder();
  const { code } = await runMain([
    ...["paper", "--study", "sample", "--language", "pt", "--author", "Ana Souza, UFAM"],
    ...["--out", out.path],
  ]);
  assert.equal(code, 0);
  assert.deepEqual([...Deno.readDirSync(out.path)].map(({ name }) => name), ["paper.pt.pdf"]);
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${out.path}/paper.pt.pdf`));
  assert.match(text, /Ana Souza, UFAM/);
});

Deno.test("paper refuses a place without a summary, another language, and data that are not here", async () => {
  using out = folder();
  await assertRefused(["paper", "--study", out.path], /has no summary\.json/);
  await assertRefused(["paper", "--language", "fr"], /must be one of both, en, pt: "fr"/);
  await assertRefused(
    ["paper", "--data-root", out.path, "--out", out.path],
    /Cannot quote questions of "sample": .*wanted are spider\/dev\.json/,
  );
  assert.deepEqual([...Deno.readDirSync(out.path)], []);
});
