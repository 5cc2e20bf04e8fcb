import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import {
  EMBEDDED_MODEL,
  MISTRAL_TOKENIZER,
  runPython,
  skipUnless,
  skipUnlessPython,
} from "../testing/reference.ts";
import type { ChatMessage } from "./conversation.ts";
import { loadTokenizer } from "./load_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

const MODELS: Readonly<Record<string, string>> = {
  "SmolLM2": EMBEDDED_MODEL,
  "Mistral": MISTRAL_TOKENIZER,
};

const TEXTS = [
  "",
  "hello world",
  " hello",
  "  two  spaces",
  "SELECT name, count(*) FROM t WHERE x >= 12.5 AND y = 'Ñandú 日本';\n\n\n",
  "tab\there\r\nnew line",
  "Answer: A",
  "Answer:",
  "1234567 on 2024-01-01",
  "it's we'll DON'T",
  "[INST] x [/INST]",
  "<|im_start|>user\nx<|im_end|>",
  "<s>x</s>",
  "emoji 🙂🙃 ok",
  "a\u00a0b naïve café, don't\u200b stop, ﬁ",
  "\n\nQuestion: How many?\nA. 1\nB. 2",
];

const MESSAGES: readonly ChatMessage[] = [
  { role: "system", content: "You write SQL." },
  { role: "user", content: "singer(id, name)\n\nQuestion: How many?" },
  { role: "assistant", content: "SELECT count(*) FROM singer" },
  { role: "user", content: "concert(id, year)\n\nQuestion: Which years?" },
];

/** Prompts as this project writes them, cut at every character. */
const PROMPT = "concert(id, year)\nsinger.id = concert.id\n\nQuestion: Wann?\nA. 12 B. don't  🙂";

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

for (const [name, dir] of Object.entries(MODELS)) {
  const skipped = skipUnless(`${dir}/tokenizer.json`);
  const test = (title: string, fn: (tokenizer: Tokenizer) => void | Promise<void>): void =>
    Deno.test({
      name: `${title}: ${name}${skipped}`,
      ignore: skipped !== "",
      fn: async () => await fn(await loadTokenizer(dir)),
    });

  test("Tokenizer.encodePlain() gives the ids of the whole text, wherever it is cut", (tokenizer) => {
    const whole = [...tokenizer.beginTokens, ...tokenizer.encode(PROMPT)];
    for (let at = 0; at <= PROMPT.length; at++) {
      const { prefix, suffix } = tokenizer.encodePlain(PROMPT.slice(0, at), PROMPT.slice(at));
      assert.deepEqual([...prefix, ...suffix], whole);
      assert(suffix.length > 0);
    }
    const { prefix } = tokenizer.encodePlain(PROMPT.slice(0, 40), PROMPT.slice(40));
    assert(prefix.length > 10, "hardly anything is shared");
  });

  test("Tokenizer.encodeConversation() gives the ids of the whole text, wherever it is cut", (t) => {
    const messages: ChatMessage[] = [...MESSAGES.slice(0, 3), { role: "user", content: PROMPT }];
    const whole = t.encode(t.render(messages));
    for (let sharedLength = 0; sharedLength <= PROMPT.length; sharedLength++) {
      const { prefix, suffix } = t.encodeConversation({ messages, sharedLength });
      assert.deepEqual([...prefix, ...suffix], whole);
      assert(suffix.length > 0);
    }
  });

  test("Tokenizer.encodeConversation() gives questions about one schema the same prefix", (t) => {
    const schema = "concert(id, year)\nsinger(id, name)\n\n";
    const ask = (question: string): string => {
      const messages: ChatMessage[] = [{ role: "user", content: `${schema}Question: ${question}` }];
      return t.encodeConversation({ messages, sharedLength: schema.length }).prefix.join();
    };
    assert.equal(ask("How many concerts?"), ask("In which years?"));
    assert(ask("x").split(",").length > 8);
  });

  test("Tokenizer.decode() gives text back without special tokens", (tokenizer) => {
    const text = "SELECT name FROM t WHERE x = 'ü'";
    const special = tokenizer.specialIds.at(2)!;
    assert.equal(tokenizer.decode([...tokenizer.encode(text), special]).trim(), text);
    assert.equal(tokenizer.decode([]), "");
  });

  const noPython = skipUnlessPython(`${dir}/tokenizer.json`);
  Deno.test({
    name:
      `Tokenizer agrees with transformers on texts and on the chat template: ${name}${noPython}`,
    ignore: noPython !== "",
    async fn(): Promise<void> {
      const folder = await Deno.makeTempDir();
      try {
        const job = JSON.stringify({ texts: TEXTS, messages: MESSAGES });
        await Deno.writeTextFile(`${folder}/job.json`, job);
        await runPython("token_ids.py", dir, `${folder}/job.json`, `${folder}/result.json`);
        const expected = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
        const tokenizer = await loadTokenizer(dir);
        assert.deepEqual(TEXTS.map((text) => tokenizer.encode(text)), expected.texts);
        assert.deepEqual(tokenizer.beginTokens, expected.begin);
        assert.equal(tokenizer.render(MESSAGES), expected.chat);
        assert.deepEqual(tokenizer.encode(tokenizer.render(MESSAGES)), expected.chat_ids);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

const noMistral = skipUnless(`${MISTRAL_TOKENIZER}/tokenizer.json`);

Deno.test({
  name: `Tokenizer.encodeConversation() writes Mistral's markers once a turn${noMistral}`,
  ignore: noMistral !== "",
  async fn(): Promise<void> {
    const tokenizer = await loadTokenizer(MISTRAL_TOKENIZER);
    const { prefix, suffix } = tokenizer.encodeConversation({
      messages: MESSAGES,
      sharedLength: 0,
    });
    const markers = [...prefix, ...suffix].map((id) => tokenizer.decodeSpecial(id));
    const times = (marker: string): number => markers.filter((text) => text === marker).length;
    assert.deepEqual([times("<s>"), times("[INST]"), times("[/INST]"), times("</s>")], [
      1,
      2,
      2,
      1,
    ]);
    assert.equal(markers[0], "<s>");
    assert.equal(count(tokenizer.render(MESSAGES), "You write SQL."), 1);
  },
});

Deno.test({
  name:
    `Tokenizer.render() puts a system message that the template refuses before the first user's${noMistral}`,
  ignore: noMistral !== "",
  async fn(): Promise<void> {
    const dir = await Deno.makeTempDir();
    try {
      for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
        await Deno.copyFile(`${MISTRAL_TOKENIZER}/${file}`, `${dir}/${file}`);
      }
      // as in v0.1 and v0.2: turns must alternate, beginning with the user's
      const template = "{{ bos_token }}{% for m in messages %}" +
        "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}" +
        "{{ raise_exception('Roles must alternate') }}{% endif %}" +
        "{{ '[INST] ' + m['content'] + ' [/INST]' if m['role'] == 'user' else m['content'] }}" +
        "{% endfor %}";
      await Deno.writeTextFile(`${dir}/chat_template.jinja`, template);
      const text = (await loadTokenizer(dir)).render(MESSAGES);
      assert(text.startsWith("<s>[INST] You write SQL.\n\nsinger(id, name)"), text);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

const noSmol = skipUnless(EMBEDDED_MODEL);

Deno.test({
  name: `Tokenizer.render() refuses a model without a chat template${noSmol}`,
  ignore: noSmol !== "",
  async fn(): Promise<void> {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.copyFile(`${EMBEDDED_MODEL}/tokenizer.json`, `${dir}/tokenizer.json`);
      const { chat_template: _, ...config } = JSON.parse(
        await Deno.readTextFile(`${EMBEDDED_MODEL}/tokenizer_config.json`),
      );
      await Deno.writeTextFile(`${dir}/tokenizer_config.json`, JSON.stringify(config));
      const tokenizer = await loadTokenizer(dir);
      assert.throws(() => tokenizer.render(MESSAGES), {
        name: UsageError.name,
        message: /has no chat template; take an instruct model/,
      });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("loadTokenizer() refuses folders without a tokenizer and with a broken one", async () => {
  const usage = { name: UsageError.name };
  await assert.rejects(loadTokenizer("/nonexistent"), { ...usage, message: /there is no/ });
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/tokenizer.json`, "{");
    await assert.rejects(loadTokenizer(dir), { ...usage, message: /Cannot load the tokenizer in/ });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
