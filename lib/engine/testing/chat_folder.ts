import { EMBEDDED_MODEL } from "./reference.ts";
import type { ChatMessage } from "../tokenizer/conversation.ts";

/** A conversation with a system's turn. */
export const CHAT: readonly ChatMessage[] = [
  { role: "system", content: "You write SQL." },
  { role: "user", content: "singer(id, name)\n\nQuestion: How many?" },
  { role: "assistant", content: "SELECT count(*) FROM singer" },
  { role: "user", content: "concert(id, year)\n\nQuestion: Which years?" },
];

const TURNS = "{%- for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + " +
  "'<|im_end|>\\n' }}{% endfor -%}";

/** ChatML without anything else. */
export const PLAIN_TEMPLATE =
  `${TURNS}{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}`;

/** Reasons unless it is told not to, as Qwen3's. */
export const QWEN3_LIKE = `${TURNS}{%- if add_generation_prompt -%}
  {{- '<|im_start|>assistant\\n' -}}
  {%- if enable_thinking is defined and enable_thinking is false -%}
    {{- '<think>\\n\\n</think>\\n\\n' -}}
  {%- endif -%}
{%- endif -%}`;

/** Writes today and reasons by default, as SmolLM3's. */
export const SMOLLM3_LIKE = `{%- if enable_thinking is not defined -%}
{%- set enable_thinking = true -%}
{%- endif -%}
{%- set reasoning_mode = "/think" if enable_thinking else "/no_think" -%}
{{- "<|im_start|>system\\n" -}}
{%- set today = strftime_now("%d %B %Y") -%}
{{- "Today Date: " ~ today ~ "\\nReasoning Mode: " + reasoning_mode + "\\n\\n" -}}
{{- messages[0]["content"] + "<|im_end|>\\n" -}}
{%- for m in messages[1:] -%}
{{- "<|im_start|>" + m["role"] + "\\n" -}}
{%- if m["role"] == "assistant" and reasoning_mode == "/no_think" -%}{{ "<think>\\n\\n</think>\\n" }}{%- endif -%}
{{- m["content"] + "<|im_end|>\\n" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- "<|im_start|>assistant\\n" -}}
{%- if reasoning_mode == "/no_think" -%}{{ "<think>\\n\\n</think>\\n" }}{%- endif -%}
{%- endif -%}`;

/** Writes today in the system's turn, as Llama 3.2's, after a line break of its own. */
export const LLAMA32_LIKE = `
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{{- "<|im_start|>system\\n\\n" }}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- messages[0]['content'] | trim }}
{{- "<|im_end|>" }}
{%- for m in messages[1:] %}
    {{- '<|im_start|>' + m['role'] + '\\n\\n' + m['content'] | trim + '<|im_end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n\\n' }}
{%- endif %}
`;

/** Turns must alternate, beginning with the user's, as in Mistral v0.1 and v0.2. */
export const ALTERNATING = "{% for m in messages %}" +
  "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}" +
  "{{ raise_exception('Roles must alternate') }}{% endif %}" +
  "{{ '[INST] ' + m['content'] + ' [/INST]' if m['role'] == 'user' else m['content'] }}" +
  "{% endfor %}";

/** A folder with the embedded model's tokenizer, gone when it is disposed of. */
export interface ChatFolder extends Disposable {
  readonly dir: string;
}

/**
 * For tests: the embedded model's tokenizer without its template in a folder of its own.
 *
 * @param files Files to write there, by name; `tokenizer_config.json` as changes to its keys, or
 * `undefined` to leave it out.
 * @param changeTokenizer Changes `tokenizer.json`.
 */
export function writeChatFolder(
  files: Readonly<Record<string, string | Readonly<Record<string, unknown>> | undefined>>,
  changeTokenizer: (json: Record<string, unknown>) => void = () => {},
): ChatFolder {
  const dir = Deno.makeTempDirSync({ prefix: "chat-" });
  const tokenizer = JSON.parse(Deno.readTextFileSync(`${EMBEDDED_MODEL}/tokenizer.json`));
  changeTokenizer(tokenizer);
  Deno.writeTextFileSync(`${dir}/tokenizer.json`, JSON.stringify(tokenizer));
  const { chat_template: _, ...config } = JSON.parse(
    Deno.readTextFileSync(`${EMBEDDED_MODEL}/tokenizer_config.json`),
  );
  const all = { "tokenizer_config.json": {}, ...files };
  for (const [name, content] of Object.entries(all)) {
    if (content === undefined) continue;
    if (name.includes("/")) Deno.mkdirSync(`${dir}/${name.split("/")[0]}`, { recursive: true });
    const text = typeof content === "string"
      ? content
      : JSON.stringify(name === "tokenizer_config.json" ? { ...config, ...content } : content);
    Deno.writeTextFileSync(`${dir}/${name}`, text);
  }
  return { dir, [Symbol.dispose]: () => Deno.removeSync(dir, { recursive: true }) };
}
