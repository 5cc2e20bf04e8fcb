import assert from "node:assert/strict";
import { REPOSITORY_ROOT, sleep } from "../ground/mod.ts";
import { writeMiniStudy } from "../study/testing/mini_study.ts";

/** Clock ticks that a busy executor has used for sure: it takes fewer to start. */
const BUSY_TICKS = 100;

/** Time that each process whose command line names a text has had, in clock ticks, by its id. */
function ticksOf(text: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(text)) continue;
      const fields = Deno.readTextFileSync(`/proc/${name}/stat`).split(") ").at(-1)!.split(" ");
      found.set(Number(name), Number(fields[11]));
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}

/** Begins a study whose statement never ends, sends it signals, and says how it ended. */
async function stoppedBy(
  ...signals: readonly Deno.Signal[]
): Promise<{ readonly code: number; readonly said: string; readonly left: readonly number[] }> {
  const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) " +
    "SELECT count(*) FROM c";
  using study = await writeMiniStudy({
    spider: { "dev.json": [{ db_id: "farm", question: "How many?", query: endless }] },
  });
  const { configPath, out, root } = study;
  const lab = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "lib/cli/main.ts", "baseline"]
      .concat("--config", configPath, "--out", out),
    cwd: REPOSITORY_ROOT,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let isRunning = true;
  const output = lab.output().finally(() => isRunning = false);
  const judging = (): Map<number, number> => ticksOf(`${root}/data/spider/database`);
  const isBusy = (): boolean => [...judging().values()].some((ticks) => ticks > BUSY_TICKS);
  while (isRunning && !isBusy()) await sleep(50);
  assert(isRunning, "it has ended by itself");
  for (const signal of signals) {
    lab.kill(signal);
    await sleep(20);
  }
  const { code, stderr } = await output;
  for (let tries = 0; judging().size > 0 && tries < 20; tries++) await sleep(50);
  const left = [...judging().keys()];
  for (const id of left) Deno.kill(id, "SIGKILL");
  return { code, said: new TextDecoder().decode(stderr), left };
}

for (const signals of [["SIGTERM"], ["SIGINT", "SIGINT"]] as const) {
  Deno.test({
    name: `the command line ends what it has started, in order, by ${signals.join(" and ")}`,
    ignore: Deno.build.os !== "linux",
    async fn(): Promise<void> {
      const { code, said, left } = await stoppedBy(...signals);
      assert.deepEqual(left, []);
      assert.equal(code, 2);
      assert.match(
        said,
        /stopping after what is in hand.*\n.*error: stopped; start it again to go on\n$/s,
      );
    },
  });
}
