import assert from "node:assert/strict";
import { checksumText, readChecksums, sha256Of } from "./checksums.ts";

Deno.test("readChecksums() reads what checksumText() writes, and sha256sum checks it", async () => {
  const folder = Deno.makeTempDirSync();
  const files = { "b b.txt": "two\n", "a.txt": "", "é/c.bin": "3" };
  Deno.mkdirSync(`${folder}/é`);
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
  }
  const sums = new Map(Object.entries(files).map(([name, text]) => [name, sha256Of(text)]));
  Deno.writeTextFileSync(`${folder}/list.sha256`, checksumText(sums));
  const read = readChecksums(`${folder}/list.sha256`)!;
  assert.deepEqual([...read.keys()], ["a.txt", "b b.txt", "é/c.bin"]);
  assert.deepEqual(new Map([...read].sort()), new Map([...sums].sort()));
  const command = new Deno.Command("sha256sum", { args: ["-c", "list.sha256"], cwd: folder });
  const checked = await command.output();
  assert.equal(checked.code, 0, new TextDecoder().decode(checked.stderr));
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("readChecksums() refuses a line that is no checksum, and knows of no list", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/list.sha256`;
  assert.equal(readChecksums(path), undefined);
  for (const line of ["not a checksum", `${"a".repeat(63)}  f`, `${"a".repeat(64)}  `, ""]) {
    Deno.writeTextFileSync(path, `${"0".repeat(64)}  good.txt\n${line}\n`);
    assert.throws(() => readChecksums(path), {
      name: "UsageError",
      message: `Cannot use ${path}: line 2 is no SHA-256 and a file's name`,
    });
  }
  Deno.removeSync(folder, { recursive: true });
});
