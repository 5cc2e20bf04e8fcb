import assert from "node:assert/strict";
import { dirname } from "node:path";
import { join } from "node:path";
import { storeLine } from "./_store_lines.ts";
import { checkRecord, contentKey } from "../ground/mod.ts";
import { type MmluSample, SAMPLES, type SqlSample } from "./measures/measures.ts";
import { openStore, type SampleStore } from "./store.ts";

const WRITER = join(import.meta.dirname!, "testing", "store_writer.ts");

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

Deno.test("take() writes what is missing as it stands in the other store, and goes on as after append()", () => {
  inFolder((folder) => {
    const [one, two, whole] = ["one", "two", "whole"].map((name) => `${folder}/${name}.jsonl`);
    const keep = (path: string, ...numbers: number[]): void => {
      using store = open(path);
      store.append(numbers.map(sqlSample));
    };
    keep(one!, 1, 2);
    keep(two!, 3, 0, 4);
    {
      using store = open(one!);
      assert.equal(store.take(two!), 3);
      assert.equal(store.take(two!), 0);
      assert.deepEqual([...store.values()].map(({ id }) => id), [1, 2, 3, 0, 4].map(idOf));
      store.append([sqlSample(5)]);
    }
    keep(whole!, 1, 2, 3, 0, 4, 5);
    assert.deepEqual(Deno.readFileSync(one!), Deno.readFileSync(whole!));
    keep(two!, 5, 6);
    using store = open(one!);
    assert.equal(store.take(two!), 1);
  });
});

Deno.test("take() leaves out what is torn or damaged, and lets go of the other store", () => {
  inFolder((folder) => {
    const [one, two] = ["one", "two"].map((name) => `${folder}/${name}.jsonl`);
    {
      using store = open(two!);
      store.append([0, 1, 2].map(sqlSample));
    }
    const text = Deno.readTextFileSync(two!);
    Deno.writeTextFileSync(two!, `${text.replace("dev-1", "dev-7")}{"key":`);
    const notes: string[] = [];
    const options = { schema: SAMPLES.sql, onDropped: (note: string) => void notes.push(note) };
    using store = openStore(one!, options);
    assert.equal(store.take(two!), 2);
    assert.deepEqual([...store.values()].map(({ id }) => id), [0, 2].map(idOf));
    assert.match(notes.join("\n"), /two\.jsonl: not used and asked again: line 2 /);
    assert.match(Deno.readTextFileSync(`${two}.dropped`), /dev-7/);
    using other = open(two!);
    assert.throws(() => store.take(two!), { name: "UsageError", message: /two\.jsonl/ });
    assert.equal(other.size, 2);
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

Deno.test({
  name: "append() refuses a file that was removed or replaced since, and closing it says no more",
  ignore: Deno.build.os === "windows",
  fn(): void {
    const takeAway: readonly ((path: string, folder: string) => void)[] = [
      (path) => Deno.removeSync(path),
      (_path, folder) => Deno.removeSync(folder, { recursive: true }),
      (path) => {
        // as an editor saves, and as `sed -i` does
        Deno.copyFileSync(path, `${path}.new`);
        Deno.renameSync(`${path}.new`, path);
      },
      (_path, folder) => {
        Deno.removeSync(folder, { recursive: true });
        Deno.writeTextFileSync(folder, "a file in its place");
      },
    ];
    for (const act of takeAway) {
      inFolder((folder) => {
        const path = `${folder}/samples/sql.jsonl`;
        using store = open(path);
        store.append([sqlSample(0)]);
        act(path, `${folder}/samples`);
        assert.throws(() => store.append([sqlSample(1)]), {
          name: "UsageError",
          message:
            `Cannot write ${path}: it was removed or replaced while it was open: run the same ` +
            "command again",
        });
        assert.equal(store.size, 1);
      });
    }
  },
});

Deno.test({
  name: "a store whose folder was removed leaves the lock of another one that was made there since",
  ignore: Deno.build.os === "windows",
  fn(): void {
    inFolder((folder) => {
      const path = `${folder}/samples/sql.jsonl`;
      const first = open(path);
      Deno.removeSync(`${folder}/samples`, { recursive: true });
      using _second = open(path);
      first[Symbol.dispose]();
      assert.throws(() => open(path), { name: "UsageError", message: /is writing it/ });
    });
  },
});

Deno.test("two links to one store are one: a second process does not write over the first", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/store.jsonl`, storeLine(sqlSample(0)));
    const links = ["a", "b"].map((name) => `${folder}/${name}/samples.jsonl`);
    for (const link of links) {
      Deno.mkdirSync(dirname(link));
      Deno.symlinkSync("../store.jsonl", link);
    }
    {
      using first = open(links[0]!);
      assert.throws(() => open(links[1]!), { name: "UsageError", message: /is writing it/ });
      first.append([sqlSample(1)]);
    }
    using second = open(links[1]!);
    assert.equal(second.size, 2);
  });
});

Deno.test("openStore() leaves out the line that is no record, and names it", () => {
  const line = storeLine(sqlSample(0));
  const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ["nonsense\n", /line 2 \(it is not valid JSON: /],
    ["[1]\n", /line 2 \(it is no record\)/],
    [`${JSON.stringify(sqlSample(1))}\n`, /line 2 \(it has no checksum\)/],
    [storeLine({ ...sqlSample(1), finishReason: "end" }), /line 2 \("finishReason" must be one of/],
    ["\n", /line 2 \(it is not valid JSON/],
    [Uint8Array.of(0x22, 0xff, 0x22, 0x0a), /line 2 \(it is not valid UTF-8\)/],
  ];
  for (const [damaged, message] of cases) {
    inFolder((folder) => {
      const path = `${folder}/samples.jsonl`;
      Deno.writeTextFileSync(path, line);
      const bytes = typeof damaged === "string" ? new TextEncoder().encode(damaged) : damaged;
      Deno.writeFileSync(path, bytes, { append: true });
      Deno.writeTextFileSync(path, storeLine(sqlSample(2)), { append: true });
      const notes: string[] = [];
      {
        using store = open(path, notes);
        assert.deepEqual([...store.values()], [sqlSample(0), sqlSample(2)]);
        store.append([sqlSample(1)]);
      }
      assert.equal(notes.length, 1);
      assert.match(notes[0]!, message);
      assert.ok(notes[0]!.startsWith(`${path}: not used and asked again: `), notes.join());
      assert.deepEqual(Deno.readFileSync(`${path}.dropped`), bytes);
      using again = open(path, notes);
      assert.equal(notes.length, 1, "what was put aside is not told of again");
      assert.deepEqual([...again.values()], [0, 2, 1].map(sqlSample));
    });
  }
});

Deno.test("openStore() notices every bit that was changed, and never gives another record", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    const whole = new TextEncoder().encode([0, 1, 2].map((i) => storeLine(sqlSample(i))).join(""));
    const records = [0, 1, 2].map((i) => JSON.stringify(sqlSample(i)));
    let dropped = 0;
    for (let byte = 0; byte < whole.length; byte += 3) {
      const changed = whole.slice();
      changed[byte]! ^= 1 << (byte % 8);
      Deno.writeFileSync(path, changed);
      const notes: string[] = [];
      using store = open(path, notes);
      const left = [...store.values()].map((record) => JSON.stringify(record));
      for (const record of left) assert.ok(records.includes(record), record);
      if (left.length < 3) dropped++;
      // only the end of the last line is cut off without a word: it is what a kill leaves
      assert.ok(left.length === 3 || notes.length === 1 || store.droppedBytes > 0);
    }
    assert.ok(dropped > whole.length / 4, `${dropped} changes were noticed`);
  });
});

Deno.test("openStore() notices a changed text, letter, number and reason to stop", () => {
  const changes: readonly (readonly [string, string])[] = [
    ['"stop"', '"length"'],
    ["SELECT 'ü1'", "SELECT 'ü2'"],
    ['"id":"dev-1"', '"id":"dev-7"'],
    ['"tokens":[1,2,3]', '"tokens":[1,2]'],
    ['"promptTokens":100', '"promptTokens":101'],
  ];
  for (const [from, to] of changes) {
    inFolder((folder) => {
      const path = `${folder}/samples.jsonl`;
      const line = storeLine(sqlSample(1));
      assert.ok(line.includes(from), from);
      Deno.writeTextFileSync(path, storeLine(sqlSample(0)) + line.replace(from, to));
      const notes: string[] = [];
      using store = open(path, notes);
      assert.equal(store.has(sqlSample(1).key), false, from);
      assert.equal(store.size, 1);
      assert.match(notes.join(), /line 2 \(its checksum does not fit\)/);
    });
  }
});

Deno.test("openStore() names five damaged lines and counts the rest", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    Deno.writeTextFileSync(path, "x\n".repeat(8));
    const notes: string[] = [];
    using store = open(path, notes);
    assert.equal(store.size, 0);
    assert.match(notes[0]!, /line 5 \([^)]*\) and 3 more: kept in .*samples\.jsonl\.dropped$/);
  });
});

Deno.test("openStore() refuses a key that is there twice, and lets go of the lock", () => {
  inFolder((folder) => {
    const path = `${folder}/samples.jsonl`;
    const line = storeLine(sqlSample(0));
    Deno.writeTextFileSync(path, line + line);
    assert.throws(() => open(path), {
      name: "UsageError",
      message: /samples\.jsonl, line 2: a record with key [0-9a-f]{64} is there twice/,
    });
    Deno.writeTextFileSync(path, line);
    using store = open(path);
    assert.equal(store.size, 1);
  });
});

Deno.test("append() refuses what could not be read again, names the field, and writes nothing", () => {
  const cases: readonly (readonly [readonly number[], RegExp])[] = [
    [[NaN, -1, -1, -1], /"logProbs\[0\]" must be a number <= 0: current value is NaN$/],
    [[-1, -Infinity, -1, -1], /"logProbs\[1\]" .* current value is -Infinity$/],
    [[-1, -1, 0.057, -1], /"logProbs\[2\]" .* current value is 0.057$/],
    [[-1], /"logProbs" must be a list of 2 to 10/],
  ];
  inFolder((folder) => {
    const path = `${folder}/mmlu.jsonl`;
    using store = openStore<MmluSample>(path, { schema: SAMPLES.mmlu });
    store.append([mmluSample(0, [-1, -2, -3, -4])]);
    const before = Deno.readTextFileSync(path);
    for (const [logProbs, message] of cases) {
      const wrong = mmluSample(2, logProbs as unknown as MmluSample["logProbs"]);
      assert.throws(
        () => store.append([mmluSample(1, [-1, -2, -3, -4]), wrong]),
        (error: Error) => {
          assert.equal(error.name, "UsageError");
          assert.match(error.message, message);
          assert.match(
            error.message,
            /^Cannot use the answer to "astronomy-2" for .*mmlu\.jsonl: /,
          );
          return true;
        },
      );
      assert.equal(Deno.readTextFileSync(path), before);
      assert.equal(store.size, 1);
    }
    store.append([mmluSample(1, [-1, -2, -3, -4])]);
  });
  inFolder((folder) => {
    using store = open(`${folder}/sql.jsonl`);
    assert.throws(
      () => store.append([{ ...sqlSample(0), tokens: [1, 2.5] }]),
      /"tokens\[1\]" must be an integer >= 0: current value is 2.5/,
    );
    assert.throws(
      () => store.append([{ ...sqlSample(0), promptTokens: Infinity }]),
      /"promptTokens" must be an integer >= 1: current value is Infinity/,
    );
    assert.equal(store.size, 0);
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

Deno.test({
  name: "openStore() refuses a link to what is not there, and makes nothing at its target",
  ignore: Deno.build.os === "windows",
  fn(): void {
    inFolder((folder) => {
      for (const target of ["/nowhere/at/all", `${folder}/beside`]) {
        const path = `${folder}/samples.jsonl`;
        Deno.symlinkSync(target, path);
        assert.throws(() => open(path), {
          name: "UsageError",
          message:
            `Cannot use ${path}: it is a symbolic link to "${target}", which is not there: ` +
            "make its target, or remove the link",
        });
        assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["samples.jsonl"]);
        Deno.removeSync(path);
      }
      // one that leads to a file is that file
      Deno.writeTextFileSync(`${folder}/beside`, "");
      Deno.symlinkSync(`${folder}/beside`, `${folder}/samples.jsonl`);
      using store = open(`${folder}/samples.jsonl`);
      store.append([sqlSample(0)]);
      assert.ok(Deno.statSync(`${folder}/beside`).size > 0);
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

Deno.test("SAMPLES.mmlu wants 2 to 10 log-probabilities, one a choice", () => {
  const check = (sample: unknown): unknown => checkRecord(SAMPLES.mmlu, sample, "s.jsonl, line 1");
  const sample = mmluSample(0, [-1, -2, -3, -4]);
  assert.deepEqual(check(sample), sample);
  for (const count of [2, 5, 10]) {
    const logProbs = new Array(count).fill(-1);
    assert.deepEqual(check({ ...sample, logProbs }), { ...sample, logProbs });
  }
  const eleven = new Array(11).fill(-1);
  for (const logProbs of [[-1], eleven, [-1, -2, -3, 0.1], [-1, -2, -3, null], "x"]) {
    assert.throws(() => check({ ...sample, logProbs }), /logProbs/);
  }
});

function open(path: string, notes: string[] = []): SampleStore<SqlSample> {
  return openStore<SqlSample>(path, {
    schema: SAMPLES.sql,
    onDropped: (note) => void notes.push(note),
  });
}

function mmluSample(i: number, logProbs: MmluSample["logProbs"]): MmluSample {
  return {
    key: contentKey({ i }),
    id: `astronomy-${i}`,
    subject: "astronomy",
    category: "STEM",
    variant: "base",
    promptHash: contentKey({}),
    promptTokens: 3,
    logProbs,
  };
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

function idOf(number: number): string {
  return `dev-${number}`;
}

Deno.test("follow() takes what another process has written whole, as it comes, and leaves its store alone", () => {
  inFolder((folder) => {
    const [one, two, whole] = ["one", "two", "whole"].map((name) => `${folder}/${name}.jsonl`);
    using store = open(one!);
    using follower = store.follow(two!);
    assert.deepEqual(follower.take(), []);
    {
      using other = open(two!);
      for (const numbers of [[1, 2], [], [3]]) {
        other.append(numbers.map(sqlSample));
        assert.deepEqual(follower.take().map(({ id }) => id), numbers.map(idOf));
      }
      const line = Deno.readTextFileSync(two!).split("\n")[0]!.slice(0, 40);
      Deno.writeTextFileSync(two!, line, { append: true });
      assert.deepEqual(follower.take(), []);
    }
    store.append([sqlSample(4)]);
    using written = open(whole!);
    written.append([1, 2, 3, 4].map(sqlSample));
    assert.deepEqual(Deno.readFileSync(one!), Deno.readFileSync(whole!));
    assert.equal(follower.isDamaged, false);
  });
});

Deno.test("follow() takes nothing twice, and leaves out what is damaged", () => {
  inFolder((folder) => {
    const [one, two] = ["one", "two"].map((name) => `${folder}/${name}.jsonl`);
    {
      using other = open(two!);
      other.append([0, 1, 2].map(sqlSample));
    }
    const text = Deno.readTextFileSync(two!);
    const [first] = text.split("\n");
    Deno.writeTextFileSync(two!, `${text.replace("dev-1", "dev-7")}${first}\n`);
    {
      using store = open(one!);
      store.append([sqlSample(2)]);
      using follower = store.follow(two!);
      assert.deepEqual(follower.take().map(({ id }) => id), [0, 2, 0].map(idOf));
      assert.equal(follower.isDamaged, true);
    }
    using store = open(one!);
    assert.deepEqual([...store.values()].map(({ id }) => id), [2, 0].map(idOf));
  });
});
