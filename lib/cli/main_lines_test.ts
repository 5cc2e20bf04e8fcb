import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";
import { checkPlace, COMMANDS } from "./main.ts";

const EXITS = /^Exit codes: 0 done, 1 a fault, 2 wrong input, data or environment \(.*\)\.$/;

Deno.test("--help's last line says what the exit codes mean, of all commands and of each", async () => {
  const all = await runMain(["--help"]);
  assert.match(all.printed.trimEnd().split("\n").at(-1)!, EXITS);
  for (const { name } of COMMANDS) {
    const { printed } = await runMain([name, "--help"]);
    assert.match(printed.trimEnd().split("\n").at(-1)!, EXITS, name);
  }
});

Deno.test("checkPlace refuses a repository whose path has a comma, in one line", () => {
  checkPlace();
  checkPlace("/home/ann/lab");
  for (const root of ["/home/ann/a,b/lab", "/home/ann/lab,", "C:\\a,b"]) {
    assert.throws(() => checkPlace(root), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(error.message, /its path has a comma: move or rename the folder$/);
      assert.ok(error.message.includes(root));
      return true;
    });
  }
});

Deno.test("no line has the user name, password or key of a server's address", async () => {
  const urls = [
    "http://alice:secret@127.0.0.1:9/v1",
    "http://127.0.0.1:9/v1?api_key=secret",
    "http://alice:sec/ret@127.0.0.1:9/v1",
  ];
  for (const url of urls) {
    using study = await writeMiniStudy({ config: { engine: { kind: "server", url } } });
    const args = ["baseline", "--config", study.configPath, "--out", study.out];
    const { code, notes, printed } = await runMain(args);
    assert.equal(code, 2, notes.join("\n"));
    assert.doesNotMatch(notes.join("\n") + printed, /alice|secret|sec\/ret/);
    assert.doesNotMatch(await Deno.readTextFile(`${study.out}/run.json`), /alice|secret|sec\/ret/);
  }
});

Deno.test("no line of fetch has the password or the key of an address", async () => {
  const folder = await Deno.makeTempDir();
  const args = [
    "fetch",
    "--data-root",
    folder,
    "--mmlu",
    "https://ann:secret@127.0.0.1:9/a?token=abc",
  ];
  const { notes, printed } = await runMain([...args, "--help"]);
  assert.doesNotMatch(notes.join("\n") + printed, /secret/);
  await Deno.writeTextFile(`${folder}/mmlu`, "a file in the folder's place");
  await assertRefused(args, /mmlu: a part of the path is a file, not a folder/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an error of the machine that nobody explained is one line and exit 2", async () => {
  const failing = (error: Error): Promise<Awaited<ReturnType<typeof runMain>>> => {
    const doctor = COMMANDS.find(({ name }) => name === "doctor")!;
    const { load } = doctor;
    Object.assign(doctor, { load: () => Promise.resolve(() => Promise.reject(error)) });
    return runMain(["doctor"]).finally(() => Object.assign(doctor, { load }));
  };
  const full = Object.assign(new Error("No space left on device (os error 28): write '/a/b'"), {
    code: "ENOSPC",
  });
  const { code, notes } = await failing(full);
  assert.equal(code, 2);
  assert.match(notes.at(-1)!, /^error: the disk is full: .* \(No space left .* '\/a\/b'\)$/);
  const many = await failing(Object.assign(new Error("Too many open files"), { code: "EMFILE" }));
  assert.equal(many.code, 2);
  assert.match(
    many.notes.at(-1)!,
    /^error: too many files are open: raise the limit \(ulimit -n\)/,
  );
  // closing what was open went wrong too: what went wrong first is the one to be told
  const first = new UsageError("Cannot write /a/b: it is gone");
  const closing = new SuppressedError(new Error("c"), new SuppressedError(new Error("b"), first));
  const both = await failing(closing);
  assert.equal(both.code, 2);
  assert.deepEqual(both.notes, ["error: Cannot write /a/b: it is gone"]);
  const fault = await failing(new TypeError("a fault"));
  assert.equal(fault.code, 1);
});
