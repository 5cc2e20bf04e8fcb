import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type MadeEntry, makeTar, makeZip } from "./testing/make_archives.ts";
import { extractArchive } from "./extract_archive.ts";
import { failsWith, unpack } from "./testing/unpack.ts";

const FIRST: MadeEntry = { name: "data/first.txt", content: "first" };

/** Asserts that a zip is refused before anything of it is written. */
async function refusesWhole(odd: MadeEntry, message: string): Promise<void> {
  await failsWith(makeZip([FIRST, odd]), message);
  const dir = await Deno.makeTempDir();
  try {
    await writeFile(join(dir, "x.zip"), makeZip([FIRST, odd]));
    await assert.rejects(extractArchive(join(dir, "x.zip"), join(dir, "out")));
    assert.ok(!existsSync(join(dir, "out")));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function text(...path: readonly string[]): Promise<string> {
  return await readFile(join(...path), "utf8");
}

Deno.test("extractZip() takes backslashes for folders, as Windows writes them", async () => {
  const entries = [
    { name: "spider\\", content: "", stored: true },
    { name: "spider\\dev.json", content: "[]" },
    { name: "spider\\database\\pets\\pets.sqlite", content: "db" },
    { name: "spider\\database/cars\\cars.sqlite", content: "db2" },
  ];
  for (const zip64 of [false, true]) {
    await unpack(makeZip(entries, { zip64 }), async (dir, files) => {
      assert.equal(files, 3);
      assert.equal(await text(dir, "spider/dev.json"), "[]");
      assert.equal(await text(dir, "spider/database/pets/pets.sqlite"), "db");
      assert.equal(await text(dir, "spider/database/cars/cars.sqlite"), "db2");
      assert.deepEqual(readdirSync(dir), ["spider"]);
    });
  }
});

Deno.test("extractZip() hands names with slashes to the filter, and sees the same name twice", async () => {
  const entries = [{ name: "a\\b.txt", content: "x" }, { name: "a\\c.bin", content: "x" }];
  await unpack(makeZip(entries), (dir, files) => {
    assert.equal(files, 1);
    assert.ok(existsSync(join(dir, "a/b.txt")));
    return Promise.resolve();
  }, { wanted: (name) => name === "a/b.txt" });
  await refusesWhole({ name: "data\\first.txt", content: "y" }, "listed twice");
  await refusesWhole({ name: ".\\data\\.\\first.txt", content: "y" }, "listed twice");
});

Deno.test("extractZip() refuses every way out of the folder before anything is written", async () => {
  const names = ["\\evil", "\\\\host\\evil", "c:evil", "C:\\evil", "a\\../..\\evil", "..", "/"];
  for (const name of names.slice(0, -1)) {
    await refusesWhole({ name, content: "x" }, "leads out of the folder");
  }
  await refusesWhole({ name: "a\0b", content: "x" }, "a backslash or a NUL in its name");
  await refusesWhole({ name: "x".repeat(300), content: "x" }, "too long a name");
});

Deno.test("extractZip() reads names in UTF-8, said or not, and in code page 437", async () => {
  const entries = [
    { name: "größe.txt", content: "said" },
    { name: "données.txt", content: "not said", flags: 0 },
    { name: "", nameBytes: Uint8Array.of(0x84, 0x94, 0x81, 0x2e, 0x74), content: "dos", flags: 0 },
  ];
  await unpack(makeZip(entries), async (dir) => {
    assert.equal(await text(dir, "größe.txt"), "said");
    assert.equal(await text(dir, "données.txt"), "not said");
    assert.equal(await text(dir, "äöü.t"), "dos");
  });
});

Deno.test("extractZip() names links, devices, encryption and compression that it refuses", async () => {
  const odd = { name: "odd", content: "x" };
  const kinds = {
    "a symbolic link": 0o120777,
    "a device": 0o020666,
    "a pipe": 0o010666,
    "a socket": 0o140666,
  };
  for (const [kind, mode] of Object.entries(kinds)) {
    await refusesWhole({ ...odd, mode }, `an entry is ${kind}: "odd"`);
  }
  for (const flags of [0x1, 0x41, 0x2001]) {
    await refusesWhole({ ...odd, flags }, 'an entry is encrypted: "odd"');
  }
  const methods = { 9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz" };
  for (const [method, name] of Object.entries(methods)) {
    await refusesWhole({ ...odd, method: Number(method) }, `by method ${method} (${name})`);
  }
  await refusesWhole({ ...odd, method: 77 }, "by method 77, only deflate is known");
});

Deno.test("extractZip() refuses one part of several, and a file in place of a folder", async () => {
  const part = makeZip([FIRST]);
  new DataView(part.buffer).setUint16(part.length - 18, 3, true);
  await failsWith(part, "one part of several: join them first");
  const clash = [{ name: "a", content: "file" }, { name: "a/b", content: "below it" }];
  await failsWith(makeZip(clash), "in place of a folder");
  await failsWith(makeTar(clash), "there already");
  await failsWith(makeZip([...clash].reverse()), "there already");
});

Deno.test("extractZip() refuses sizes and places that no file has, and bytes behind an entry's end", async () => {
  for (const field of [4, 12, 20]) {
    const zip64 = makeZip([FIRST], { zip64: true });
    const extra = directoryOf(zip64) + 46 + FIRST.name.length;
    new DataView(zip64.buffer).setBigUint64(extra + field, 2n ** 60n, true);
    await failsWith(zip64, "its directory is damaged");
  }
  const longer = makeZip([FIRST, { name: "next", content: "x" }]);
  const view = new DataView(longer.buffer);
  const packed = directoryOf(longer) + 20;
  view.setUint32(packed, view.getUint32(packed, true) + 1, true);
  await failsWith(longer, "an entry's length or checksum (CRC-32) is wrong");
});

Deno.test("extractZip() takes an empty entry that is marked as a folder for one", async () => {
  const folder = { name: "data\\sub", content: "", mode: 0o040755, stored: true };
  await unpack(makeZip([folder, { name: "data\\sub\\a", content: "x" }]), async (dir, files) => {
    assert.equal(files, 1);
    assert.equal(await text(dir, "data/sub/a"), "x");
  });
});

const TAR = makeTar([FIRST, { name: "data/second.bin", content: new Uint8Array(1500).fill(9) }]);

Deno.test("extractTar() refuses a plain tar that is cut at any of its blocks", async () => {
  const end = TAR.length - 1024;
  for (let at = 512; at <= end; at += 512) await failsWith(TAR.subarray(0, at), "cut short");
  for (const at of [100, 600, end - 1]) await failsWith(TAR.subarray(0, at), "Cannot unpack");
  // one block of zeros is an end that some programs write
  await unpack(TAR.subarray(0, end + 512), (_, files) => Promise.resolve(assert.equal(files, 2)));
});

Deno.test("extractTar() refuses an archive with a hole of zeros in it, and data after its end", async () => {
  const hole = TAR.slice();
  hole.fill(0, 1024, 1536);
  await failsWith(hole, "goes on after its end mark");
  await failsWith(gzipSync(hole), "goes on after its end mark");
  const longer = new Uint8Array(TAR.length + 512);
  longer.set(TAR);
  longer[longer.length - 1] = 1;
  await failsWith(longer, "goes on after its end mark");
  const padded = new Uint8Array(TAR.length + 9 * 1024);
  padded.set(TAR);
  await unpack(padded, (_, files) => Promise.resolve(assert.equal(files, 2)));
});

Deno.test("extractTar() notices a bit that flipped in a gzipped tar, wherever it is", async () => {
  const gz = gzipSync(TAR, { level: 0 });
  for (let at = 20; at < gz.length; at += 61) {
    const damaged = gz.slice();
    damaged[at]! ^= 4;
    await failsWith(damaged, "Cannot unpack");
  }
  await failsWith(gz.subarray(0, gz.length - 4), "cut short");
});

Deno.test("extractTar() names links, devices, pipes and sparse files that it refuses", async () => {
  const kinds = {
    1: "a link",
    2: "a symbolic link",
    3: "a device",
    4: "a device",
    6: "a pipe",
    S: "a sparse file",
    M: "the rest of a file from another volume",
    Q: "of an unknown kind",
  };
  for (const [type, kind] of Object.entries(kinds)) {
    await failsWith(
      makeTar([{ name: "odd", type }]),
      `an entry is ${kind}: "odd"`,
    );
  }
  const sparse = record("GNU.sparse.major=1") + record("path=big.bin");
  await failsWith(makeTar([{ name: "m", type: "x", content: sparse }, FIRST]), "a sparse file");
  await failsWith(makeTar([{ name: "a\\b", content: "x" }]), "a backslash or a NUL in its name");
});

Deno.test("extractTar() reads pax records by their length, and refuses damaged ones", async () => {
  // a value that looks like another record
  const hidden = record("comment=x\n15 path=../evil") + record("path=data/real.txt");
  await unpack(makeTar([{ name: "m", type: "x", content: hidden }, FIRST]), async (dir) => {
    assert.equal(await text(dir, "data/real.txt"), "first");
  });
  for (const content of ["9999 path=x\n", "path=x\n", "x path=y\n", record("size=-1"), "3 \n"]) {
    const archive = makeTar([{ name: "m", type: "x", content }, FIRST]);
    await failsWith(archive, "a pax header is damaged");
  }
});

Deno.test("extractTar() keeps letters of several bytes, wherever a long name lies", async () => {
  for (const [shift, blocks] of [["", 3], ["a", 3], ["", 4], ["a", 4]] as const) {
    const long = `${shift}${Array(10).fill("é".repeat(40)).join("/")}`;
    // the long name's second block begins at the end of the first MiB, or a block before
    const filler = { name: "filler", content: new Uint8Array(2 ** 20 - blocks * 512) };
    const pax = { type: "x", content: record(`path=${long}`) };
    for (const note of [pax, { type: "L", content: `${long}\0` }]) {
      const tar = makeTar([filler, { name: "m", ...note }, { name: "short", content: "body" }]);
      for (const archive of [tar, gzipSync(tar)]) {
        await unpack(archive, async (dir) => assert.equal(await text(dir, long), "body"));
      }
    }
  }
});

Deno.test("extractTar() refuses a size that is no number, though the header's sum is right", async () => {
  const damaged = TAR.slice();
  damaged.set(new TextEncoder().encode("9x"), 124);
  damaged.fill(32, 148, 156);
  const sum = damaged.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  damaged.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  await failsWith(damaged, "not a tar file, or damaged");
});

Deno.test("extractArchive() says which other program's file it is", async () => {
  const kinds: readonly (readonly [readonly number[], string])[] = [
    [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive: unpack it, and pack it again"],
    [[...new TextEncoder().encode("Rar!\x1a\x07\x01")], "a RAR archive"],
    [[...new TextEncoder().encode("BZh91AY")], "compressed by bzip2"],
    [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "compressed by xz"],
    [[0x28, 0xb5, 0x2f, 0xfd, 1], "compressed by zstd"],
    [[...new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n")], "in Git LFS"],
    [[], "it is empty"],
  ];
  for (const [bytes, message] of kinds) await failsWith(Uint8Array.from(bytes), message);
});

/** Where a zip file's directory begins. */
function directoryOf(zip: Uint8Array): number {
  return zip.findIndex((_, at) => [0x50, 0x4b, 1, 2].every((byte, i) => zip[at + i] === byte));
}

/** A pax record with its length before it. */
function record(field: string): string {
  const length = new TextEncoder().encode(field).length + 2;
  const digits = String(length + String(length + 2).length).length;
  return `${length + digits} ${field}\n`;
}
