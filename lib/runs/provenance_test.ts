import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gitState } from "./git_state.ts";
import { sha256OfFile } from "../ground/mod.ts";
import { toolVersions } from "./tool_versions.ts";

Deno.test("sha256OfFile() is the hash of the whole file, however large", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const bytes = new Uint8Array(3_000_001).map((_, i) => i % 251);
    Deno.writeFileSync(`${folder}/weights`, bytes);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.equal(await sha256OfFile(`${folder}/weights`), expected);
    Deno.writeFileSync(`${folder}/empty`, new Uint8Array());
    // sha256sum /dev/null
    assert.match(await sha256OfFile(`${folder}/empty`), /^e3b0c44298fc1c14.*b855$/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("sha256OfFile() names a file that is not there, and a folder", async () => {
  await assert.rejects(sha256OfFile("none.safetensors"), {
    name: "UsageError",
    message: "Cannot read none.safetensors: there is no such file",
  });
  await assert.rejects(sha256OfFile("."), { name: "UsageError", message: /is a folder/ });
});

Deno.test("gitState() sees changes anywhere but in results", async () => {
  const folder = Deno.makeTempDirSync();
  const git = async (...args: string[]): Promise<void> => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-C", folder, ...identity, ...args],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  try {
    assert.deepEqual(await gitState(folder), { commit: null, dirty: null });
    await git("init", "--quiet");
    Deno.writeTextFileSync(`${folder}/code.ts`, "1");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "one");
    const clean = await gitState(folder);
    assert.match(clean.commit!, /^[0-9a-f]{40}$/);
    assert.equal(clean.dirty, false);
    Deno.mkdirSync(`${folder}/results/x`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/results/x/summary.json`, "{}");
    assert.deepEqual(await gitState(`${folder}/results`), clean);
    Deno.writeTextFileSync(`${folder}/code.ts`, "2");
    assert.deepEqual(await gitState(`${folder}/results`), { ...clean, dirty: true });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("toolVersions() has the running Deno, installed packages, and null without Python", async () => {
  const versions = await toolVersions({ python: "/nowhere/python" });
  assert.equal(versions["deno"], Deno.version.deno);
  assert.match(versions["onnxruntime-node"]!, /^\d+\.\d+\.\d+/);
  assert.match(versions["@huggingface/transformers"]!, /^\d+\.\d+\.\d+/);
  for (const name of ["python", "torch", "transformers", "trl", "peft"]) {
    assert.equal(versions[name], null);
  }
});
