import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { openStore, SAMPLES } from "../runs/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

function baseline({ configPath, out }: MiniStudy, ...more: string[]): string[] {
  return ["baseline", "--config", configPath, "--out", out, ...more];
}

Deno.test("main refuses the results folder of another study and says what differs", async () => {
  using study = await writeMiniStudy();
  assert.equal((await runMain(baseline(study))).code, 0);
  await assertRefused(
    baseline(study, "--seed", "7"),
    /it holds a run that differs in "seed" \(42 there, 7 now\): give another folder/,
  );
});

Deno.test("main refuses a results folder whose data has changed since", async () => {
  using study = await writeMiniStudy();
  assert.equal((await runMain(baseline(study))).code, 0);
  await Deno.writeTextFile(`${study.root}/data/mmlu/test/sociology_test.csv`, "New?,a,b,c,d,C\n");
  await assertRefused(baseline(study), /differs in input "mmlu\/test\/sociology_test.csv"/);
});

Deno.test("main refuses a store that another process is writing, and names the process", async () => {
  using study = await writeMiniStudy();
  const path = `${study.out}/samples/sql.jsonl`;
  const program = `import { openStore, SAMPLES } from "${import.meta.resolve("../runs/mod.ts")}";
    using store = openStore(Deno.args[0], { schema: SAMPLES.sql });
    console.log("locked"); await new Promise(() => setInterval(() => {}, 1e6));`;
  await Deno.writeTextFile(`${study.root}/holder.ts`, program);
  const config = `${REPOSITORY_ROOT}/deno.json`; // has the libraries' names
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, `${study.root}/holder.ts`, path],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const reader = holder.stdout.getReader();
    await reader.read();
    await assertRefused(baseline(study), new RegExp(`process ${holder.pid} is writing it: wait`));
    reader.releaseLock();
  } finally {
    holder.kill("SIGKILL");
    await holder.stdout.cancel();
    await holder.status;
  }
  // the lock ends with its holder: nothing stale stands in the way
  assert.equal((await runMain(baseline(study))).code, 0);
});

Deno.test("main leaves out a damaged line of a store, names it, and asks its question again", async () => {
  using study = await writeMiniStudy();
  const first = await runMain(baseline(study));
  assert.equal(first.code, 0);
  const path = `${study.out}/samples/sql.jsonl`;
  const lines = (await Deno.readTextFile(path)).split("\n");
  assert.equal(lines.length, 4);
  const wrong = lines[1]!.replace('"tokens":[', '"tokens":[-1,');
  const damages = [["{ broken", /line 2 \(it is not valid JSON/], [wrong, /line 2 \(/]] as const;
  for (const [damaged, message] of damages) {
    await Deno.writeTextFile(path, [lines[0], damaged, ...lines.slice(2)].join("\n"));
    const { code, notes, printed } = await runMain(baseline(study));
    assert.equal(code, 0);
    assert.equal(printed, first.printed);
    assert.match(notes[0]!, message);
    assert.ok(notes.includes("base: reused 2 of 3 stored answers"), notes.join("\n"));
    const left = (await Deno.readTextFile(path)).split("\n");
    assert.deepEqual(left.toSorted(), lines.toSorted());
  }
});

Deno.test("main refuses an --out that cannot be written", async () => {
  using study = await writeMiniStudy();
  await Deno.writeTextFile(study.out, "a file, not a folder");
  await assertRefused(
    baseline(study),
    /Cannot (write|read) .*(a part of the path is a file|folder)/,
  );
  await assertRefused(
    ["mmlu", "--config", study.configPath, "--out", `${study.out}/below.jsonl`],
    /a part of the path is a file, not a folder/,
  );
});

const noFull = Deno.build.os === "linux" ? "" : " [skipped: no /dev/full]";

Deno.test({
  name: `main reports a full disk in one line, and the store is whole afterwards${noFull}`,
  ignore: noFull !== "",
  async fn(): Promise<void> {
    using study = await writeMiniStudy();
    const out = `${study.root}/answers.jsonl`;
    await Deno.symlink("/dev/full", `${out}.samples`);
    const args = ["mmlu", "--config", study.configPath, "--out", out];
    await assertRefused(args, /answers.jsonl.samples: the disk is full: free some space/);
    await Deno.remove(`${out}.samples`);
    assert.equal((await runMain(args)).code, 0);
    using store = openStore(`${out}.samples`, { schema: SAMPLES.mmlu });
    assert.equal(store.size, 3);
  },
});
