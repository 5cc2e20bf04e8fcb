import assert from "node:assert/strict";
import { join } from "node:path";
import { contentKey } from "./canonical_json.ts";
import { checkMmluSample, checkSqlSample, type MmluSample, type SqlSample } from "./samples.ts";
import { openStore, type SampleStore } from "./store.ts";

const WRITER = join(import.meta.dirname!, "_store_writer.ts");

Deno.test("openStore() loses nothing and repeats nothing when its writer is killed -9", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/samples.jsonl`;
    let acknowledged = 0;
    let killed = 0;
    for (let round = 0; round < 15; round++) {
      const child = startWriter(path, 100_000);
      // Reading its first lines makes sure that it is killed at work, a bit later each time.
      const said = await readSome(child.stdout, 2 + round);
      child.kill("SIGKILL");
      const status = await child.status;
      if (status.signal === "SIGKILL") killed++;
      assert.ok(said > acknowledged, `round ${round} wrote nothing: ${said}`);
      acknowledged = said;
      using store = open(path);
      assert.ok(store.size >= acknowledged, `${store.size} records left of ${acknowledged}`);
      const ids = [...store.values()].map(({ id }) => id);
      assert.deepEqual(ids, ids.map((_, i) => `dev-${i}`));
    }
    assert.equal(killed, 15);
    using store = open(path);
    const before = store.size;
    store.append([sqlSample(200_000)]);
    assert.equal(store.size, before + 1);
  });
});

Deno.test("openStore() drops a last line torn anywhere, and only that", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    {
      using store = open(path);
      store.append([sqlSample(0), sqlSample(1)]);
      store.append([sqlSample(2)]);
    }
    const whole = Deno.readFileSync(path);
    const ends = [...whole.keys()].filter((i) => whole[i] === 0x0a).map((i) => i + 1);
    assert.equal(ends.length, 3);
    // Every 11th byte, and those around the ends of lines and within the two bytes of "ü".
    const telling = new Set([...ends, whole.indexOf(0xc3)].flatMap((i) => [i - 1, i, i + 1]));
    for (let length = 0; length <= whole.length; length++) {
      if (length % 11 !== 0 && !telling.has(length)) continue;
      Deno.writeFileSync(path, whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length);
      using store = open(path);
      assert.equal(store.size, complete.length);
      assert.equal(store.droppedBytes, length - (complete.at(-1) ?? 0));
      assert.equal(Deno.statSync(path).size, complete.at(-1) ?? 0);
      store.append([sqlSample(0), sqlSample(1), sqlSample(2)].slice(store.size));
      assert.deepEqual(Deno.readFileSync(path), whole);
    }
  });
});

Deno.test("openStore() gives back what was appended, in order", () => {
  inFolder((folder) => {
    const path = `${folder}/new/folders/samples.jsonl`;
    {
      using store = open(path);
      assert.deepEqual([store.size, store.droppedBytes], [0, 0]);
      store.append([]);
      store.append([sqlSample(5), sqlSample(3)]);
      assert.equal(store.has(sqlSample(3).key), true);
      assert.equal(store.get(sqlSample(4).key), undefined);
    }
    using store = open(path);
    assert.deepEqual([...store.values()], [sqlSample(5), sqlSample(3)]);
    assert.equal(store.get(sqlSample(3).key)?.id, "dev-3");
  });
});

Deno.test("append() refuses a key that is there already or twice, and writes nothing then", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    using store = open(path);
    store.append([sqlSample(0)]);
    const size = Deno.statSync(path).size;
    assert.throws(() => store.append([sqlSample(1), sqlSample(0)]), RangeError);
    assert.throws(() => store.append([sqlSample(1), sqlSample(1)]), /a key is there already/);
    assert.equal(Deno.statSync(path).size, size);
    assert.equal(store.size, 1);
  });
});

Deno.test("openStore() refuses a second process and names the first, until that is dead", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/samples.jsonl`;
    const child = startWriter(path, 100_000);
    try {
      await readSome(child.stdout, 1);
      assert.throws(() => open(path), {
        name: "UsageError",
        message: `Cannot open ${path}: process ${child.pid} is writing it: wait for it or end it`,
      });
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    assert.equal(Deno.readTextFileSync(`${path}.lock`), `${child.pid}\n`);
    using store = open(path);
    assert.ok(store.size > 0);
    assert.throws(() => open(path), { message: new RegExp(`process ${Deno.pid} is writing`) });
  });
});

Deno.test("openStore() leaves no lock behind after an orderly end", () => {
  inFolder((folder) => {
    {
      using _store = open(`${folder}/samples.jsonl`);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["samples.jsonl"]);
  });
});

Deno.test("openStore() names the line that is no record, and the key that is there twice", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    const line = JSON.stringify(sqlSample(0));
    const cases = [
      [`${line}\nnonsense\n`, /samples\.jsonl, line 2: it is not valid JSON/],
      [
        `${line}\n${line}\n`,
        /samples\.jsonl, line 2: a record with key [0-9a-f]{64} is there twice/,
      ],
      [
        `${line.replace('"stop"', '"end"')}\n`,
        /line 1: "finishReason" must be one of "stop", "len/,
      ],
      [`${line.replace("tokens", "token")}\n`, /line 1: /],
      ["\n", /line 1: it is not valid JSON/],
    ] as const;
    for (const [content, message] of cases) {
      Deno.writeTextFileSync(path, content);
      assert.throws(() => open(path), { name: "UsageError", message });
    }
    // The refusals above must have let go of the lock.
    Deno.writeTextFileSync(path, `${line}\n`);
    using store = open(path);
    assert.equal(store.size, 1);
  });
});

Deno.test({
  name: "append() says that the disk is full and leaves the store as it was (on /dev/full)",
  ignore: Deno.build.os !== "linux",
  fn(): void {
    inFolder((folder) => {
      const path = `${folder}/samples.jsonl`;
      Deno.symlinkSync("/dev/full", path);
      using store = open(path);
      assert.throws(() => store.append([sqlSample(0)]), {
        name: "UsageError",
        message: `Cannot write ${path}: the disk is full: free some space and run the same ` +
          "command again",
      });
      assert.equal(store.size, 0);
      assert.equal(store.has(sqlSample(0).key), false);
    });
  },
});

Deno.test("openStore() refuses a path that cannot be written", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => open(`${folder}/file/samples.jsonl`), { name: "UsageError" });
    Deno.mkdirSync(`${folder}/samples.jsonl`);
    assert.throws(() => open(`${folder}/samples.jsonl`), {
      name: "UsageError",
      message: /it is a folder/,
    });
  });
});

Deno.test("checkMmluSample() wants four log-probabilities", () => {
  const place = { file: "s.jsonl, line 1", keyPath: "" };
  const sample: MmluSample = {
    key: contentKey({}),
    id: "astronomy-0",
    subject: "astronomy",
    category: "STEM",
    variant: "base",
    promptHash: contentKey({}),
    promptTokens: 3,
    logProbs: [-1, -2, -3, -4],
  };
  assert.deepEqual(checkMmluSample(sample, place), sample);
  for (const logProbs of [[-1, -2, -3], [-1, -2, -3, 0.1], [-1, -2, -3, null], "x"]) {
    assert.throws(() => checkMmluSample({ ...sample, logProbs }, place), /logProbs/);
  }
});

function open(path: string): SampleStore<SqlSample> {
  return openStore<SqlSample>(path, { check: checkSqlSample });
}

function sqlSample(i: number): SqlSample {
  return {
    key: contentKey({ i }),
    id: `dev-${i}`,
    dbId: "concert_singer",
    variant: "base",
    promptHash: contentKey({ prompt: i }),
    promptTokens: 100,
    tokens: [1, 2, 3],
    text: `SELECT 'ü${i}'`,
    finishReason: "stop",
  };
}

function startWriter(path: string, size: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", WRITER, path, `${size}`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Reads at least so many lines and gives the number on the last whole one. */
async function readSome(stream: ReadableStream<Uint8Array>, lines: number): Promise<number> {
  const reader = stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  let said = "";
  while (said.split("\n").length <= lines) {
    const { value, done } = await reader.read();
    if (done) break;
    said += value;
  }
  await reader.cancel();
  return Number(said.split("\n").at(-2));
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = Deno.makeTempDirSync();
  const remove = (): void => Deno.removeSync(folder, { recursive: true });
  let result: T;
  try {
    result = use(folder);
  } catch (error) {
    remove();
    throw error;
  }
  if (result instanceof Promise) return result.finally(remove) as T;
  remove();
  return result;
}
