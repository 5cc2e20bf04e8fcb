import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { runCommand } from "./run_command.ts";

/** Runs a program text with this Deno. */
function run(
  program: string,
  options: Parameters<typeof runCommand>[2] = {},
): ReturnType<typeof runCommand> {
  return runCommand(Deno.execPath(), ["eval", "--no-config", program], options);
}

Deno.test("runCommand hands on each line of standard error and tells the exit code", async () => {
  const lines: string[] = [];
  const program = `const w = (t) => Deno.stderr.writeSync(new TextEncoder().encode(t));
    console.log("dropped"); w("one\\ntw"); w("o\\r\\nthr\\u00e9e\\r50 %\\rlast"); Deno.exit(3);`;
  const { code, lastLines } = await run(program, { onLine: (line) => void lines.push(line) });
  assert.equal(code, 3);
  assert.deepEqual(lines.filter(Boolean), ["one", "two", "thrée", "50 %", "last"]);
  assert.deepEqual(lastLines, lines);
});

Deno.test({
  name: "runCommand tells the signal that ended a command, and none of one that ended by itself",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    const killed = await run(`console.error("last"); Deno.kill(Deno.pid, "SIGKILL");`);
    assert.equal(killed.killedBy, 9);
    assert.deepEqual(killed.lastLines, ["last"]);
    assert.deepEqual(await run("Deno.exit(137)"), { code: 137, lastLines: [] });
  },
});

Deno.test("runCommand keeps the last twenty lines only", async () => {
  const { lastLines } = await run(`for (let i = 0; i < 100; i++) console.error(i);`);
  assert.deepEqual(lastLines, Array.from({ length: 20 }, (_, i) => String(80 + i)));
});

Deno.test("runCommand gives the command its folder and its environment", async () => {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const { lastLines } = await run(`console.error(Deno.cwd(), Deno.env.get("LAB_TEST"));`, {
    cwd,
    env: { LAB_TEST: "yes" },
  });
  assert.deepEqual(lastLines, [`${cwd} yes`]);
  await Deno.remove(cwd);
});

Deno.test("runCommand that is stopped throws the reason, not a failure of the command", async () => {
  const stop = new AbortController();
  const reason = new UsageError("stopped; start it again to go on");
  const running = run(`console.error("ready"); await new Promise((r) => setTimeout(r, 60_000));`, {
    signal: stop.signal,
    onLine: () => stop.abort(reason),
  });
  await assert.rejects(running, (error) => error === reason);
});

Deno.test("runCommand rejects for a command that is not there", async () => {
  await assert.rejects(runCommand("no-such-command-here", []), { name: "NotFound" });
});
