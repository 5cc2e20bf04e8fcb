import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { UsageError } from "../ground/mod.ts";
import { writeFault } from "./_write_fault.ts";
import { type MadeEntry, makeTar, makeZip } from "./testing/make_archives.ts";
import { extractArchive } from "./extract_archive.ts";
import { failsWith, unpack } from "./testing/unpack.ts";

const NOISE = crypto.getRandomValues(new Uint8Array(60_000));
const ENTRIES: readonly MadeEntry[] = [
  { name: "data/", type: "5", stored: true },
  { name: "data/a.txt", content: "héllo" },
  { name: "./data/empty.txt" },
  { name: "data/deep/zeros.bin", content: new Uint8Array(300_000) },
  { name: "data/deep/noise.bin", content: NOISE, stored: true },
  { name: "data/.DS_Store", content: "x" },
  { name: "__MACOSX/data/._a.txt", content: "x" },
];

async function checkEntries(dir: string, files: number): Promise<void> {
  assert.equal(files, 4);
  assert.equal(await readFile(join(dir, "data/a.txt"), "utf8"), "héllo");
  assert.equal((await readFile(join(dir, "data/empty.txt"))).length, 0);
  assert.ok(Buffer.alloc(300_000).equals(await readFile(join(dir, "data/deep/zeros.bin"))));
  assert.ok(Buffer.from(NOISE).equals(await readFile(join(dir, "data/deep/noise.bin"))));
  assert.ok(!existsSync(join(dir, "__MACOSX")));
  assert.ok(!existsSync(join(dir, "data/.DS_Store")));
}

Deno.test("extractArchive() unpacks zip, zip64, tar and gzipped tar files alike", async () => {
  await unpack(makeZip(ENTRIES), checkEntries);
  await unpack(makeZip(ENTRIES, { zip64: true }), checkEntries);
  await unpack(makeZip(ENTRIES, { comment: "made for a test" }), checkEntries);
  await unpack(makeTar(ENTRIES), checkEntries);
  await unpack(gzipSync(makeTar(ENTRIES)), checkEntries);
});

Deno.test("extractArchive() writes the wanted files only", async () => {
  const wanted = (name: string): boolean => name.endsWith(".txt");
  for (const archive of [makeZip(ENTRIES), makeTar(ENTRIES)]) {
    await unpack(archive, (dir, files) => {
      assert.equal(files, 2);
      assert.ok(!existsSync(join(dir, "data/deep")));
      return Promise.resolve();
    }, { wanted });
  }
});

Deno.test("extractArchive() refuses names that lead out of the folder", async () => {
  for (
    const name of ["../evil", "a/../../evil", "/evil", "C:/evil", "..\\evil", "a\\..\\..\\evil"]
  ) {
    await failsWith(makeZip([{ name, content: "x" }]), "leads out of the folder");
    await failsWith(makeTar([{ name, content: "x" }]), "leads out of the folder");
  }
});

Deno.test("extractArchive() refuses links, encryption and unknown compression", async () => {
  await failsWith(makeZip([{ name: "l", content: "/etc", mode: 0o120777 }]), "symbolic link");
  await failsWith(makeTar([{ name: "l", type: "2" }]), 'an entry is a symbolic link: "l"');
  await failsWith(makeTar([{ name: "l", type: "1" }]), 'an entry is a link: "l"');
  await failsWith(makeZip([{ name: "a", content: "x", flags: 1 }]), "encrypted");
});

Deno.test("extractArchive() refuses a zip entry whose length or checksum is wrong", async () => {
  const entry = { name: "a", content: "hello" };
  for (const wrong of [{ crc: 1 }, { size: 4 }, { size: 9 }, { size: 4, crc: crc32("hell") }]) {
    for (const stored of [false, true]) {
      const archive = makeZip([{ ...entry, ...wrong, stored }]);
      await failsWith(archive, "an entry's length or checksum (CRC-32) is wrong");
    }
  }
  const bomb = { name: "a", content: new Uint8Array(20_000_000), size: 10 };
  await failsWith(makeZip([bomb]), "an entry's length or checksum (CRC-32) is wrong");
  const twice = { name: "a", content: "x" };
  await failsWith(makeZip([twice, twice]), "listed twice");
  await failsWith(makeTar([twice, twice]), "there twice");
});

Deno.test("extractArchive() refuses more bytes than the limit", async () => {
  const bomb = { name: "a", content: new Uint8Array(5000) };
  await failsWith(makeZip([bomb]), "more than the limit", { maxBytes: 4999 });
  await failsWith(makeTar([bomb]), "more than the limit", { maxBytes: 4999 });
});

Deno.test("extractArchive() refuses an archive that is cut short, wherever it is cut", async () => {
  const whole = { zip: makeZip(ENTRIES), tar: makeTar(ENTRIES), gz: gzipSync(makeTar(ENTRIES)) };
  for (const archive of Object.values(whole)) {
    for (const share of [0.1, 0.5, 0.9]) {
      await failsWith(archive.subarray(0, Math.floor(archive.length * share)), "Cannot unpack");
    }
  }
  await failsWith(whole.tar.subarray(0, whole.tar.length - 1024), "cut short");
  const damaged = whole.tar.slice();
  damaged[5]! ^= 1;
  await failsWith(damaged, "not a tar file, or damaged");
});

Deno.test("extractArchive() follows GNU and pax long names", async () => {
  const long = `data/${"x".repeat(150)}.txt`;
  const record = ` path=${long}\n`;
  const pax = `${record.length + 3}${record}`;
  for (const [type, content] of [["L", `${long}\0`], ["x", pax]] as const) {
    const archive = makeTar([
      { name: "meta", type, content },
      { name: long.slice(0, 100), content: "body" },
      { name: "data/next.txt", content: "next" },
    ]);
    await unpack(archive, async (dir) => {
      assert.equal(await readFile(join(dir, long), "utf8"), "body");
      assert.equal(await readFile(join(dir, "data/next.txt"), "utf8"), "next");
    });
    const evil = content.replace(long, `../evil/${long.slice(8)}`);
    await failsWith(makeTar([{ name: "m", type, content: evil }, { name: "a" }]), "leads out");
  }
});

Deno.test("extractArchive() says what a file is that is no archive", async () => {
  await failsWith(new TextEncoder().encode("<!DOCTYPE html><html>"), "it is a web page");
  await failsWith(new TextEncoder().encode("hello"), "neither a zip nor a tar file");
  await failsWith(new Uint8Array(0), "it is empty");
  await failsWith(new TextEncoder().encode("PK\x03\x04"), "no zip directory");
  await assert.rejects(extractArchive("/nowhere.zip", "/tmp/x"), /no such file/);
});

Deno.test("writeFault() makes a full disk and a missing permission the user's matter", () => {
  const full = writeFault(Object.assign(new Error("write"), { code: "ENOSPC" }), "/x");
  assert.ok(full instanceof UsageError && full.message.includes("/x: the disk is full"));
  const denied = writeFault(Object.assign(new Error("open"), { code: "EACCES" }), "/x");
  assert.ok(denied instanceof UsageError && denied.message.includes("/x: permission denied"));
  const other = new Error("other");
  assert.equal(writeFault(other, "/x"), other);
});
