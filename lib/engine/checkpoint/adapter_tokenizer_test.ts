import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { loadAdapter } from "./adapter.ts";
import { checkAdapterTokenizer } from "./adapter_tokenizer.ts";
import { withAdapter } from "../testing/tiny_adapter.ts";

const TEMPLATE = "{% for m in messages %}{{ m.content }}\n{% endfor %}";
const VOCAB = { a: 0, b: 1, "<s>": 2 };

type Files = Readonly<Record<string, unknown>>;

/** Checks files beside an adapter against files of a base model. */
async function check(own: Files, base: Files): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [folder, files] of Object.entries({ own, base })) {
      await Deno.mkdir(`${root}/${folder}`);
      for (const [name, content] of Object.entries(files)) {
        const text = typeof content === "string" ? content : JSON.stringify(content);
        await Deno.writeTextFile(`${root}/${folder}/${name}`, text);
      }
    }
    await checkAdapterTokenizer(`${root}/own`, `${root}/base`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function refuses(own: Files, base: Files, message: RegExp): Promise<void> {
  return assert.rejects(check(own, base), (error: Error) => {
    assert.equal(error.name, UsageError.name);
    assert.match(error.message, message);
    return !error.message.includes("\n");
  });
}

const configured = (template: unknown): Files => ({
  "tokenizer_config.json": { chat_template: template },
});
const inFile = (template: string): Files => ({ "chat_template.jinja": template });

Deno.test("checkAdapterTokenizer() takes the base's own template, wherever each folder has it", async () => {
  await check(configured(TEMPLATE), configured(TEMPLATE));
  await check(inFile(TEMPLATE), configured(TEMPLATE));
  await check(inFile(TEMPLATE.replaceAll("\n", "\r\n") + "\r\n"), inFile(TEMPLATE));
  await check(configured([{ name: "default", template: TEMPLATE }]), inFile(TEMPLATE));
  await check({ ...inFile(TEMPLATE), ...configured("not read beside a file") }, inFile(TEMPLATE));
  const learnt = TEMPLATE.replace(
    "{{ m.content }}",
    "{% generation %}{{ m.content }}{%- endgeneration %}",
  );
  await check(inFile(learnt), inFile(TEMPLATE));
  await check({}, inFile(TEMPLATE));
  await check({ "tokenizer_config.json": {} }, inFile(TEMPLATE));
});

Deno.test("checkAdapterTokenizer() refuses another template, with both ways out", async () => {
  const message = /another chat template than the base model's in ".*base": to use its own, copy/;
  await refuses(inFile(TEMPLATE + "{# more #}"), inFile(TEMPLATE), message);
  await refuses(configured("{{ 1 }}"), configured(TEMPLATE), message);
  await refuses(inFile(TEMPLATE), {}, message);
  await refuses({ ...inFile("{{ 1 }}"), ...configured(TEMPLATE) }, inFile(TEMPLATE), message);
});

Deno.test("checkAdapterTokenizer() refuses tokens of other ids, and no tokens that only one folder has", async () => {
  const tokenizer = (vocab: unknown, added: unknown[] = [], more: Files = {}): Files => ({
    "tokenizer.json": { ...more, added_tokens: added, model: { vocab } },
  });
  const base = tokenizer(VOCAB, [{ content: "<s>", id: 2 }]);
  await check(base, base);
  await check(tokenizer(VOCAB, [], { padding: { length: 4 } }), base);
  await check(tokenizer({ ...VOCAB, c: 3 }, [{ content: "<pad>", id: 4 }]), base);
  await check(tokenizer([["a", -1.5], ["b", -2]]), base);
  await check(tokenizer(VOCAB), {});
  await check({ "tokenizer.json": "{" }, base);
  const message =
    /another tokenizer: "b" has the id 5 there and 1 in ".*base": give the base model/;
  await refuses(tokenizer({ a: 0, b: 5 }), base, message);
  await refuses(tokenizer({}, [{ content: "b", id: 5 }]), base, message);
  await refuses(tokenizer([["b", -1], ["a", -2]]), base, /"b" has the id 0 there and 1/);
});

Deno.test("loadAdapter() refuses an adapter with a chat template of its own", () =>
  withAdapter(async (dir, checkpoint) => {
    await loadAdapter(dir, checkpoint);
    await Deno.writeTextFile(`${dir}/chat_template.jinja`, TEMPLATE);
    await assert.rejects(loadAdapter(dir, checkpoint), /saved with another chat template/);
    await Deno.writeTextFile(`${checkpoint.dir}/chat_template.jinja`, TEMPLATE);
    await loadAdapter(dir, checkpoint);
  }));
