import assert from "node:assert/strict";
import { type StopSignal, stopSignals } from "./stop_signals.ts";

/** What came of signals at their times in milliseconds. */
function heard(
  signals: readonly (readonly [StopSignal, number])[],
): { readonly codes: number[]; readonly said: string[]; readonly reason: unknown } {
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
  return { codes, said, reason: stop.signal.reason?.message };
}

Deno.test("stopSignals() takes signals within a second for one, which stops in order", () => {
  for (
    const signals of [
      [["SIGINT", 0], ["SIGINT", 20], ["SIGINT", 900]],
      [["SIGINT", 0], ["SIGTERM", 20]],
      [["SIGTERM", 0], ["SIGINT", 20], ["SIGTERM", 30]],
    ] as const
  ) {
    const { codes, said, reason } = heard(signals);
    assert.deepEqual({ codes, reason }, { codes: [], reason: "stopped" });
    assert.equal(said.length, 1);
  }
});

Deno.test("stopSignals() ends at once by a later signal, with the code of its number", () => {
  assert.deepEqual((heard([["SIGINT", 0], ["SIGINT", 10], ["SIGINT", 1500]])).codes, [130]);
  assert.deepEqual((heard([["SIGTERM", 0], ["SIGTERM", 1500]])).codes, [143]);
  assert.deepEqual((heard([["SIGTERM", 0], ["SIGINT", 1500]])).codes, [130]);
});

Deno.test("stopSignals() does not take a study's SIGTERM for impatience after a Ctrl-C", () => {
  assert.deepEqual((heard([["SIGINT", 0], ["SIGTERM", 5000]])).codes, []);
});

Deno.test("stopSignals() says that it stops before the work is told", () => {
  assert.deepEqual(heard([["SIGINT", 0], ["SIGINT", 20]]).said, [
    "stopping after what is in hand; Ctrl-C again ends it now",
  ]);
  assert.deepEqual(heard([["SIGTERM", 0]]).said, ["stopping after what is in hand"]);
});
