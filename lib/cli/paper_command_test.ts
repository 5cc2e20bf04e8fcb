import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fromRoot, realDataRoot } from "../ground/mod.ts";
import { spiderRoot } from "../sql/mod.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
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
        ...["paper", "--study", `results/recorded/${study}`, "--out", out.path],
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

Deno.test("paper writes one language, signed", async () => {
  using out = folder();
  const { code } = await runMain([
    ...["paper", "--study", "results/recorded/sample", "--language", "pt"],
    ...["--author", "Ana Souza, UFAM", "--out", out.path],
  ]);
  assert.equal(code, 0);
  assert.deepEqual([...Deno.readDirSync(out.path)].map(({ name }) => name), ["paper.pt.pdf"]);
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${out.path}/paper.pt.pdf`));
  assert.match(text, /Ana Souza, UFAM/);
});

Deno.test("paper refuses a place without a summary, another language, and data that are not here", async () => {
  using out = folder();
  await assertRefused(
    ["paper", "--study", out.path],
    /has no summary\.json: a paper is of a finished study, which pipeline and study write/,
  );
  await assertRefused(
    ["paper", "--study", "qwen_coder_0_5b_pilot"],
    /has no summary\.json: .* of answers alone there are browse, compare --run and export/,
  );
  await assertRefused(
    ["paper", "--study", "nowhere"],
    /Cannot use the study "nowhere": there is no such folder, and no study of that name in/,
  );
  await assertRefused(
    ["paper", "--spider", out.path, "--out", out.path],
    /Cannot quote questions of "sample": .*give your copy with --spider or --data-root/,
  );
  await assertRefused(["paper", "--language", "fr"], /must be one of both, en, pt: "fr"/);
  await assertRefused(
    ["paper", "--data-root", out.path, "--out", out.path],
    /Cannot quote questions of "sample": .*wanted are spider\/dev\.json/,
  );
  assert.deepEqual([...Deno.readDirSync(out.path)], []);
});

Deno.test("paper takes its questions from a copy that --spider names, as browse does", async () => {
  using out = folder();
  const written = async (name: string, more: readonly string[]): Promise<Uint8Array> => {
    const { code, notes } = await runMain([
      ...["paper", "--study", "results/recorded/sample", "--language", "en"],
      ...["--out", `${out.path}/${name}`],
      ...more,
    ]);
    assert.equal(code, 0, notes.join("\n"));
    return Deno.readFileSync(`${out.path}/${name}/paper.en.pdf`);
  };
  const [own, copy] = [
    await written("own", []),
    // it goes before --data-root, which has none
    await written("copy", ["--spider", fromRoot("spider_db/sample"), "--data-root", out.path]),
  ];
  assert.equal(Buffer.compare(own, copy), 0);
});

Deno.test("paper, export and browse of a study that is not finished say which command goes on", async () => {
  using mini = await writeMiniStudy();
  const { code } = await runMain(
    ["baseline", "--config", mini.configPath, "--out", mini.out],
  );
  assert.equal(code, 0);
  const why =
    /the study "mini" in it is not finished: run its command again .*\(deno task pipeline/;
  await assertRefused(["paper", "--study", mini.out], why);
  await assertRefused(["browse", "--study", mini.out, "--out", `${mini.root}/p.html`], why);
  await assertRefused(["export", "--study", mini.out, "--format", "csv"], why);
});

Deno.test("paper and browse of a study that was asked one measure say which is missing, not that it is not finished", async () => {
  for (const only of ["prose", "mmlu"]) {
    using mini = await writeMiniStudy();
    const tuned = `${mini.root}/tuned`;
    await Deno.mkdir(tuned);
    for (const { name } of Deno.readDirSync(mini.model)) {
      await Deno.copyFile(`${mini.model}/${name}`, `${tuned}/${name}`);
    }
    const data = ["--config", mini.configPath, "--text", `${mini.root}/data/prose.jsonl`];
    const asked = await runMain(
      [
        ...["compare", ...(only === "prose" ? data : data.slice(0, 2)), "--only", only],
        ...["--against", tuned, "--out", mini.out],
      ],
    );
    assert.equal(asked.code, 0, asked.notes.join("\n"));
    await assertRefused(
      ["paper", "--study", mini.out],
      /it needs changes on text-to-SQL and on "\w+", the measure of its plan; it has none on "sql"/,
    );
    const browse = ["browse", "--study", mini.out, "--out", `${mini.root}/p.html`];
    const shown = [...browse, "--data-root", `${mini.root}/data`];
    if (only === "mmlu") assert.equal((await runMain(shown)).code, 0);
    else {await assertRefused(
        browse,
        /it has scored passages of general text alone, and no questions/,
      );}
  }
});

Deno.test("paper refuses an author whose letters its fonts do not have, and writes nothing", async () => {
  using out = folder();
  await assertRefused(
    ["paper", "--study", "results/recorded/sample", "--author", "张三", "--out", out.path],
    /its fonts have no "张" \(U\+5F20\), "三" \(U\+4E09\) of the author "张三"/,
  );
  assert.deepEqual([...Deno.readDirSync(out.path)], []);
});
