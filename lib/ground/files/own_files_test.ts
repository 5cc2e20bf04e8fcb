import assert from "node:assert/strict";
import { checkOwnFiles, writeOwnFiles } from "./own_files.ts";

const LIST = "mine.sha256";

function folder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("writeOwnFiles() writes into a new folder and into its own, with a list that sha256sum checks", async () => {
  using root = folder();
  const path = `${root.path}/a/b`;
  checkOwnFiles(path, LIST);
  writeOwnFiles(path, LIST, { "t.csv": "1\n", "sub/s.json": "{}" });
  writeOwnFiles(path, LIST, { "t.csv": new Uint8Array([50, 10]), "u.csv": "3\n" });
  assert.equal(Deno.readTextFileSync(`${path}/t.csv`), "2\n");
  // what an earlier call wrote stays
  assert.equal(Deno.readTextFileSync(`${path}/sub/s.json`), "{}");
  const { code } = await new Deno.Command("sha256sum", { args: ["-c", LIST], cwd: path }).output();
  assert.equal(code, 0);
  assert.equal(Deno.readTextFileSync(`${path}/${LIST}`).trim().split("\n").length, 3);
});

Deno.test("writeOwnFiles() neither writes over a file of another's nor beside it", () => {
  for (const theirs of ["t.csv", "notes.md", "sub/deep/x", "other.sha256"]) {
    using root = folder();
    const path = root.path;
    Deno.mkdirSync(`${path}/sub/deep`, { recursive: true });
    Deno.writeTextFileSync(`${path}/${theirs}`, "theirs");
    const line = {
      name: "UsageError",
      message: `Cannot write to ${path}: it has files of something else (${theirs}): give ` +
        "another folder with --out",
    };
    assert.throws(() => checkOwnFiles(path, LIST), line);
    assert.throws(() => writeOwnFiles(path, LIST, { "t.csv": "1\n" }), line);
    assert.equal(Deno.readTextFileSync(`${path}/${theirs}`), "theirs");
    assert.equal([...Deno.readDirSync(path)].some(({ name }) => name === LIST), false);
  }
});

Deno.test("writeOwnFiles() does not write over its own file that was changed since", () => {
  using root = folder();
  const path = root.path;
  writeOwnFiles(path, LIST, { "t.csv": "1\n" });
  Deno.writeTextFileSync(`${path}/t.csv`, "edited by hand\n");
  assert.throws(() => writeOwnFiles(path, LIST, { "t.csv": "1\n" }), {
    message: `Cannot write to ${path}: t.csv in it was changed since it was written: give ` +
      "another folder with --out, or delete it",
  });
  assert.equal(Deno.readTextFileSync(`${path}/t.csv`), "edited by hand\n");
});

Deno.test("checkOwnFiles() names three files of a large folder, and follows no link", () => {
  using root = folder();
  using outside = folder();
  for (let i = 0; i < 9; i++) Deno.writeTextFileSync(`${root.path}/${i}`, "");
  assert.throws(() => checkOwnFiles(root.path, LIST), /something else \(0, 1, 2, \.\.\.\)/);
  Deno.writeTextFileSync(`${outside.path}/x`, "");
  using linked = folder();
  Deno.symlinkSync(outside.path, `${linked.path}/link`);
  assert.throws(() => checkOwnFiles(linked.path, LIST), /something else \(link\)/);
});

Deno.test("writeOwnFiles() goes on where it was killed", () => {
  using root = folder();
  const path = root.path;
  const files = { "t.csv": "1\n", "u.csv": "2\n" };
  writeOwnFiles(path, LIST, files);
  // after the list, before the second file
  Deno.removeSync(`${path}/u.csv`);
  writeOwnFiles(path, LIST, files);
  assert.equal(Deno.readTextFileSync(`${path}/u.csv`), "2\n");
});
