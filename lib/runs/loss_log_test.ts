import assert from "node:assert/strict";
import { parseLossLog } from "./loss_log.ts";

const LOG = 'the loss log of "qv"';

function refused(text: string): string {
  try {
    parseLossLog(text, LOG);
  } catch (error) {
    assert.equal((error as Error).name, "UsageError");
    return (error as Error).message;
  }
  throw new Error("it was taken");
}

Deno.test("parseLossLog() reads one mark a line, skips blank lines, and lets a trainer log more", () => {
  const text =
    '{"step":1,"loss":2.5,"grad_norm":1}\n\n{"step":2,"loss":2,"gradient_norm":0.5,"held_out_loss":3}\n';
  const marks = parseLossLog(text, LOG);
  assert.deepEqual(marks.map(({ step, loss, held_out_loss }) => [step, loss, held_out_loss]), [
    [1, 2.5, undefined],
    [2, 2, 3],
  ]);
  assert.deepEqual(marks.map(({ gradient_norm }) => gradient_norm), [undefined, 0.5]);
});

Deno.test("parseLossLog() refuses by name a loss of 0, which is NaN as trainers log it, and what no loss is", () => {
  assert.equal(
    refused('{"step":1,"loss":2}\n{"step":7,"loss":0.0}'),
    'Cannot use the loss log of "qv", line 2: "loss" must be a finite number > 0 (a loss that is ' +
      "not a number is logged as 0): current value is 0",
  );
  for (const loss of ["-1", "1e999", "-1e999", '"nan"', "null"]) {
    assert.match(refused(`{"step":1,"loss":${loss}}`), /line 1: "loss" must be a finite number/);
  }
  assert.match(refused('{"step":1}'), /line 1: "loss" must be .*: it is missing$/);
  assert.match(refused('{"step":1.5,"loss":1}'), /"step" must be an integer >= 0/);
  assert.match(refused('{"step":1,"loss":1,"gradient_norm":-1}'), /"gradient_norm" must be/);
  assert.match(refused("[null]"), /line 1: the whole must be an object/);
});

Deno.test("parseLossLog() takes a loss of 0 where the divergence is 0: a step of anchors alone", () => {
  const [mark] = parseLossLog('{"step":1,"loss":0.0,"divergence":0.0}', LOG);
  assert.equal(mark?.loss, 0);
  assert.match(refused('{"step":1,"loss":0,"divergence":0.1}'), /line 1: "loss" must be a finite/);
});

Deno.test("parseLossLog() names the line that is cut", () => {
  assert.match(refused('{"step":1,"loss":2.5}\n{"step":2,"lo'), /line 2: it is not valid JSON/);
});
