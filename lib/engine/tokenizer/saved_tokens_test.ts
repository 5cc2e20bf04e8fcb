import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { CHAT, writeChatFolder } from "../testing/chat_folder.ts";
import { EMBEDDED_MODEL, runPython, skipUnless, skipUnlessPython } from "../testing/reference.ts";
import { auditTokens } from "./audit_tokens.ts";
import { loadTokenizer } from "./load_tokenizer.ts";
import { cleansUp } from "./saved_tokens.ts";
import type { Tokenizer } from "./tokenizer.ts";

type Files = Parameters<typeof writeChatFolder>[0];

const noModel = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + noModel, ignore: noModel !== "", fn });
}

async function tokenizer(files: Files): Promise<Tokenizer> {
  using folder = writeChatFolder(files);
  return await loadTokenizer(folder.dir);
}

const SPACED = "SELECT 'Hello , world !' WHERE a != b AND c = 'do n't'";

test("Tokenizer.decode() keeps spaces before punctuation, whatever tokenizer_config.json says", async () => {
  for (const value of [true, false, undefined, null]) {
    const found = await tokenizer({
      "tokenizer_config.json": { clean_up_tokenization_spaces: value },
    });
    assert.equal(found.decode(found.encode(SPACED)), SPACED, String(value));
    assert.equal(found.decodeWhole(found.encode(SPACED)), SPACED, String(value));
  }
});

Deno.test("cleansUp() is as transformers has it: where asked for, and never of byte-pair encoding", () => {
  const asked = { clean_up_tokenization_spaces: true };
  assert.equal(cleansUp({ model: { type: "BPE" } }, asked), false);
  assert.equal(cleansUp({ model: { type: "Unigram" } }, asked), true);
  assert.equal(cleansUp({ model: { type: "Unigram" } }, {}), false);
});

const BEGIN_AND_END =
  "{{ bos_token }}{% for m in messages %}{{ m.content + eos_token }}{% endfor %}";
const MAP = { bos_token: "<|endoftext|>", eos_token: { content: "<|im_start|>", lstrip: false } };

/** Folders with a special_tokens_map.json, and the begin and end token that they have. */
const MAPS: readonly (readonly [what: string, files: Files, begin: string, end: string])[] = [
  [
    "names what tokenizer_config.json leaves out",
    { "tokenizer_config.json": { bos_token: undefined, eos_token: undefined } },
    "<|endoftext|>",
    "<|im_start|>",
  ],
  ["says otherwise", {}, "<|endoftext|>", "<|im_start|>"],
  [
    "is older than tokenizer_config.json",
    { "tokenizer_config.json": { added_tokens_decoder: {} } },
    "<|im_start|>",
    "<|im_end|>",
  ],
];

function withMap(files: Files): Files {
  const map = { "special_tokens_map.json": MAP, "chat_template.jinja": BEGIN_AND_END };
  return { ...map, ...files };
}

for (const [what, files, begin, end] of MAPS) {
  test(`loadTokenizer() takes the special tokens of a special_tokens_map.json that ${what}`, async () => {
    const found = await tokenizer(withMap(files));
    assert.equal(found.render([{ role: "user", content: "x" }]), `${begin}x${end}`);
    assert.equal(found.decodeSpecial(found.endToken!), end);
  });
}

const noPython = skipUnlessPython(`${EMBEDDED_MODEL}/tokenizer.json`);

Deno.test({
  name:
    `chat prompts with the tokens of special_tokens_map.json are those of transformers${noPython}`,
  ignore: noPython !== "",
  async fn(): Promise<void> {
    using out = writeChatFolder({});
    using folders = new DisposableStack();
    const chats = MAPS.map(([, files]) => ({
      folder: folders.use(writeChatFolder(withMap(files))).dir,
      messages: CHAT,
      thinking: false,
      date: "2024-07-26",
    }));
    await Deno.writeTextFile(`${out.dir}/job.json`, JSON.stringify({ chats, dates: [] }));
    await runPython("chat_text.py", `${out.dir}/job.json`, `${out.dir}/result.json`);
    const expected = JSON.parse(await Deno.readTextFile(`${out.dir}/result.json`));
    for (const [i, { folder }] of chats.entries()) {
      assert.equal((await loadTokenizer(folder)).render(CHAT), expected.chats[i]);
    }
  },
});

test("loadTokenizer() refuses a special_tokens_map.json that is no object by its name", async () => {
  await assert.rejects(tokenizer({ "special_tokens_map.json": "[" }), {
    name: UsageError.name,
    message: /^Cannot load the tokenizer: ".*special_tokens_map\.json" holds no JSON object$/,
  });
});

const TURNS = "{% for m in messages %}<|turn|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}";
const TURN = { content: "<|turn|>", special: true };

const ABSENT: readonly (readonly [where: string, files: Files])[] = [
  ["added_tokens.json", { "added_tokens.json": { "<|turn|>": 49152 } }],
  [
    "added_tokens_decoder",
    { "tokenizer_config.json": { added_tokens_decoder: { "49152": TURN } } },
  ],
  [
    "additional_special_tokens",
    { "tokenizer_config.json": { additional_special_tokens: ["<|turn|>"] } },
  ],
  ["extra_special_tokens", {
    "tokenizer_config.json": { extra_special_tokens: { x: "<|turn|>" } },
  }],
  ["special_tokens_map.json", {
    "special_tokens_map.json": { additional_special_tokens: [TURN] },
  }],
];

for (const [where, files] of ABSENT) {
  test(`a prompt with a token that ${where} names and tokenizer.json lacks is refused`, async () => {
    const found = await tokenizer({ "chat_template.jinja": TURNS, ...files });
    const expected = {
      name: UsageError.name,
      message:
        /refuses this model: a prompt has "<\|turn\|>", .* tokenizer\.json lacks; write .*save/,
    };
    assert.throws(() => auditTokens(found, { messages: CHAT, sharedLength: 3 }), expected);
    assert.throws(() => found.encodePlain("x\n\n", "<|turn|>"), expected);
    await assert.rejects(
      found.encodeAllPlain([1], () => ["x", "<|turn|>"], { threads: 2 }),
      expected,
    );
    // texts without it are none the worse
    assert.deepEqual(found.encodePlain("x", " y"), (await tokenizer({})).encodePlain("x", " y"));
  });
}

test("a token that tokenizer.json has is no fault, whatever else names it", async () => {
  const found = await tokenizer({
    "chat_template.jinja": TURNS.replace("<|turn|>", "<|im_start|>"),
    "added_tokens.json": { "<|im_start|>": 1 },
    "tokenizer_config.json": { additional_special_tokens: ["<|im_end|>", ""] },
  });
  assert.ok(auditTokens(found, { messages: CHAT, sharedLength: 3 }).chatMarkers[1]! > 0);
});
