import assert from "node:assert/strict";
import { loadAdapter } from "../engine/checkpoint/adapter.ts";
import { openCheckpoint } from "../engine/checkpoint/checkpoint.ts";
import { UsageError } from "../ground/mod.ts";

import {
  checkRunFolder,
  claimRun,
  type Keyed,
  readSummary,
  SAMPLES,
  type SampleStore,
} from "../runs/mod.ts";
import { SILENT } from "../ground/mod.ts";
import { pcg32 } from "../stats/mod.ts";
import { copyStudy, refusal, runMini, writeRunStudy } from "./testing/mini_run.ts";
import { assertNear } from "./testing/near.ts";
import { openInputs } from "./inputs/inputs.ts";
import { fittingSqlSample, openAnswers } from "./answers/open_answers.ts";
import { adapterOrigin, sealAdapter } from "./training/recipe_adapter.ts";

const FLIPS = 20;

/** Copies of a file with one bit flipped each, at places that a seed draws. */
function* flips(bytes: Uint8Array, seed: number): Generator<Uint8Array> {
  const random = pcg32(seed);
  for (let i = 0; i < FLIPS; i++) {
    const flipped = bytes.slice();
    flipped[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
    yield flipped;
  }
}

/** Runs a test on every flipped copy in the file's place, and puts the file back. */
async function withFlips(
  path: string,
  seed: number,
  test: (flip: number) => void | Promise<void>,
): Promise<void> {
  const bytes = Deno.readFileSync(path);
  let flip = 0;
  for (const flipped of flips(bytes, seed)) {
    Deno.writeFileSync(path, flipped);
    await test(flip++);
  }
  Deno.writeFileSync(path, bytes);
}

/** What a function gives, or the one line that it refuses with. */
function resultOf<T>(read: () => T): { readonly value: T } | { readonly line: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    assert.ok(!error.message.includes("\n"), error.message);
    return { line: error.message };
  }
}

/** A store's records are those of before, or are dropped with a note. */
function assertKeptOrDropped<T extends Keyed>(
  before: ReadonlyMap<string, T>,
  open: (note: (line: string) => void) => SampleStore<T>,
): void {
  const notes: string[] = [];
  const opened = resultOf(() => open((line) => notes.push(line)));
  if ("line" in opened) return;
  using store = opened.value;
  for (const record of store.values()) assert.deepEqual(record, before.get(record.key));
  if (store.size === before.size) return;
  assert.ok(notes.length === 1 || store.droppedBytes > 0, "records are gone and nothing is said");
  for (const note of notes) assert.match(note, /not used and asked again: [^\n]*$/);
}

Deno.test("a flipped bit of a store of answers is noticed, or changes no answer", async (t) => {
  using study = await writeRunStudy();
  const inputs = await openInputs(study.config, study.model);
  const stores = {
    sql: (path: string, note: (line: string) => void) =>
      openAnswers(path, fittingSqlSample(inputs), { ...SILENT, note }),
    mmlu: (path: string, note: (line: string) => void) =>
      openAnswers(path, SAMPLES.mmlu, { ...SILENT, note }),
  };
  for (const [kind, open] of Object.entries(stores)) {
    await t.step(kind, async () => {
      const path = `${study.out}/samples/${kind}.jsonl`;
      const before = new Map<string, Keyed>();
      {
        using store = open(path, () => {});
        for (const record of store.values()) before.set(record.key, record);
      }
      await withFlips(
        path,
        1,
        () => assertKeptOrDropped<Keyed>(before, (note) => open(path, note)),
      );
    });
  }
  await t.step("a study with all flips at once ends with the same numbers", async () => {
    for (const kind of Object.keys(stores)) {
      const path = `${study.out}/samples/${kind}.jsonl`;
      const bytes = Deno.readFileSync(path);
      for (const flipped of flips(bytes, 2)) {
        flipped.forEach((byte, i) => {
          const before = bytes[i]!;
          if (byte !== before) bytes[i] = byte;
        });
      }
      Deno.writeFileSync(path, bytes);
    }
    const again = await runMini(study.config, study.out);
    assertNear(again.outcome, study.first.outcome);
  });
});

Deno.test("a flipped bit of an adapter is refused, makes another adapter of it, or changes nothing", async (t) => {
  using study = await writeRunStudy();
  const checkpoint = await openCheckpoint(study.model);
  const right = await loadAdapter(study.adapter, checkpoint);
  for (const file of ["adapter_model.safetensors", "adapter_config.json"]) {
    await t.step(file, async () => {
      await withFlips(`${study.adapter}/${file}`, 3, async () => {
        let now: typeof right | undefined;
        const line = await refusal(
          loadAdapter(study.adapter, checkpoint).then((adapter) => now = adapter),
        );
        if (line !== undefined) return assert.ok(!line.includes("\n"), line);
        if (now!.hash === right.hash) assert.deepEqual(now!.factors, right.factors);
      });
    });
  }
});

Deno.test("a flipped bit of the weights that were trained here makes them weights from elsewhere", async () => {
  using study = await writeRunStudy();
  const config = JSON.parse(Deno.readTextFileSync(`${study.adapter}/adapter_config.json`));
  const run = {
    rank: config.r,
    alpha: config.lora_alpha,
    dropout: 0,
    target_modules: "q_proj",
    learning_rate: 1e-3,
    data_sha256: "0".repeat(64),
  };
  Deno.writeTextFileSync(`${study.adapter}/config.json`, JSON.stringify(run));
  Deno.writeTextFileSync(`${study.adapter}/loss.jsonl`, "");
  sealAdapter(study.adapter);
  assert.equal(adapterOrigin(study.adapter), "here");
  await withFlips(
    `${study.adapter}/adapter_model.safetensors`,
    4,
    () => assert.equal(adapterOrigin(study.adapter), "elsewhere"),
  );
});

Deno.test("a study whose adapter changed since its results says so, and asks it alone anew", async (t) => {
  using study = await writeRunStudy();
  const changes = {
    "adapter_model.safetensors": (bytes: Uint8Array) => void (bytes[bytes.length - 2]! ^= 0x40),
    "adapter_config.json": (bytes: Uint8Array) => {
      const at = new TextDecoder().decode(bytes).indexOf('"lora_alpha":4') + 13;
      bytes[at]! ^= 1; // 4 becomes 5
    },
  };
  for (const [file, change] of Object.entries(changes)) {
    await t.step(file, async () => {
      using copy = copyStudy(study);
      const path = `${copy.adapter}/${file}`;
      const bytes = Deno.readFileSync(path);
      change(bytes);
      Deno.writeFileSync(path, bytes);
      const { notes, summary } = await runMini(copy.config, copy.out);
      const said = `qv: its ${file} is not the one of the results in ${copy.out}: asked anew`;
      assert.ok(notes.includes(said), notes.join("\n"));
      assert.ok(!notes.some((note) => note.startsWith("qv: reused")));
      assert.deepEqual(summary.variants[0], study.first.summary.variants[0]);
      assert.notDeepEqual(summary.provenance.adapters, study.first.summary.provenance.adapters);
    });
  }
});

Deno.test("a flipped bit of summary.json is refused when it is read, or changes nothing", async () => {
  using study = await writeRunStudy();
  const path = `${study.out}/summary.json`;
  const before = readSummary(path);
  let refused = 0;
  await withFlips(path, 5, () => {
    const read = resultOf(() => readSummary(path));
    if ("value" in read) assert.deepEqual(read.value, before);
    else refused++;
  });
  assert.ok(refused > FLIPS / 3, `${refused} of ${FLIPS} were noticed`);
});

Deno.test("a changed digit of summary.json is refused, or is beyond what a number can hold", async () => {
  using study = await writeRunStudy();
  const path = `${study.out}/summary.json`;
  const text = Deno.readTextFileSync(path);
  const before = readSummary(path);
  const digits = [...text.matchAll(/[0-9]/g)].map(({ index }) => index);
  for (let i = 0; i < digits.length; i += Math.ceil(digits.length / 100)) {
    const at = digits[i]!;
    const other = (Number(text[at]) + 1) % 10;
    Deno.writeTextFileSync(path, text.slice(0, at) + other + text.slice(at + 1));
    const read = resultOf(() => readSummary(path));
    if ("value" in read) assert.deepEqual(read.value, before, text.slice(at - 40, at + 10));
  }
});

Deno.test("a flipped bit of run.json is refused, or changes nothing", async () => {
  using study = await writeRunStudy();
  const { hashes, config } = await openInputs(study.config, study.model);
  const claim = { out: study.out, inputs: hashes };
  let refused = 0;
  await withFlips(`${study.out}/run.json`, 6, () => {
    resultOf(() => checkRunFolder(config, claim));
    const claimed = resultOf(() => claimRun(config, claim));
    if ("line" in claimed) refused++;
    else assert.ok(claimed.value.resumed);
  });
  assert.ok(refused > FLIPS / 3, `${refused} of ${FLIPS} were noticed`);
});
