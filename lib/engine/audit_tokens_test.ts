import assert from "node:assert/strict";
import { UsageError } from "../runs/usage_error.ts";
import { auditTokens } from "./audit_tokens.ts";
import { EMBEDDED_MODEL, MISTRAL_TOKENIZER, skipUnless } from "./_reference.ts";
import { type Conversation, loadTokenizer, Tokenizer } from "./tokenizer.ts";

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
      const message = new RegExp(`"${shown}" stands \\d times .* the template writes it \\d times`);
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
