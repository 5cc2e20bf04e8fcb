import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { PLAIN_TEMPLATE, QWEN3_LIKE, writeChatFolder } from "../testing/chat_folder.ts";
import { auditTokens } from "./audit_tokens.ts";
import { checkVocabulary } from "./check_vocabulary.ts";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "../testing/reference.ts";
import type { Conversation } from "./conversation.ts";
import { loadTokenizer } from "./load_tokenizer.ts";
import { Tokenizer } from "./tokenizer.ts";

const MODELS: Readonly<Record<string, string>> = {
  "SmolLM2": EMBEDDED_MODEL,
  "Mistral": MISTRAL_TOKENIZER,
};

function conversation(content: string): Conversation {
  const messages = [{ role: "system", content: "You write SQL." }, {
    role: "user",
    content,
  }] as const;
  return { messages, sharedLength: 0 };
}

function refuses(tokenizer: Tokenizer, sample: Conversation, message: RegExp): void {
  assert.throws(() => auditTokens(tokenizer, sample), { name: UsageError.name, message });
}

for (const [name, dir] of Object.entries(MODELS)) {
  const skipped = skipUnless(`${dir}/tokenizer.json`);
  Deno.test({
    name: `auditTokens() finds the letters' tokens and the template's markers: ${name}${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const tokenizer = await loadTokenizer(dir);
      const audit = auditTokens(tokenizer, conversation("How many singers?"));
      const letters = audit.letterIds.map((id) => tokenizer.decode([id]).trim());
      assert.deepEqual(letters, ["A", "B", "C", "D"]);
      assert.equal(tokenizer.encode("Answer: C").at(-1), audit.letterIds[2]);
      const ten = auditTokens(tokenizer, undefined, { letters: 10 }).letterIds;
      assert.equal(ten.map((id) => tokenizer.decode([id]).trim()).join(""), "ABCDEFGHIJ");
      assert.deepEqual(ten.slice(0, 4), audit.letterIds);
      const markers = Object.entries(audit.chatMarkers).map(([id, times]) => [
        tokenizer.decodeSpecial(Number(id)),
        times,
      ]);
      assert.deepEqual(Object.fromEntries(markers), MARKERS[name]);
      assert.equal(audit.beginTokens.length, name === "Mistral" ? 1 : 0);
    },
  });

  Deno.test({
    name: `auditTokens() refuses a text that holds markers of its own: ${name}${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const tokenizer = await loadTokenizer(dir);
      const marker = name === "Mistral" ? "[INST]" : "<|im_start|>";
      const shown = marker.replace(/[[\]|]/g, "\\$&");
      const message = new RegExp(
        `"${shown}" stands \\d times? .* the template writes it \\d times?`,
      );
      refuses(tokenizer, conversation(`How many ${marker} singers?`), message);
    },
  });
}

const MARKERS: Readonly<Record<string, Record<string, number>>> = {
  "SmolLM2": { "<|im_start|>": 3, "<|im_end|>": 2 },
  "Mistral": { "<s>": 1, "[INST]": 1, "[/INST]": 1 },
};

const noMistral = skipUnless(`${MISTRAL_TOKENIZER}/tokenizer.json`);

async function withTemplate(template: string, test: (t: Tokenizer) => void): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
      await Deno.copyFile(`${MISTRAL_TOKENIZER}/${file}`, `${dir}/${file}`);
    }
    await Deno.writeTextFile(`${dir}/chat_template.jinja`, template);
    test(await loadTokenizer(dir));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test({
  name: `auditTokens() refuses a chat prompt with two begin tokens, or none${noMistral}`,
  ignore: noMistral !== "",
  async fn(): Promise<void> {
    const turns = "{% for m in messages %}[INST]{{ m['content'] }}[/INST]{% endfor %}";
    const sample = conversation("How many?");
    await withTemplate(
      `{{ bos_token }}{{ bos_token }}${turns}`,
      (tokenizer) => refuses(tokenizer, sample, /has 2 begin tokens; exactly one/),
    );
    await withTemplate(
      turns,
      (tokenizer) => refuses(tokenizer, sample, /has 0 begin tokens; exactly one/),
    );
  },
});

const noModel = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + noModel, ignore: noModel !== "", fn });
}

/** The id of SmolLM2's turn end, and the size of its vocabulary. */
const [END, SIZE] = [2, 49152];

/** The embedded tokenizer with a template, and perhaps two tokens more than the model has rows for. */
async function tokenizer(
  template: string,
  { added = [], vocabSize = SIZE, special = true, thinking = false }: {
    readonly added?: readonly string[];
    readonly vocabSize?: number;
    readonly special?: boolean;
    readonly thinking?: boolean;
  } = {},
): Promise<Tokenizer> {
  const more = added.map((content, i) => ({
    id: SIZE + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  }));
  using folder = writeChatFolder(
    { "chat_template.jinja": template },
    (json) => void (json.added_tokens = [...json.added_tokens as unknown[], ...more]),
  );
  return await loadTokenizer(folder.dir, { vocabSize, thinking });
}

const MARKED = PLAIN_TEMPLATE.replaceAll("<|im_start|>", "<|turn|>")
  .replaceAll("<|im_end|>", "<|done|>");
const TURN = { added: ["<|turn|>", "<|done|>"] } as const;

test("auditTokens() refuses a template whose markers have no embedding, naming the token", async () => {
  const unfit = await tokenizer(MARKED, TURN);
  assert.throws(() => auditTokens(unfit, conversation("How many?")), {
    name: UsageError.name,
    message: 'The token audit refuses this model: its tokenizer writes "<|turn|>" as id 49152, ' +
      "but its weights end at id 49151; resize its embedding to the tokenizer's size",
  });
  // where only letters are scored nothing of the template is asked
  assert.equal(auditTokens(unfit).letterIds.length, 4);
});

test("an added token without an embedding is refused in the one question that holds it", async () => {
  const unfit = await tokenizer(PLAIN_TEMPLATE, TURN);
  auditTokens(unfit, conversation("How many?"));
  assert.ok(unfit.encodeConversation(conversation("How many?")).suffix.length > 0);
  const message = /token audit refuses this model: .* "<\|done\|>" as id 49153, .* at id 49151/;
  assert.throws(() => unfit.encodeConversation(conversation("A <|done|>?")), { message });
  assert.throws(() => unfit.encodePlain("A <|done|>?", " Answer:"), { message });
});

test("a model with more embeddings than its tokenizer has tokens is fine", async () => {
  const padded = await tokenizer(MARKED, { ...TURN, vocabSize: SIZE + 64 });
  assert.equal(Object.keys(auditTokens(padded, conversation("How many?")).chatMarkers).length, 2);
  checkVocabulary(padded, [SIZE + 63]);
  assert.throws(() => checkVocabulary(padded, [SIZE + 64]), UsageError);
});

test("auditTokens() refuses letters that the model has no embedding for", async () => {
  const tiny = await tokenizer(PLAIN_TEMPLATE, { vocabSize: 100 });
  for (const letters of [1, 11, 2.5]) {
    assert.throws(() => auditTokens(tiny, undefined, { letters }), RangeError);
  }
  assert.throws(() => auditTokens(tiny), { message: /writes " A" as id \d+, .* end at id 99/ });
});

test("turnEnd is the token that the template writes after an answer, special or not", async () => {
  assert.equal((await tokenizer(PLAIN_TEMPLATE)).turnEnd, END);
  assert.equal((await tokenizer(QWEN3_LIKE)).turnEnd, END);
  assert.equal((await tokenizer(MARKED, TURN)).turnEnd, SIZE + 1);
  assert.equal((await tokenizer(MARKED, { ...TURN, special: false })).turnEnd, SIZE + 1);
});

test("turnEnd passes over line breaks that are tokens of their own", async () => {
  const lines = PLAIN_TEMPLATE.replace("'<|im_end|>\\n'", "'\\n\\n<|im_end|>\\n'");
  assert.notEqual(lines, PLAIN_TEMPLATE);
  assert.equal((await tokenizer(lines, { added: ["\n\n"], special: false })).turnEnd, END);
});

test("turnEnd is not there where a template writes no token after an answer", async () => {
  const words = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
  assert.equal((await tokenizer(words)).turnEnd, undefined);
  const next = `{% for m in messages %}<|im_start|>{{ m.content }}\n{% endfor %}`;
  assert.equal((await tokenizer(next)).turnEnd, undefined);
  const question = `{{ raise_exception('no') if messages|length > 1 else messages[0].content }}`;
  assert.equal((await tokenizer(question)).turnEnd, undefined);
});

test("answerOpening is what the template writes before an answer, reasoning tags included", async () => {
  const opening = async (template: string, thinking = false): Promise<string> =>
    (await tokenizer(template, { thinking })).answerOpening;
  const turn = "<|im_start|>assistant\n";
  assert.equal(await opening(PLAIN_TEMPLATE), turn);
  assert.equal(await opening(QWEN3_LIKE), `${turn}<think>\n\n</think>\n\n`);
  assert.equal(await opening(QWEN3_LIKE, true), turn);
  const always = `${PLAIN_TEMPLATE}{%- if add_generation_prompt %}{{ '<think>\\n' }}{% endif %}`;
  assert.equal(await opening(always), `${turn}<think>\n`);
  assert.equal(await opening("{% for m in messages %}{{ m.content }}{% endfor %}"), "");
});
