import assert from "node:assert/strict";
import { sleep } from "../ground/mod.ts";
import { type StopSignal, stopSignals } from "./stop_signals.ts";

/** What came of signals at their times in milliseconds. */
async function heard(
  signals: readonly (readonly [StopSignal, number])[],
  { wait = 0 }: { readonly wait?: number } = {},
): Promise<{ readonly codes: number[]; readonly said: string[]; readonly reason: unknown }> {
  let time = 0;
  const codes: number[] = [];
  const said: string[] = [];
  const stop = stopSignals({
    reason: new Error("stopped"),
    now: () => time,
    say: (line) => said.push(line),
    end: (code) => codes.push(code),
  });
  for (const [name, at] of signals) {
    time = at;
    stop.hear(name);
  }
  await sleep(wait);
  stop.over();
  return { codes, said, reason: stop.signal.reason?.message };
}

Deno.test("stopSignals() takes signals within a second for one, which stops in order", async () => {
  for (
    const signals of [
      [["SIGINT", 0], ["SIGINT", 20], ["SIGINT", 900]],
      [["SIGINT", 0], ["SIGTERM", 20]],
      [["SIGTERM", 0], ["SIGINT", 20], ["SIGTERM", 30]],
    ] as const
  ) {
    const { codes, said, reason } = await heard(signals);
    assert.deepEqual({ codes, said, reason }, { codes: [], said: [], reason: "stopped" });
  }
});

Deno.test("stopSignals() ends at once by a later signal, with the code of its number", async () => {
  assert.deepEqual((await heard([["SIGINT", 0], ["SIGINT", 10], ["SIGINT", 1500]])).codes, [130]);
  assert.deepEqual((await heard([["SIGTERM", 0], ["SIGTERM", 1500]])).codes, [143]);
  assert.deepEqual((await heard([["SIGTERM", 0], ["SIGINT", 1500]])).codes, [130]);
});

Deno.test("stopSignals() does not take a study's SIGTERM for impatience after a Ctrl-C", async () => {
  assert.deepEqual((await heard([["SIGINT", 0], ["SIGTERM", 5000]])).codes, []);
});

Deno.test("stopSignals() says that it stops where the work goes on for a moment", async () => {
  assert.deepEqual((await heard([["SIGINT", 0], ["SIGINT", 20]], { wait: 300 })).said, [
    "stopping after what is in hand; Ctrl-C again ends it now",
  ]);
  assert.deepEqual((await heard([["SIGTERM", 0]], { wait: 300 })).said, [
    "stopping after what is in hand",
  ]);
});
