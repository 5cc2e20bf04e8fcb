import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../ground/mod.ts";
import { loadPassages } from "./mod.ts";
import { OWN_KIND } from "./parse_passages.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function withFolder(files: Files, test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "prose_" });
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), content);
    }
    await test(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function refuses(path: string, ...parts: readonly string[]): Promise<void> {
  await assert.rejects(loadPassages(path), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, /^Cannot (load passages:|read|use) /);
    assert.ok(!error.message.includes("\n"), "one line");
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

async function refusesFolder(files: Files, ...parts: readonly string[]): Promise<void> {
  await withFolder(files, (dir) => refuses(dir, ...parts));
}

function line(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(record) + "\n";
}

function bytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}

Deno.test("loadPassages() reads a folder of JSON lines with a README, and hashes what it read", async () => {
  const passages = line({ id: "a", kind: "k", topic: "t", language: "en", text: "One." });
  const files = { "passages.jsonl": passages, "README.md": "About.", "LICENSE": "Apache" };
  await withFolder(files, async (dir) => {
    const data = await loadPassages(dir);
    assert.deepEqual(data.passages, [
      { id: "a", kind: "k", topic: "t", language: "en", text: "One." },
    ]);
    const hash = createHash("sha256").update(passages).digest("hex");
    assert.deepEqual(data.hashes, { "passages.jsonl": hash });
  });
});

Deno.test("loadPassages() reads one file of JSON lines, whatever lies beside it", async () => {
  await withFolder({ "mine.jsonl": line({ text: "One." }), "x.pdf": "x" }, async (dir) => {
    const data = await loadPassages(join(dir, "mine.jsonl"));
    assert.deepEqual(data.passages.map(({ id }) => id), ["mine-1"]);
    assert.deepEqual(Object.keys(data.hashes), ["mine.jsonl"]);
  });
});

Deno.test("loadPassages() reads text files in the order of their names, topics from folders", async () => {
  const files = {
    "sea/two.md": "# Two\n",
    "sea/deep/one.txt": "One.",
    "alone.v2.txt": "Alone.",
    ".hidden.txt": "x",
    ".git/config.txt": "x",
  };
  await withFolder(files, async (dir) => {
    const { passages, hashes } = await loadPassages(dir);
    assert.deepEqual(passages, [
      { id: "alone.v2.txt", kind: OWN_KIND, topic: "alone.v2", text: "Alone." },
      { id: "sea/deep/one.txt", kind: OWN_KIND, topic: "sea", text: "One." },
      { id: "sea/two.md", kind: OWN_KIND, topic: "sea", text: "# Two" },
    ]);
    assert.deepEqual(Object.keys(hashes), passages.map(({ id }) => id));
  });
});

Deno.test("loadPassages() takes off byte-order marks, and line ends of Windows", async () => {
  const mark = "\uFEFF";
  await withFolder({ "a.txt": `${mark}One.\r\n\r\nTwo.\r\n` }, async (dir) => {
    assert.equal((await loadPassages(dir)).passages[0]?.text, "One.\n\nTwo.");
  });
  await withFolder({ "a.jsonl": `${mark}{"text": "One."}\r\n` }, async (dir) => {
    assert.equal((await loadPassages(dir)).passages[0]?.text, "One.");
  });
});

Deno.test("loadPassages() follows a link to a file, and refuses one to nothing or to a folder", async () => {
  await withFolder({ "texts/a.txt": "One.", "other/b.txt": "Two." }, async (dir) => {
    const texts = join(dir, "texts");
    await symlink("../other/b.txt", join(texts, "b.txt"));
    assert.equal((await loadPassages(texts)).passages.length, 2);
    await symlink("../nowhere.txt", join(texts, "c.txt"));
    await refuses(texts, "c.txt is a link that leads to no file");
    await rm(join(texts, "c.txt"));
    await symlink("..", join(texts, "up"));
    await refuses(texts, "up is a link that leads to no file");
  });
});

Deno.test("loadPassages() refuses a path where nothing is to be read", async () => {
  await refuses("/nowhere/at/all", "/nowhere/at/all: there is no such file or folder");
  await refusesFolder({}, "the folder has no .txt, .md or .jsonl file");
  await refusesFolder({ ".hidden.txt": "x" }, "the folder has no .txt, .md or .jsonl file");
  await withFolder(
    { "a.txt": "One." },
    (dir) => refuses(join(dir, "a.txt"), "is not a .jsonl file"),
  );
});

Deno.test("loadPassages() refuses files of other types, by name", async () => {
  const text = { "a.txt": "One." };
  await refusesFolder({ ...text, "b.pdf": "x" }, "b.pdf is neither .txt nor .md nor .jsonl");
  await refusesFolder({ ...text, "deep/b": "x" }, "deep/b is neither");
  await refusesFolder({ "passages.json": "[]" }, "passages.json is neither");
  await refusesFolder({ ...text, "LICENSE": "x" }, "LICENSE is neither");
  const lines = { "p.jsonl": line({ text: "One." }) };
  await refusesFolder({ ...lines, "b.txt": "Two." }, "b.txt is not JSON lines as p.jsonl");
  await refusesFolder({ ...lines, "readme/b.md": "Two." }, "readme/b.md is not JSON lines");
  await refusesFolder({ ...lines, "b.csv": "Two." }, "b.csv is not JSON lines");
});

Deno.test("loadPassages() refuses an empty text, by name", async () => {
  await refusesFolder(
    { "a.txt": "One.", "b.txt": "" },
    "b.txt: the whole must be a text that is not empty",
  );
  await refusesFolder(
    { "sea/a.md": " \n\t\r\n" },
    "sea/a.md: the whole must be a text that is not empty",
  );
  await refusesFolder({ "a.txt": "\uFEFF" }, "a.txt: the whole must be a text that is not empty");
  await refusesFolder({ "a.jsonl": "\n \n" }, "a.jsonl has no passage");
});

Deno.test("loadPassages() refuses an id that is there twice", async () => {
  const one = line({ id: "x", text: "One." });
  const two = line({ id: "x", text: "Two." });
  await refusesFolder({ "a.jsonl": one + two }, 'two have one id: "x"');
  await refusesFolder({ "a.jsonl": one, "b.jsonl": two }, 'two have one id: "x"');
  const taken = line({ id: "a-2", text: "One." }) + line({ text: "Two." });
  await refusesFolder({ "a.jsonl": taken }, 'two have one id: "a-2"');
});

Deno.test("loadPassages() refuses a text that is there twice", async () => {
  const one = line({ id: "x", text: "One." }) + line({ id: "y", text: "One." });
  await refusesFolder({ "a.jsonl": one }, "two have one text, keep one: x and y");
  await refusesFolder({ "a.txt": "One.", "b/c.md": "One.\n" }, "keep one: a.txt and b/c.md");
  await refusesFolder({ "a.txt": "1\n2", "b.txt": "1\r\n2" }, "keep one: a.txt and b.txt");
});

Deno.test("loadPassages() reads UTF-16 with its mark, and refuses bytes that are no text", async () => {
  await withFolder({ "a.txt": bytes(0xff, 0xfe, 0x61, 0) }, async (dir) => {
    assert.equal((await loadPassages(dir)).passages[0]?.text, "a");
  });
  const latin1 = bytes(0x63, 0x61, 0x66, 0xe9);
  await refusesFolder({ "a.txt": latin1 }, "a.txt: its bytes are not valid UTF-8");
  await refusesFolder({ "a.jsonl": latin1 }, "a.jsonl: its bytes are not valid UTF-8");
  await refusesFolder({ "cut.md": bytes(0x61, 0xc3) }, "cut.md: its bytes are not valid UTF-8");
  await refusesFolder({ "a.txt": bytes(0x61, 0, 0x62) }, "a.txt: it holds NUL characters");
});
