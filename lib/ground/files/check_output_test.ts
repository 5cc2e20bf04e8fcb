import assert from "node:assert/strict";
import { inFolder } from "../testing/in_folder.ts";
import { checkOutputFile, checkOutputFolder, checkOutputIsNoInput } from "./check_output.ts";

const unprivileged = Deno.build.os !== "windows" && Deno.uid() !== 0;

function refused(check: () => void, message: RegExp): void {
  assert.throws(check, (error: Error) => {
    assert.equal(error.name, "UsageError");
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

Deno.test("checkOutputFile takes a file, there or not, below folders that are not there yet", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/there.jsonl`, "kept");
    checkOutputFile(`${folder}/there.jsonl`);
    checkOutputFile(`${folder}/new.jsonl`);
    checkOutputFile(`${folder}/some/new/folders/new.jsonl`);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["there.jsonl"]);
    assert.equal(Deno.readTextFileSync(`${folder}/there.jsonl`), "kept");
  }));

Deno.test("checkOutputFile refuses a folder, the name of one, and a path through a file", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/results`);
    Deno.writeTextFileSync(`${folder}/file`, "");
    refused(
      () => checkOutputFile(`${folder}/results`),
      /results: it is a folder: give the name of/,
    );
    refused(() => checkOutputFile(`${folder}/results/`), /results\/: it names a folder/);
    refused(() => checkOutputFile(`${folder}/none/`), /none\/: it names a folder/);
    refused(() => checkOutputFile(`${folder}/file/a.jsonl`), /a part of the path is a file/);
    refused(() => checkOutputFile(`${folder}/file/b/c/a.jsonl`), /a part of the path is a file/);
  }));

Deno.test({
  name: "checkOutputFile refuses a device, which a result would replace",
  ignore: Deno.build.os === "windows",
  fn: () => refused(() => checkOutputFile("/dev/null"), /\/dev\/null: it is a device, not a file/),
});

Deno.test("checkOutputFolder takes a folder, there or not, and refuses a file", () =>
  inFolder((folder) => {
    checkOutputFolder(folder);
    checkOutputFolder(`${folder}/new/one/`);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    Deno.writeTextFileSync(`${folder}/file`, "");
    refused(() => checkOutputFolder(`${folder}/file`), /a part of the path is a file/);
    refused(() => checkOutputFolder(`${folder}/file/below`), /a part of the path is a file/);
  }));

Deno.test({
  name: "checkOutputFile and checkOutputFolder refuse a folder that may not be written to" +
    (unprivileged ? "" : " [skipped: root may write anywhere]"),
  ignore: !unprivileged,
  fn: () =>
    inFolder((folder) => {
      Deno.mkdirSync(`${folder}/closed`, { mode: 0o555 });
      refused(() => checkOutputFile(`${folder}/closed/a.jsonl`), /permission denied/);
      refused(() => checkOutputFolder(`${folder}/closed/new`), /permission denied/);
    }),
});

Deno.test({
  name: "checkOutputFolder refuses a file system that takes no files",
  ignore: Deno.build.os !== "linux",
  fn: () => refused(() => checkOutputFolder("/proc/lab"), /^Cannot write \/proc\/lab: /),
});

Deno.test("checkOutputIsNoInput refuses what is read, whatever name or link leads there", () => {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${dir}/gold.json`, "[]");
    Deno.mkdirSync(`${dir}/databases/shop`, { recursive: true });
    Deno.symlinkSync(`${dir}/gold.json`, `${dir}/link.json`);
    const inputs = [`${dir}/gold.json`, `${dir}/databases`, `${dir}/absent`];
    for (
      const out of ["gold.json", "./x/../gold.json", "link.json", "databases/shop/shop.sqlite"]
    ) {
      assert.throws(() => checkOutputIsNoInput(`${dir}/${out}`, inputs), {
        name: "UsageError",
        message: /which is read: give another place/,
      });
    }
    for (const out of ["out.jsonl", "databases.jsonl", "gold.json.out", "new/out.jsonl"]) {
      checkOutputIsNoInput(`${dir}/${out}`, inputs);
    }
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("checkOutputFile says that a link leads to itself", () => {
  const dir = Deno.makeTempDirSync();
  try {
    Deno.symlinkSync("loop", `${dir}/loop`);
    assert.throws(() => checkOutputFile(`${dir}/loop`), {
      name: "UsageError",
      message: /a symbolic link leads to itself/,
    });
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
