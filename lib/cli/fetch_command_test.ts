import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeTar } from "../fetch/testing/make_archives.ts";
import { assertRefused, runMain } from "./testing/run_main.ts";

const ROWS = '"Which, of these?",one,two,three,four,A\n'.repeat(5);
const TAR = makeTar(
  ["dev", "test", "val"].map((split) => ({
    name: `data/${split}/abstract_algebra_${split}.csv`,
    content: ROWS,
  })),
);
const SHA256 = createHash("sha256").update(TAR).digest("hex");

async function inFolder(test: (folder: string, tar: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/data.tar`, TAR);
    await test(folder, `${folder}/data.tar`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fetch --sha256 takes an archive of that checksum", () =>
  inFolder(async (folder, tar) => {
    const args = ["fetch", "--data-root", folder, "--mmlu", tar, "--sha256", SHA256];
    const { code, printed } = await runMain(args);
    assert.equal(code, 0);
    assert.ok(printed.includes(SHA256), printed);
  }));

Deno.test("fetch --sha256 refuses any other archive, and leaves nothing of it", () =>
  inFolder(async (folder, tar) => {
    const bytes = TAR.slice();
    bytes[600]! ^= 1;
    await Deno.writeFile(tar, bytes);
    const args = ["fetch", "--data-root", `${folder}/to`, "--mmlu", tar, "--sha256", SHA256];
    await assertRefused(
      args,
      /its SHA-256 is [0-9a-f]{64}, expected .*: it is another file or dam/,
    );
    assert.deepEqual([...Deno.readDirSync(`${folder}/to`)], []);
  }));

Deno.test("fetch --sha256 is one archive's, in 64 digits", () =>
  inFolder(async (folder, tar) => {
    const fetch = ["fetch", "--data-root", folder, "--mmlu", tar];
    await assertRefused([...fetch, "--sha256", "abc"], /takes 64 hexadecimal digits: abc/);
    const both = [...fetch, "--spider", tar, "--sha256", SHA256];
    await assertRefused(both, /give --spider or --mmlu alone/);
  }));
