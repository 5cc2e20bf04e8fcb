import { AutoTokenizer, type PreTrainedTokenizer } from "@huggingface/transformers";
import { UsageError } from "../runs/usage_error.ts";
import type { Prompt } from "./types.ts";

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A conversation whose last message begins with text that other prompts share. */
export interface Conversation {
  readonly messages: readonly Message[];
  /** Characters at the start of the last message that are shared, as is all that comes before it. */
  readonly sharedLength: number;
}

/**
 * Loads the tokenizer and the chat template of a checkpoint folder.
 *
 * @throws {UsageError} If the folder has no `tokenizer.json`, or one that cannot be read.
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  await Deno.stat(`${dir}/tokenizer.json`).catch(() => {
    throw new UsageError(`Cannot load the tokenizer: there is no "${dir}/tokenizer.json"`);
  });
  let tokenizer: PreTrainedTokenizer;
  try {
    const path = await Deno.realPath(dir);
    tokenizer = await AutoTokenizer.from_pretrained(path, { local_files_only: true });
  } catch (error) {
    throw new UsageError(`Cannot load the tokenizer in "${dir}": ${(error as Error).message}`);
  }
  const file = await Deno.readTextFile(`${dir}/chat_template.jinja`).catch(() => undefined);
  return new Tokenizer(tokenizer, dir, file);
}

/** A model's tokenizer and chat template; made by {@linkcode loadTokenizer}. */
export class Tokenizer {
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #dir: string;
  readonly #template: string | undefined;
  /** Encodings of shared beginnings: many prompts have the same one. */
  readonly #shared = new Map<string, readonly number[]>();
  #mergeSystem: boolean | undefined;

  constructor(tokenizer: PreTrainedTokenizer, dir: string, template: string | undefined) {
    this.#tokenizer = tokenizer;
    this.#dir = dir;
    this.#template = template;
  }

  /** Ids that the tokenizer puts in front of every plain text, such as Llama's begin token. */
  get beginTokens(): readonly number[] {
    return this.#tokenizer.encode("", { add_special_tokens: true });
  }

  /** Ids of all special tokens. */
  get specialIds(): readonly number[] {
    return this.#tokenizer.all_special_ids;
  }

  /** Ids of a text alone, without any special token round it. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false });
  }

  /** The text of one id, special or not. */
  decodeSpecial(id: number): string {
    return this.#tokenizer.decode([id], { skip_special_tokens: false });
  }

  /** The text of generated ids, special tokens left out. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? "" : this.#tokenizer.decode([...ids], { skip_special_tokens: true });
  }

  /**
   * A plain-text prompt in two parts, with the tokenizer's begin token. The ids
   * are those of the whole text: `prefix` ends where the ids of `shared` alone
   * and of the whole text part, so a token across the seam is no fault.
   */
  encodePlain(shared: string, own: string): Prompt {
    const begin = this.beginTokens;
    return this.#split([...begin, ...this.encode(shared + own)], `plain ${shared}`, () => [
      ...begin,
      ...this.encode(shared),
    ]);
  }

  /** A conversation in the model's chat template, up to where the assistant's answer begins. */
  encodeConversation({ messages, sharedLength }: Conversation): Prompt {
    const last = messages.at(-1);
    if (!last) throw new RangeError("Cannot encode a conversation without messages");
    const full = this.encode(this.render(messages));
    const start = { ...last, content: last.content.slice(0, sharedLength) };
    const shared = this.render([...messages.slice(0, -1), start]);
    return this.#split(full, `chat ${shared}`, () => this.encode(shared));
  }

  /**
   * The text of a conversation in the chat template. Templates that refuse a
   * system message (Mistral v0.1 and v0.2) get it at the head of the first user
   * message instead.
   *
   * @throws {UsageError} If the model has no chat template.
   */
  render(messages: readonly Message[]): string {
    if (this.#mergeSystem === undefined) this.#mergeSystem = this.#refusesSystem();
    return this.#apply(this.#mergeSystem ? mergeSystemMessage(messages) : messages);
  }

  #apply(messages: readonly Message[]): string {
    if (!this.#template && !this.#tokenizer.chat_template) {
      throw new UsageError(
        `Cannot write a chat prompt: the model in "${this.#dir}" has no chat template; ` +
          "take an instruct model",
      );
    }
    return this.#tokenizer.apply_chat_template(messages.map((message) => ({ ...message })), {
      tokenize: false,
      add_generation_prompt: true,
      ...(this.#template ? { chat_template: this.#template } : {}),
    }) as string;
  }

  #refusesSystem(): boolean {
    const user: Message = { role: "user", content: "user text" };
    this.#apply([user]);
    try {
      return !this.#apply([{ role: "system", content: "system text" }, user]).includes(
        "system text",
      );
    } catch {
      return true;
    }
  }

  #split(full: readonly number[], key: string, encodeShared: () => readonly number[]): Prompt {
    let shared = this.#shared.get(key);
    if (!shared) this.#shared.set(key, shared = encodeShared());
    // the last token is always the prompt's own: its logits answer
    const most = Math.min(shared.length, full.length - 1);
    let length = 0;
    while (length < most && shared[length] === full[length]) length++;
    return { prefix: full.slice(0, length), suffix: full.slice(length) };
  }
}

function mergeSystemMessage(messages: readonly Message[]): readonly Message[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== "system" || !first) return messages;
  return [{ ...first, content: `${system.content}\n\n${first.content}` }, ...rest];
}
