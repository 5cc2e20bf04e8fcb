import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { ServedAdapters } from "./served_adapters.ts";
import type { ServerClient } from "./server_client.ts";

/** A client that nothing may be asked of. */
const client = {
  root: "http://localhost",
  request: () => Promise.reject(new Error("a request was sent")),
} as unknown as ServerClient;

async function withAdapter(config: unknown, test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/adapter_config.json`, JSON.stringify(config));
  await Deno.writeTextFile(`${dir}/adapter_model.safetensors`, "weights");
  await test(dir);
  await Deno.remove(dir, { recursive: true });
}

Deno.test("ServedAdapters.nameOf() refuses by name what a server would leave out of an adapter", async () => {
  const adapters = new ServedAdapters(client, { base: "base", names: ["base"] });
  const settings = {
    rank_pattern: { q_proj: 4 },
    alpha_pattern: { "layers.0.*": 4 },
    use_dora: true,
    lora_bias: true,
  };
  for (const [name, value] of Object.entries(settings)) {
    await withAdapter({ r: 8, lora_alpha: 16, [name]: value }, async (dir) => {
      const message = new RegExp(`on a server: it has ${name}, which servers leave out or refuse`);
      await assert.rejects(adapters.nameOf({ adapter: { dir } }), {
        name: UsageError.name,
        message,
      });
      await assert.rejects(adapters.nameOf({ adapter: { dir }, scale: 0.5 }), { message });
      assert.equal(await adapters.nameOf({ adapter: { dir }, scale: 0 }), "base");
    });
  }
});

Deno.test("ServedAdapters.nameOf() asks the server for an adapter whose such settings are off", async () => {
  const adapters = new ServedAdapters(client, { base: "base", names: ["base"] });
  const off = { rank_pattern: {}, alpha_pattern: {}, use_dora: false, lora_bias: false };
  for (const config of [off, {}, { rank_pattern: null }]) {
    await withAdapter({ r: 8, lora_alpha: 16, ...config }, async (dir) => {
      await assert.rejects(adapters.nameOf({ adapter: { dir } }), /a request was sent/);
    });
  }
});

Deno.test("ServedAdapters.nameOf() refuses a config that was broken since the adapter was read", async () => {
  const adapters = new ServedAdapters(client, { base: "base", names: ["base"] });
  await withAdapter({ r: 8, lora_alpha: 16 }, async (dir) => {
    const refused = async (text: string, why: RegExp): Promise<void> => {
      await Deno.writeTextFile(`${dir}/adapter_config.json`, text);
      for (const scale of [1, 0.5]) {
        const name = adapters.nameOf({ adapter: { dir }, scale });
        await assert.rejects(name, { name: UsageError.name, message: why });
      }
    };
    await refused("{", /^Cannot use the adapter in ".*": adapter_config\.json is not JSON$/);
    await refused("null", /^Cannot use the adapter in ".*": adapter_config\.json holds no object$/);
    await Deno.writeTextFile(`${dir}/adapter_config.json`, '{ "r": 8 }');
    await assert.rejects(adapters.nameOf({ adapter: { dir }, scale: 0.5 }), {
      name: UsageError.name,
      message: /its lora_alpha is not a number$/,
    });
  });
});

Deno.test("ServedAdapters.nameOf() takes the user's word for an adapter that was loaded by hand", async () => {
  await withAdapter({ r: 8, lora_alpha: 16, use_dora: true }, async (dir) => {
    const own = dir.split("/").at(-1)!;
    const adapters = new ServedAdapters(client, {
      base: "base",
      names: ["base", "mine"],
      servedAdapters: { [own]: "mine" },
    });
    assert.equal(await adapters.nameOf({ adapter: { dir } }), "mine");
  });
});
