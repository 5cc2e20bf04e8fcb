import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, REPOSITORY_ROOT } from "../../ground/mod.ts";
import { type LossMark, parseLossLog, readSummary, type Summary } from "../../runs/mod.ts";
import { besideNumbers } from "../results/write_results.ts";
import { instability, noteLosses, unstableTrainings } from "./unstable_training.ts";

const RECORDED = join(REPOSITORY_ROOT, "results/recorded");

/** A log of so many steps with losses of 1, and of `peak` from step 11 to step 20. */
function marks(steps: number, peak: number): LossMark[] {
  return Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    loss: i >= 10 && i < 20 ? peak : 1,
    gradient_norm: i === 12 ? 465.2 : 3,
    ...(i === 0 ? { divergence: 0 } : {}),
  }));
}

function linesOf(list: readonly LossMark[]): string {
  return list.map((mark) => `${JSON.stringify(mark)}\n`).join("");
}

/** A folder with loss logs of trainings, by name; taken away with the test. */
function withLogs(logs: Readonly<Record<string, string>>, test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(logs)) {
      mkdirSync(`${folder}/training/${name}`, { recursive: true });
      Deno.writeTextFileSync(`${folder}/training/${name}/loss.jsonl`, text);
    }
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("instability() finds a mean cross entropy of ten steps above twice that of the first ten, and no other", () => {
  assert.deepEqual(instability(marks(60, 5)), { step: 20, times: 5, gradientNorm: 465.2 });
  assert.equal(instability(marks(60, 2)), undefined);
  assert.equal(instability(marks(60, 2.01))?.step, 20);
  const falling = Array.from({ length: 60 }, (_, i) => ({ step: i + 1, loss: 3 / (i + 1) }));
  assert.equal(instability(falling), undefined);
});

Deno.test("instability() takes no single step for it, and says nothing of fewer than 20", () => {
  const single = marks(60, 1).map((mark) => mark.step === 30 ? { ...mark, loss: 10.9 } : mark);
  assert.equal(instability(single), undefined);
  const short = marks(20, 5);
  assert.equal(instability(short)?.times, 5);
  assert.equal(instability(short.slice(0, 19)), undefined);
  assert.equal(instability([]), undefined);
});

Deno.test("instability() leaves out the norm of a log that has none", () => {
  const bare = marks(60, 5).map(({ step, loss }) => ({ step, loss }));
  assert.deepEqual(instability(bare), { step: 20, times: 5 });
});

Deno.test("instability() takes the penalty off the loss, and says nothing where the log has both in one", () => {
  // its divergence rises from 0 to 0.5 nats, as that of any training with a penalty may
  const penalised = Array.from({ length: 60 }, (_, i) => ({
    step: i + 1,
    loss: i % 2 ? 1 : 1 + 10 * (i / 120),
    ...(i % 2 ? {} : { divergence: i / 120 }),
  }));
  assert.equal(instability(penalised, 10), undefined);
  const both = penalised.map(({ step, loss }) => ({ step, loss }));
  assert.equal(instability(both, 10), undefined);
  assert.ok(instability(both)!.times > 2);
  const wild = penalised.map((mark) => mark.step > 20 ? { ...mark, loss: mark.loss + 4 } : mark);
  const { step, times } = instability(wild, 10)!;
  assert.ok(step >= 30 && Math.abs(times - 5) < 1e-9);
  // a step of anchors alone has no cross entropy
  const alone = wild.flatMap((mark) => [mark, { step: mark.step, loss: 3, divergence: 0.3 }]);
  assert.ok(Math.abs(instability(alone, 10)!.times - 5) < 1e-9);
});

Deno.test("instability() finds no recorded training without a penalty unstable, as its comment says", () => {
  const logs = readdirSync(RECORDED).flatMap((study) => {
    const root = join(RECORDED, study, "training");
    if (!existsSync(root)) return [];
    return readdirSync(root).filter((name) => !name.startsWith("kl_"))
      .map((name) => join(root, name, "loss.jsonl")).filter(existsSync);
  });
  assert.ok(logs.length >= 55, `${logs.length}`);
  for (const log of logs) {
    assert.equal(instability(parseLossLog(readTextFile(log), log)), undefined, log);
  }
});

/** The recorded study with a penalty and five seeds; some of its adapters from elsewhere. */
function study(elsewhere: readonly string[] = []): Summary {
  const summary = readSummary(join(RECORDED, "qwen_coder_1_5b_kl/summary.json"));
  const adapterSettings = Object.fromEntries(
    Object.entries(summary.provenance.adapterSettings).map(([name, settings]) => [
      name,
      elsewhere.includes(name) ? { ...settings, trained: "elsewhere" as const } : settings,
    ]),
  );
  return { ...summary, provenance: { ...summary.provenance, adapterSettings } };
}

Deno.test("unstableTrainings() has each unstable seed of a recipe, and whether it has a penalty", () => {
  const [calm, wild] = [1, 5].map((peak) => linesOf(marks(40, peak)));
  const logs = {
    "all_linear_1e-3": calm!,
    "all_linear_1e-3#44": wild!,
    "kl_10_1e-3": wild!,
    "kl_10_1e-3#43": calm!,
    "kl_10_1e-3#45": wild!,
    "kl_10_1e-3#46": linesOf(marks(19, 5)),
    "of no recipe": wild!,
  };
  withLogs(logs, (folder) => {
    const found = unstableTrainings(study(), folder);
    assert.deepEqual(
      found.map(({ recipe, seed, seeds, isPenalised }) => [recipe, seed, seeds, isPenalised]),
      [
        ["all_linear_1e-3", 44, 5, false],
        ["kl_10_1e-3", 42, 5, true],
        ["kl_10_1e-3", 45, 5, true],
      ],
    );
    assert.deepEqual(besideNumbers(study(), folder), { limits: [], unstable: found });
  });
});

Deno.test("unstableTrainings() says nothing of an adapter from elsewhere, or without a loss log", () => {
  withLogs({ "kl_10_1e-3": linesOf(marks(40, 5)) }, (folder) => {
    assert.equal(unstableTrainings(study(), folder).length, 1);
    assert.deepEqual(unstableTrainings(study(["kl_10_1e-3"]), folder), []);
    assert.deepEqual(unstableTrainings(study(), `${folder}/none`), []);
  });
});

Deno.test("unstableTrainings() refuses a damaged log by its line", () => {
  withLogs({ "kl_10_1e-3": `${linesOf(marks(2, 5))}{"step": 3, "lo` }, (folder) => {
    assert.throws(() => unstableTrainings(study(), folder), {
      name: "UsageError",
      message: /training\/kl_10_1e-3\/loss\.jsonl, line 3/,
    });
  });
});

Deno.test("noteLosses() says where a training was unstable, how far, and what to do", () => {
  const [recipe] = study().config.training.recipes.filter(({ klWeight }) => klWeight === undefined);
  const said = (log: string, klWeight?: number): string[] => {
    const notes: string[] = [];
    withLogs({ a: log }, (folder) => {
      const training = {
        recipe: { ...recipe!, name: "a#43", ...(klWeight === undefined ? {} : { klWeight }) },
        source: "a",
        seed: 43,
      };
      const dir = `${folder}/training/a`;
      noteLosses(training, dir, { note: (text) => void notes.push(text) });
      noteLosses(training, `${folder}/none`, { note: () => assert.fail("there is no log") });
    });
    return notes;
  };
  const held =
    "a#43: the divergence at the anchors was 0.0000 nats a token in the last 1 step that has any";
  const anchored = marks(40, 1).map((mark) => ({ ...mark, divergence: mark.step / 1000 }));
  assert.deepEqual(said(linesOf(anchored), 10), [
    "a#43: the divergence at the anchors was 0.0355 nats a token in the last 10 steps that have any",
  ]);
  const wild = linesOf(marks(40, 5));
  const risen =
    "a#43: unstable: the mean cross entropy of the ten steps up to step 20 was 5.0 times that of " +
    "the first ten, and the largest gradient norm was 465; lower its learning rate";
  assert.deepEqual(said(wild), [`${risen}, and train again`, held]);
  assert.deepEqual(said(wild, 10), [`${risen} or \`klWeight\`, and train again`, held]);
  assert.deepEqual(said(linesOf(marks(40, 1))), [held]);
  const bare = marks(40, 1).map(({ step, loss }) => ({ step, loss }));
  assert.deepEqual(said(linesOf(bare)), []);
});
