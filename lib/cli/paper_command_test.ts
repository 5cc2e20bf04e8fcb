import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fromRoot, realDataRoot } from "../ground/mod.ts";
import { spiderRoot } from "../sql/mod.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const FILES = ["paper.en.pdf", "paper.pt.pdf"];

function folder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** The folder that has Spider as released, of which the large study's paper quotes questions. */
const DATA = spiderRoot() === undefined ? undefined : realDataRoot();

for (
  const { study, args, ignore, note } of [
    { study: "sample", args: [], ignore: false, note: "" },
    {
      study: "qwen_coder_1_5b",
      args: DATA === undefined ? [] : ["--data-root", DATA],
      ignore: DATA === undefined,
      note: DATA === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : "",
    },
  ]
) {
  Deno.test({
    name: `paper writes the recorded papers of ${study} again, byte for byte${note}`,
    ignore,
    fn: async () => {
      using out = folder();
      const { code, printed, notes } = await runMain([
        ...["paper", "--study", study, "--out", out.path],
        ...args,
      ]);
      assert.equal(code, 0, notes.join("\n"));
      for (const file of FILES) {
        assert.match(printed, new RegExp(`${file}: \\d pages of 10`));
        const same = Buffer.compare(
          Deno.readFileSync(`${out.path}/${file}`),
          Deno.readFileSync(fromRoot(`results/recorded/${study}/${file}`)),
        );
        assert.equal(same, 0, `results/recorded/${study}/${file} is another: run deno task paper`);
      }
    },
  });
}

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
