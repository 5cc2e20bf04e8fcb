import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import {
  ALTERNATING,
  CHAT,
  LLAMA32_LIKE,
  PLAIN_TEMPLATE,
  QWEN3_LIKE,
  SMOLLM3_LIKE,
  writeChatFolder,
} from "../testing/chat_folder.ts";
import { formatDate } from "./format_date.ts";
import { EMBEDDED_MODEL, runPython, skipUnless, skipUnlessPython } from "../testing/reference.ts";
import type { ChatSettings } from "../../ground/mod.ts";
import { loadTokenizer } from "./load_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

const noModel = skipUnless(`${EMBEDDED_MODEL}/tokenizer.json`);
const NOT_THINKING = "<|im_start|>assistant\n<think>\n\n</think>\n\n";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + noModel, ignore: noModel !== "", fn });
}

type Files = Parameters<typeof writeChatFolder>[0];

async function tokenizer(files: Files, settings: Partial<ChatSettings> = {}): Promise<Tokenizer> {
  using folder = writeChatFolder(files);
  return await loadTokenizer(folder.dir, settings);
}

async function rendered(template: string, settings: Partial<ChatSettings> = {}): Promise<string> {
  return (await tokenizer({ "chat_template.jinja": template }, settings)).render(CHAT);
}

test("a template that can reason gets the prompt without reasoning, and with it if asked to", async () => {
  assert.ok((await rendered(QWEN3_LIKE)).endsWith(NOT_THINKING));
  const thinking = await rendered(QWEN3_LIKE, { thinking: true });
  assert.ok(thinking.endsWith("<|im_start|>assistant\n"));
});

test("templates that call the switch `thinking` get it too", async () => {
  const granite = `${PLAIN_TEMPLATE}{{ 'on' if thinking else 'off' }}`;
  assert.ok((await rendered(granite)).endsWith("off"));
  assert.ok((await rendered(granite, { thinking: true })).endsWith("on"));
});

test("a template without reasoning is the same in both modes", async () => {
  assert.equal(await rendered(PLAIN_TEMPLATE, { thinking: true }), await rendered(PLAIN_TEMPLATE));
});

test("templates that write today's date write the day of the settings", async () => {
  assert.match(await rendered(LLAMA32_LIKE), /\nToday Date: 26 Jul 2024\n/);
  assert.match(await rendered(LLAMA32_LIKE, { date: "2026-03-01" }), /\nToday Date: 01 Mar 2026\n/);
  const smol = await rendered(SMOLLM3_LIKE, { date: "2025-12-09" });
  assert.match(smol, /Today Date: 09 December 2025\nReasoning Mode: \/no_think\n/);
  assert.match(await rendered(SMOLLM3_LIKE, { thinking: true }), /26 July 2024\n.*: \/think\n/);
});

test("no prompt changes by the day on which it is asked", async () => {
  for (const template of [LLAMA32_LIKE, SMOLLM3_LIKE]) {
    const [first, second] = [
      await onSystemDate("2024-01-31", () => rendered(template)),
      await onSystemDate("2031-07-04", () => rendered(template)),
    ];
    assert.equal(first, second);
    assert.ok(first.includes("2024"));
  }
});

test("loadTokenizer() refuses a date that no calendar has", async () => {
  await assert.rejects(tokenizer({}, { date: "2026-02-29" }), {
    name: "RangeError",
    message: 'Cannot render chats on "2026-02-29": it is no calendar day',
  });
});

test("a template that asks for the date in an unknown code is refused in one line", async () => {
  await assert.rejects(rendered(`{{ strftime_now('%Q') }}${PLAIN_TEMPLATE}`), {
    name: UsageError.name,
    message: 'Cannot write the date as the chat template asks: it has the code "%Q"',
  });
});

test("a template that leaves out what the user says is refused", async () => {
  await assert.rejects(rendered("{# no Jinja at all #}{{ bos_token }}Answer:"), {
    name: UsageError.name,
    message: "Cannot write a chat prompt: the model's chat template leaves out what the user says",
  });
});

const NAMED = [{ name: "tool_use", template: "tools" }, { name: "default", template: QWEN3_LIKE }];

const FOUND: readonly (readonly [what: string, files: Files, end: string])[] = [
  ["chat_template.jinja alone", { "chat_template.jinja": QWEN3_LIKE }, NOT_THINKING],
  [
    "chat_template.jinja before tokenizer_config.json's",
    {
      "chat_template.jinja": QWEN3_LIKE,
      "tokenizer_config.json": { chat_template: PLAIN_TEMPLATE },
    },
    NOT_THINKING,
  ],
  [
    "the default of named templates",
    { "tokenizer_config.json": { chat_template: NAMED } },
    NOT_THINKING,
  ],
  [
    "chat_template.jinja beside named files",
    { "chat_template.jinja": QWEN3_LIKE, "additional_chat_templates/tool_use.jinja": "tools" },
    NOT_THINKING,
  ],
  [
    "tokenizer_config.json's beside a chat_template.json, which processors read",
    {
      "tokenizer_config.json": { chat_template: QWEN3_LIKE },
      "chat_template.json": { chat_template: PLAIN_TEMPLATE },
    },
    NOT_THINKING,
  ],
];

for (const [what, files, end] of FOUND) {
  test(`the chat template is ${what}`, async () => {
    assert.ok((await tokenizer(files)).render(CHAT).endsWith(end));
  });
}

/** Marks of generation between tags that strip what stands before them. */
const MARKED = `{%- for m in messages %}
    {%- if m.role == 'assistant' %}
    {% generation %}
  {{ m.content + '<|im_end|>' }}
    {% endgeneration %}
    {%- else %}{{ m.content + '<|im_end|>' }}{%- generation -%}  {%- endgeneration %}

    {%- endif %}
{%- endfor %}`;

const MISSING: readonly (readonly [what: string, files: Files, message: RegExp])[] = [
  [
    "no template at all",
    {},
    /" has no chat template; take an instruct model, or save a template there as chat_template.jinja: the one that its adapters learnt/,
  ],
  [
    "a template in chat_template.json alone",
    { "chat_template.json": { chat_template: PLAIN_TEMPLATE } },
    /has its chat template in chat_template\.json, .* save the template as chat_template\.jinja$/,
  ],
  [
    "templates in a folder that is not read",
    { "chat_templates/default.jinja": PLAIN_TEMPLATE },
    /has its chat template in chat_templates, which/,
  ],
  [
    "named templates without a default",
    { "tokenizer_config.json": { chat_template: NAMED.slice(0, 1) } },
    /has the chat templates "tool_use" in tokenizer_config\.json and none named "default"$/,
  ],
  [
    "named files without a default, which hide tokenizer_config.json's",
    {
      "additional_chat_templates/rag.jinja": "rag",
      "tokenizer_config.json": { chat_template: PLAIN_TEMPLATE },
    },
    /has the chat templates "rag" in additional_chat_templates and none named "default"$/,
  ],
  [
    "an empty list of templates",
    { "tokenizer_config.json": { chat_template: [] } },
    /has a chat_template in tokenizer_config\.json without any text$/,
  ],
  ["an empty file", { "chat_template.jinja": "\n" }, /has an empty chat template in chat_template/],
  [
    "a template that fails",
    { "chat_template.jinja": "{{ raise_exception('Not\nfor you') }}" },
    /^Cannot write a chat prompt: the chat template in ".*" fails: Not$/,
  ],
];

for (const [what, files, message] of MISSING) {
  test(`a chat prompt is refused in one line with ${what}, plain text is not`, async () => {
    const found = await tokenizer(files);
    assert.throws(() => found.render(CHAT), { name: UsageError.name, message });
    assert.equal(found.turnEnd, undefined);
    assert.ok(found.encodePlain("Question", " one").suffix.length > 0);
  });
}

test("loadTokenizer() refuses a folder without tokenizer_config.json by its name", async () => {
  await assert.rejects(tokenizer({ "tokenizer_config.json": undefined }), {
    name: UsageError.name,
    message: /^Cannot load the tokenizer in ".*": there is no tokenizer_config\.json, .*from$/,
  });
});

for (
  const [what, text, why] of [
    [
      "a pointer of Git LFS",
      "version https://git-lfs.github.com/spec/v1\n",
      "a pointer of Git LFS, .*pull",
    ],
    ["cut", '{"model": ', "not JSON: "],
  ] as const
) {
  test(`loadTokenizer() says that a tokenizer's file is ${what}, and which one`, async () => {
    for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
      await assert.rejects(tokenizer({ [name]: text }), {
        name: UsageError.name,
        message: new RegExp(`^Cannot load the tokenizer in ".*": ${name} is ${why}`),
      });
    }
  });
}

test("messagesAsAsked() merges the system's turn for a template that refuses it, else keeps it", async () => {
  const alternating = await tokenizer({ "chat_template.jinja": ALTERNATING });
  const asked = alternating.messagesAsAsked(CHAT);
  assert.deepEqual(asked.map(({ role }) => role), ["user", "assistant", "user"]);
  assert.match(asked[0]!.content, /^You write SQL\.\n\nsinger/);
  assert.equal(alternating.render(asked), alternating.render(CHAT));
  const plain = await tokenizer({ "chat_template.jinja": PLAIN_TEMPLATE });
  assert.deepEqual(plain.messagesAsAsked(CHAT), CHAT);
  // a template that leaves the system's turn out in silence is no better
  const silent = "{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}";
  const merged = (await tokenizer({ "chat_template.jinja": silent })).messagesAsAsked(CHAT);
  assert.equal(merged.length, 3);
});

const DAYS = ["2024-07-26", "2024-02-29", "2025-01-01", "2023-12-31", "2026-01-04", "2000-06-05"];
const FORMATS = [
  ..."aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZf%",
].map((code) => `%${code}`).concat("%-d/%-m/%y", "%_d", "%0e", "%^a %^B", "%d %B %Y at %H:%M");

const noPython = skipUnlessPython(`${EMBEDDED_MODEL}/tokenizer.json`);

Deno.test({
  name: `chat prompts and dates are those of transformers and Python${noPython}`,
  ignore: noPython !== "",
  async fn(): Promise<void> {
    using out = writeChatFolder({});
    const sources: readonly Files[] = [
      ...[QWEN3_LIKE, SMOLLM3_LIKE, LLAMA32_LIKE, MARKED].map((template) => ({
        "chat_template.jinja": template,
      })),
      ...FOUND.map(([, files]) => files),
    ];
    using folders = new DisposableStack();
    const chats = sources.flatMap((files) => {
      const { dir } = folders.use(writeChatFolder(files));
      return [{ thinking: false, date: "2024-07-26" }, { thinking: true, date: "2025-03-09" }].map((
        settings,
      ) => ({ folder: dir, messages: CHAT, ...settings }));
    });
    const dates = DAYS.flatMap((day) => FORMATS.map((format) => [day, format] as const));
    await Deno.writeTextFile(`${out.dir}/job.json`, JSON.stringify({ chats, dates }));
    await runPython("chat_text.py", `${out.dir}/job.json`, `${out.dir}/result.json`);
    const expected = JSON.parse(await Deno.readTextFile(`${out.dir}/result.json`));
    for (const [i, { folder, ...settings }] of chats.entries()) {
      const text = (await loadTokenizer(folder, settings)).render(CHAT);
      assert.equal(text, expected.chats[i]);
    }
    for (const [i, [day, format]] of dates.entries()) {
      assert.equal(formatDate(new Date(`${day}T00:00:00Z`), format), expected.dates[i], format);
    }
  },
});

/** Runs with the system's clock at noon of a day. */
async function onSystemDate<T>(day: string, run: () => Promise<T>): Promise<T> {
  const original = globalThis.Date;
  const now = original.parse(`${day}T12:00:00Z`);
  globalThis.Date = class extends original {
    constructor(...args: [] | ConstructorParameters<typeof original>) {
      super(...(args.length === 0 ? [now] : args) as [number]);
    }
    static override now(): number {
      return now;
    }
  } as typeof Date;
  try {
    assert.equal(new Date().toISOString().slice(0, 10), day);
    return await run();
  } finally {
    globalThis.Date = original;
  }
}
