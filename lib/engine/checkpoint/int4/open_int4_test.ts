import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { UsageError } from "../../../ground/mod.ts";
import { tinyTensors, withTinyCheckpoint } from "../../testing/tiny_checkpoint.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint.ts";
import { LINEAR_MODULES } from "../linear_modules.ts";
import { readTensor } from "../safetensors.ts";
import { INT4_SCHEME } from "./int4_layout.ts";
import { type Int4Event, type Int4Options, openInt4Checkpoint } from "./open_int4.ts";
import { quantizeRows } from "./quantize_rows.ts";
import { readWeight } from "./read_weight.ts";

/** The tiny model with values that are all different. */
const TENSORS = tinyTensors().map((tensor, at) => ({
  ...tensor,
  values: () => tensor.values().map((_, i) => Math.sin(at * 1000 + i)),
}));

interface Opened {
  readonly opened: Checkpoint;
  readonly file: string;
  /** Why a file was made, of each time. */
  readonly reasons: readonly string[];
}

async function open(checkpoint: Checkpoint, options: Int4Options = {}): Promise<Opened> {
  const events: Int4Event[] = [];
  const opened = await openInt4Checkpoint(checkpoint, {
    ...options,
    onMake: (event) => events.push(event),
  });
  const made = events.filter(({ kind }) => kind === "made");
  const making = events.flatMap((event) => event.kind === "making" ? [event.reason] : []);
  assert.equal(made.length, making.length);
  return { opened, file: opened.files[0]!, reasons: making };
}

function withCheckpoint(test: (checkpoint: Checkpoint) => Promise<void>): Promise<void> {
  return withTinyCheckpoint(async (dir) => await test(await openCheckpoint(dir)), {
    tensors: TENSORS,
  });
}

type Change = (bytes: Uint8Array) => Uint8Array | void;

function edit(path: string, change: Change): void {
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(path, change(bytes) ?? bytes);
}

Deno.test("openInt4Checkpoint() makes a file beside the weights once, with all that a graph reads", () =>
  withCheckpoint(async (checkpoint) => {
    const { opened, file, reasons } = await open(checkpoint);
    assert.deepEqual(reasons, ["there are none yet"]);
    assert.equal(dirname(file), await Deno.realPath(checkpoint.dir));
    assert(!file.endsWith(".safetensors"), "other programs would read it as the model");
    assert.deepEqual(opened.files, [file]);
    assert.equal(opened.int4!.size, 2 * LINEAR_MODULES.length);
    assert.deepEqual([...opened.tensors.keys()].sort(), [...checkpoint.tensors.keys()].sort());
    for (const [name, { shape }] of checkpoint.tensors) {
      assert.deepEqual(opened.tensors.get(name)!.shape, shape);
      const stored = await readTensor(checkpoint.tensors.get(name)!);
      const answering = await readWeight(opened, name);
      assert.equal(answering.length, stored.length);
      if (!opened.int4!.has(name)) {
        assert.deepEqual(answering, stored);
        assert.equal(opened.tensors.get(name)!.file, file);
        continue;
      }
      const range = (row: Float32Array): number => Math.max(0, ...row) - Math.min(0, ...row);
      const columns = shape[1]!;
      for (const [i, value] of answering.entries()) {
        const row = stored.subarray(i - i % columns, i - i % columns + columns);
        const step = range(row) / 15 * (1 + 2 ** -7);
        assert(Math.abs(value - stored[i]!) <= step / 2 * (1 + 1e-6));
      }
      assert.notDeepEqual(answering, stored, "nothing is rounded");
    }
    assert.deepEqual((await open(checkpoint)).reasons, []);
    const names = [...Deno.readDirSync(checkpoint.dir)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["config.json", "model.safetensors", basename(file)].sort());
  }));

Deno.test("openInt4Checkpoint() writes as many bytes as its shapes say, in the form of safetensors", () =>
  withCheckpoint(async (checkpoint) => {
    const { opened, file } = await open(checkpoint);
    const bytes = await Deno.readFile(file);
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
    const { __metadata__: { scheme, source }, ...tensors } = header;
    assert.equal(scheme, INT4_SCHEME);
    assert.match(source, /^model\.safetensors [0-9a-f]{64}$/);
    // rows of 8 or 12 columns are one block: 16 bytes, a scale of 2 and a zero point's byte
    const rows = 2 * (8 + 4 + 4 + 8 + 12 + 12 + 8);
    const floats = 16 * 8 + 2 * 2 * 8 + 8;
    assert.equal(bytes.length, 8 + headerLength + rows * (16 + 2 + 1) + 4 * floats);
    const spans = (Object.values(tensors) as { data_offsets: number[] }[])
      .map(({ data_offsets }) => data_offsets).sort(([x], [y]) => x! - y!);
    // one after the other, without a gap
    for (const [i, [start]] of spans.entries()) assert.equal(start, spans[i - 1]?.[1] ?? 0);
    assert.equal(8 + headerLength + spans.at(-1)![1]!, bytes.length);
    const name = "model.layers.1.mlp.down_proj.weight";
    const packed = quantizeRows(await readTensor(checkpoint.tensors.get(name)!), 12);
    const { codes, scales, zeroPoints } = opened.int4!.get(name)!;
    for (
      const [entry, part] of [
        [codes, packed.codes],
        [scales, new Uint8Array(packed.scales.buffer)],
        [zeroPoints, packed.zeroPoints],
      ] as const
    ) {
      assert.deepEqual(bytes.subarray(entry.offset, entry.offset + entry.length), part);
    }
  }));

const CHANGES: readonly (readonly [what: string, reason: RegExp, change: Change])[] = [
  ["a byte of whose data is another", /damaged/, (bytes) => {
    bytes[bytes.length - 1]! ^= 1;
  }],
  ["the end of which is missing", /damaged/, (bytes) => bytes.slice(0, -1)],
  ["that has a byte too many", /damaged/, (bytes) => Uint8Array.of(...bytes, 0)],
  ["of another scheme", /other weights or of an older scheme/, (bytes) => {
    const at = new TextDecoder().decode(bytes).indexOf("version 1");
    assert(at > 0);
    bytes[at + "version ".length]! -= 1;
  }],
  ["that is nothing but a few bytes", /other weights or of an older/, () => Uint8Array.of(1, 2)],
  ["that is something else", /other weights or of an older/, (bytes) => bytes.fill(0x41)],
];
for (const [what, reason, change] of CHANGES) {
  Deno.test(`openInt4Checkpoint() makes a file again ${what}, and says so`, () =>
    withCheckpoint(async (checkpoint) => {
      const { file } = await open(checkpoint);
      const whole = Deno.readFileSync(file);
      edit(file, change);
      const { reasons } = await open(checkpoint);
      assert.equal(reasons.length, 1);
      assert.match(reasons[0]!, reason);
      assert.deepEqual(Deno.readFileSync(file), whole);
    }));
}

Deno.test("openInt4Checkpoint() makes the file again when the checkpoint's weights change", () =>
  withCheckpoint(async (checkpoint) => {
    const { file } = await open(checkpoint);
    const before = Deno.readFileSync(file);
    edit(`${checkpoint.dir}/model.safetensors`, (bytes) => {
      bytes[bytes.length - 5]! ^= 1;
    });
    const again = await open(checkpoint);
    assert.deepEqual(again.reasons, [
      "those that were there are of other weights or of an older scheme",
    ]);
    assert.equal(again.file, file);
    assert.notDeepEqual(Deno.readFileSync(file), before);
  }));

Deno.test("openInt4Checkpoint() believes the hashes that it is given", () =>
  withCheckpoint(async (checkpoint) => {
    const hashes = { "model.safetensors": "a".repeat(64), "config.json": "b".repeat(64) };
    const { file } = await open(checkpoint, { hashes });
    assert.match(Deno.readTextFileSync(file), /"source":"model\.safetensors a{64}"/);
    assert.deepEqual((await open(checkpoint, { hashes })).reasons, []);
    assert.equal((await open(checkpoint)).reasons.length, 1);
  }));

Deno.test("openInt4Checkpoint() is called twice at once and makes one file", () =>
  withCheckpoint(async (checkpoint) => {
    const both = await Promise.all([open(checkpoint), open(checkpoint)]);
    assert.equal(both.flatMap(({ reasons }) => reasons).length, 1);
  }));

Deno.test("openInt4Checkpoint() writes over what a killed process left", () =>
  withCheckpoint(async (checkpoint) => {
    const { file } = await open(checkpoint);
    const whole = Deno.readFileSync(file);
    Deno.removeSync(file);
    Deno.writeTextFileSync(`${file}.part`, "A".repeat(whole.length + 1000));
    await open(checkpoint);
    assert.deepEqual(Deno.readFileSync(file), whole);
  }));

Deno.test("openInt4Checkpoint() takes the cache where the weights' folder cannot be written", () =>
  withCheckpoint(async (checkpoint) => {
    const cache = `${checkpoint.dir}/cache`;
    // nobody can make a file in /proc, not even root
    const readOnly = { ...checkpoint, files: ["/proc/version"] };
    const hashes = { version: "c".repeat(64) };
    const { file, reasons } = await open(readOnly, { cache, hashes });
    assert.equal(dirname(dirname(file)), cache);
    assert.equal(reasons.length, 1);
    assert.deepEqual((await open(readOnly, { cache, hashes })).reasons, []);
    await assert.rejects(open(readOnly, { hashes }), (error: Error) => {
      assert.equal(error.name, UsageError.name);
      assert.match(error.message, /^Cannot make 4-bit weights of ".*": [^\n]*\/proc[^\n]*$/);
      return true;
    });
  }));

Deno.test("openInt4Checkpoint() takes the cache where the weights' folder has a file and cannot be written", () =>
  withCheckpoint(async (checkpoint) => {
    const cache = `${checkpoint.dir}/cache`;
    const { file: beside } = await open(checkpoint);
    // a folder in the place of the lock: nobody can open it as a file, not even root
    await Deno.mkdir(`${beside}.lock`);
    const { file, reasons } = await open(checkpoint, { cache });
    assert.equal(dirname(dirname(file)), cache, "a graph could not be written beside the other");
    assert.deepEqual(reasons, ["there are none yet"]);
    assert.deepEqual(Deno.readFileSync(file).length, Deno.readFileSync(beside).length);
    const without = await open(checkpoint);
    assert.deepEqual([without.file, without.reasons], [beside, []], "better than nothing");
  }));

for (const value of [NaN, Infinity]) {
  Deno.test(`openInt4Checkpoint() refuses a weight of ${value} by its tensor's name and leaves no file`, () => {
    const name = "model.layers.1.mlp.up_proj.weight";
    const tensors = TENSORS.map((tensor) =>
      tensor.name === name ? { ...tensor, values: () => tensor.values().with(3, value) } : tensor
    );
    return withTinyCheckpoint(async (dir) => {
      const checkpoint = await openCheckpoint(dir);
      await assert.rejects(
        openInt4Checkpoint(checkpoint),
        /4-bit weights of ".*": "model\.layers\.1\.mlp\.up_proj\.weight" holds a value that is not/,
      );
      const names = [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
      assert.deepEqual(names, ["config.json", "model.safetensors"]);
    }, { tensors });
  });
}
