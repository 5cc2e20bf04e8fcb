import assert from "node:assert/strict";
import { findStudy } from "./find_study.ts";

/** A folder of results with the given folders, each with the given files. */
function results(
  folders: Readonly<Record<string, readonly string[]>>,
): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  for (const [folder, files] of Object.entries(folders)) {
    Deno.mkdirSync(`${path}/${folder}`, { recursive: true });
    for (const file of files) Deno.writeTextFileSync(`${path}/${folder}/${file}`, "");
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("findStudy() takes a name for results/NAME, else for results/recorded/NAME", () => {
  using kept = results({
    "mine": ["summary.json", "run.json"],
    "recorded/old": ["verdicts.parquet"],
    "recorded/empty": [],
    "scratch/compare-1": ["summary.json"],
    "paged": ["browse.html"],
    "recorded/paged": ["summary.json"],
  });
  const find = (study: string): ReturnType<typeof findStudy> =>
    findStudy(study, { results: kept.path });
  assert.deepEqual(find("mine"), { folder: `${kept.path}/mine`, notes: [] });
  assert.deepEqual(find("old"), { folder: `${kept.path}/recorded/old`, notes: [] });
  assert.deepEqual(find("compare-1"), { folder: `${kept.path}/scratch/compare-1`, notes: [] });
  assert.deepEqual(find("paged"), { folder: `${kept.path}/recorded/paged`, notes: [] });
  // what it lacks is for the reader of it to say
  assert.deepEqual(find("empty"), { folder: `${kept.path}/recorded/empty`, notes: [] });
});

Deno.test("findStudy() says so where a name is of two studies, or of one without results", () => {
  using kept = results({
    "both": ["verdicts.jsonl"],
    "recorded/both": ["summary.json"],
    "begun": ["run.json"],
    "recorded/begun": ["summary.json"],
  });
  const [work, recorded] = [kept.path, `${kept.path}/recorded`];
  assert.deepEqual(findStudy("both", { results: kept.path }), {
    folder: `${work}/both`,
    notes: [`"both" is ${work}/both and ${recorded}/both: the first is read`],
  });
  assert.deepEqual(findStudy("begun", { results: kept.path }), {
    folder: `${recorded}/begun`,
    notes: [`${work}/begun has no results yet: ${recorded}/begun is read`],
  });
});

Deno.test("findStudy() takes a folder for that folder, and no path for a name", () => {
  using kept = results({ "a/b": ["summary.json"], "recorded/c": ["summary.json"] });
  assert.deepEqual(findStudy(`${kept.path}/a/b`, { results: kept.path }), {
    folder: `${kept.path}/a/b`,
    notes: [],
  });
  for (const path of ["a/b", "./c", `${kept.path}/nothing`, "recorded/../recorded/c"]) {
    assert.throws(() => findStudy(path, { results: kept.path }), {
      name: "UsageError",
      message: `Cannot use the study "${path}": there is no such folder`,
    });
  }
  for (const name of ["nothing", "..x"]) {
    assert.throws(() => findStudy(name, { results: kept.path }), {
      message: `Cannot use the study "${name}": there is no such folder, and no study of that ` +
        `name in ${kept.path}, ${kept.path}/scratch or ${kept.path}/recorded`,
    });
  }
  const file = `${kept.path}/a/b/summary.json`;
  assert.throws(() => findStudy(file), { message: /it is a file, not a folder$/ });
});

Deno.test("findStudy() names one folder once, by whichever link", () => {
  using kept = results({ "recorded/old": ["summary.json"] });
  Deno.symlinkSync(`${kept.path}/recorded/old`, `${kept.path}/old`);
  assert.deepEqual(findStudy("old", { results: kept.path }).notes, []);
});
