import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { fromRoot } from "../ground/mod.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const SAMPLE = fromRoot("results/recorded/sample");

function folder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("export writes a study in each format, twice the same bytes", async () => {
  for (const format of ["csv", "parquet", "lm-eval", "model-card", "junit"]) {
    using out = folder();
    const [first, second] = ["a", "b"].map((name) => `${out.path}/${name}`) as [string, string];
    for (const to of [first, second]) {
      const { code, notes, printed, steps } = await runMain(
        ["export", "--study", SAMPLE, "--format", format, "--out", to],
      );
      assert.equal(code, 0, notes.join("\n"));
      assert.deepEqual(steps, ["Reading the answers", `Writing ${format}`]);
      assert.match(printed, /^\d+ files? in /);
    }
    const files = readdirSync(first, { recursive: true }).map(String).filter((name) =>
      Deno.statSync(`${first}/${name}`).isFile
    );
    assert.ok(files.length > 0);
    for (const name of files) {
      assert.deepEqual(
        Deno.readFileSync(`${first}/${name}`),
        Deno.readFileSync(`${second}/${name}`),
      );
    }
  }
});

Deno.test("export of answers alone says what is not known, and takes a tolerated loss", async () => {
  using out = folder();
  const { code, notes } = await runMain([
    ...["export", "--study", "qwen_coder_0_5b_pilot", "--format", "junit", "--delta", "0.01"],
    ...["--variant", "base", "--variant", "all-linear-lr2e-4", "--out", out.path],
  ]);
  assert.equal(code, 0);
  assert.match(notes.join("\n"), /no summary\.json: changes are computed from the answers/);
  const claims = Deno.readTextFileSync(`${out.path}/claims.xml`);
  assert.match(claims, /name="no loss of 1\.0 points or more on MMLU"/);
});

Deno.test("export refuses what does not go together, and writes nothing", async () => {
  using out = folder();
  const to = `${out.path}/never`;
  const refused = (args: readonly string[], line: RegExp): Promise<void> =>
    assertRefused(["export", ...args, "--out", to], line);
  await refused([], /^error: export: --study, --format are needed$/m);
  await refused(["--study", "sample"], /--format is needed/);
  await refused(["--study", "sample", "--format", "xml"], /must be one of csv, parquet, lm-eval/);
  await refused(
    ["--study", "sample", "--format", "csv", "--undecided", "fail"],
    /--undecided does not go with --format csv/,
  );
  await refused(["--study", "sample", "--format", "csv", "--texts"], /--texts does not go with/);
  await refused(
    ["--study", "sample", "--format", "junit", "--delta", "0.1"],
    /the plan of "sample" has its own, 0\.05/,
  );
  await refused(["--study", "sample", "--format", "junit", "--delta", "3"], /above 0 and below 1/);
  await refused(
    ["--study", "qwen_coder_0_5b_pilot", "--format", "lm-eval", "--texts"],
    /--texts needs a summary\.json/,
  );
  await refused(["--study", "sample", "--format", "csv", "--variant", "x"], /no such variant/);
  for (const format of ["model-card", "junit"]) {
    await refused(
      ["--study", "sample", "--format", format, "--variant", "base"],
      /"base" of .*sample as [-a-z]+: it is no tuned variant; these are .*all-linear-lr2e-3.*, qv-lr2e-3/,
    );
  }
  assert.ok(!existsSync(to));
  await assertRefused(
    ["export", "--study", SAMPLE, "--format", "csv", "--out", `${SAMPLE}/csv`],
    /inside .*sample, which is read/,
  );
});

Deno.test("export mixes nothing among somebody's own data, and writes over none of it", async () => {
  using out = folder();
  const args = ["export", "--study", SAMPLE, "--format", "csv", "--out"];
  const own = `${out.path}/own`;
  Deno.mkdirSync(own);
  Deno.writeTextFileSync(`${own}/verdicts.csv`, "mine");
  await assertRefused([...args, own], /own: it has files of something else \(verdicts\.csv\)/);
  assert.equal(Deno.readTextFileSync(`${own}/verdicts.csv`), "mine");
  const data = fromRoot("mmlu_db/sample");
  await assertRefused([...args, data], /mmlu_db\/sample: it has files of something else/);
  // its own folder takes another format, and no other study
  const tables = `${out.path}/tables`;
  assert.equal((await runMain([...args, tables])).code, 0);
  const junit = ["export", "--study", SAMPLE, "--format", "junit", "--out", tables];
  assert.equal((await runMain(junit)).code, 0);
  const { code } = await new Deno.Command("sha256sum", {
    args: ["-c", "export-sample.sha256"],
    cwd: tables,
  }).output();
  assert.equal(code, 0);
  await assertRefused(
    ["export", "--study", "qwen_coder_0_5b_pilot", "--format", "csv", "--out", tables],
    /it has files of something else \(changes\.csv, claims\.xml, export-sample\.sha256, \.\.\.\)/,
  );
});
