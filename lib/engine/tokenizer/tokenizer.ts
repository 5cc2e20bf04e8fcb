import type { PreTrainedTokenizer } from "@huggingface/transformers";
import { calendarDay, CHAT_DEFAULTS, firstLine, UsageError } from "../../ground/mod.ts";
import { asRendered, type ChatTemplate, FIXED_DATE } from "./chat_template.ts";
import { checkVocabulary } from "./check_vocabulary.ts";
import type { ChatMessage, Conversation } from "./conversation.ts";
import { mergeSystemMessage, refusesSystem } from "./conversation.ts";
import { formatDate } from "./format_date.ts";
import {
  encodeInThreads,
  EncodingThreads,
  type TextParts,
  threadsFor,
} from "./parallel_encoding.ts";
import { PieceEncoder } from "./piece_encoder.ts";
import { PlainPrompts } from "./plain_prompts.ts";
import type { Prompt } from "./prompt.ts";
import { checkAbsent, type SavedTokens } from "./saved_tokens.ts";
import { SharedPrefixes } from "./shared_prefixes.ts";

/** How conversations are rendered (see `ChatSettings`), and which ids a model knows. */
export interface TokenizerOptions {
  /** Whether templates that can reason are rendered in reasoning mode. */
  readonly thinking?: boolean;
  /** The day that templates which write today's date get, as YYYY-MM-DD. */
  readonly date?: string;
  /** Rows of the model's embedding: a prompt with an id beyond them is refused. */
  readonly vocabSize?: number;
}

/** A model's tokenizer and chat template; made by `loadTokenizer`. */
export class Tokenizer {
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #dir: string;
  readonly #template: ChatTemplate;
  readonly #saved: SavedTokens;
  /** Threads that were started with it; the first prompts that are many take them. */
  #threads: EncodingThreads | undefined;
  /** What templates are given beside the messages. */
  readonly #context: Readonly<Record<string, unknown>>;
  /** Encodes in pieces, where the tokenizer may be. */
  readonly #pieces: PieceEncoder | undefined;
  /** Encodings of conversations' shared beginnings: many have the same one. */
  readonly #shared = new SharedPrefixes();
  readonly #plain = new PlainPrompts((text) => this.encode(text), () => this.beginTokens);
  #beginTokens: readonly number[] | undefined;
  #mergeSystem: boolean | undefined;
  #answerOpening: string | undefined;
  /** Ids that the model has embeddings for are below it; infinite where that is not known. */
  readonly vocabSize: number;

  /** See `loadTokenizer`, which reads what this takes and finds out about `inPieces`. */
  constructor(
    tokenizer: PreTrainedTokenizer,
    dir: string,
    template: ChatTemplate,
    {
      thinking = CHAT_DEFAULTS.thinking,
      date = CHAT_DEFAULTS.date,
      vocabSize = Infinity,
      inPieces = false,
      saved = { absent: [], cleanUp: false },
      threads,
    }: TokenizerOptions & {
      readonly inPieces?: boolean;
      readonly saved?: SavedTokens;
      readonly threads?: EncodingThreads | undefined;
    } = {},
  ) {
    const day = calendarDay(date);
    if (!day) throw new RangeError(`Cannot render chats on "${date}": it is no calendar day`);
    this.#tokenizer = tokenizer;
    this.#dir = dir;
    this.#template = template;
    this.#saved = saved;
    this.#threads = threads;
    this.#context = {
      enable_thinking: thinking,
      thinking,
      [FIXED_DATE]: (format: string) => formatDate(day, format),
    };
    this.vocabSize = vocabSize;
    this.#pieces = inPieces ? new PieceEncoder((text) => this.#whole(text)) : undefined;
  }

  /** Ids that the tokenizer puts in front of every plain text, such as Llama's begin token. */
  get beginTokens(): readonly number[] {
    return this.#beginTokens ??= this.#tokenizer.encode("", { add_special_tokens: true });
  }

  /** Ids of all special tokens. */
  get specialIds(): readonly number[] {
    return this.#tokenizer.all_special_ids;
  }

  /** Ids of a text alone, without any special token round it. */
  encode(text: string): number[] {
    return this.#pieces?.encode(text) ?? this.#whole(text);
  }

  /** The text of one id, special or not. */
  decodeSpecial(id: number): string {
    return this.decodeWhole([id]);
  }

  /** The text of ids, special tokens included. */
  decodeWhole(ids: readonly number[]): string {
    return this.#decode(ids, false);
  }

  /** The text of generated ids, special tokens left out. */
  decode(ids: readonly number[]): string {
    return this.#decode(ids, true);
  }

  /**
   * The id of the tokenizer's own end token, with which training ends an answer
   * where the chat template writes nothing after it; `undefined` if it has none.
   */
  get endToken(): number | undefined {
    const { eos_token: token } = this.#tokenizer;
    if (!token) return undefined;
    const ids = this.encode(token);
    return ids.length === 1 ? ids[0] : undefined;
  }

  /**
   * What the chat template writes to open the assistant's turn, behind which an
   * answer begins; a template that always reasons writes `<think>` there. Empty
   * where the template writes nothing of the kind.
   */
  get answerOpening(): string {
    if (this.#answerOpening === undefined) {
      const question: readonly ChatMessage[] = [{ role: "user", content: "x" }];
      const open = this.#apply(question, true);
      const closed = this.#apply(question, false);
      this.#answerOpening = open.startsWith(closed) ? open.slice(closed.length) : "";
    }
    return this.#answerOpening;
  }

  /**
   * The id of the token that the chat template writes after an assistant's
   * content, which a tuned model learns to end with; `undefined` where it writes
   * none, or there is no template.
   */
  get turnEnd(): number | undefined {
    if ("missing" in this.#template) return undefined;
    const content = "SELECT 1";
    const turns: readonly ChatMessage[] = [{ role: "user", content: "x" }, {
      role: "assistant",
      content,
    }];
    let text: string;
    try {
      text = this.#apply(turns, false);
    } catch (error) {
      // a template that ends with a question alone says nothing of the turn's end
      if (error instanceof UsageError) return undefined;
      throw error;
    }
    const at = text.lastIndexOf(content);
    if (at < 0) return undefined;
    const added = this.#tokenizer._tokenizer.get_added_tokens_decoder();
    // some tokenizers have added tokens for line breaks and runs of spaces
    return this.encode(text.slice(at + content.length)).find((id) => added.get(id)?.content.trim());
  }

  /**
   * A plain-text prompt in two parts, with the tokenizer's begin token. The ids
   * are those of the whole text: `prefix` ends where the ids of `shared` alone
   * and of the whole text part, so a token across the seam is no fault.
   *
   * @throws {UsageError} If the model has no embedding for one of the ids.
   */
  encodePlain(shared: string, own: string): Prompt {
    const prompt = this.#plain.prompt(shared, this.#plain.ownIds([shared, own]));
    this.#check([prompt]);
    return prompt;
  }

  /**
   * Many plain-text prompts, each as {@linkcode Tokenizer.encodePlain} gives it, encoded in several
   * threads where that is faster.
   *
   * @param partsOf `shared` and `own` of an item; asked once each.
   * @param options How many threads beside this one (as many as are worth it when left out), and what
   * is given each prompt as soon as there is one.
   * @throws {UsageError} As `encodePlain` does.
   */
  async encodeAllPlain<Item>(
    items: readonly Item[],
    partsOf: (item: Item) => TextParts,
    { threads = threadsFor(items.length), each }: {
      readonly threads?: number;
      readonly each?: (prompt: Prompt) => void;
    } = {},
  ): Promise<Prompt[]> {
    using own = threads >= 2 && this.#pieces ? this.#takeThreads(threads) : undefined;
    const prompts: Prompt[] = [];
    await encodeInThreads(items, {
      threads: own,
      partsOf,
      encode: (parts) => this.#plain.ownIds(parts),
      done: (index, shared, ids): void => {
        const prompt = prompts[index] = this.#plain.prompt(shared, ids);
        each?.(prompt);
      },
    });
    // in the order of the items, so that the same token is named whichever thread was first
    this.#check(prompts);
    return prompts;
  }

  /**
   * A conversation in the model's chat template, up to where the assistant's answer begins.
   *
   * @throws {UsageError} If the model has no embedding for one of the ids, and
   * as {@linkcode Tokenizer.render} does.
   */
  encodeConversation({ messages, sharedLength }: Conversation): Prompt {
    const last = messages.at(-1);
    if (!last) throw new RangeError("Cannot encode a conversation without messages");
    const full = this.encode(this.render(messages));
    const start = { ...last, content: last.content.slice(0, sharedLength) };
    const shared = this.render([...messages.slice(0, -1), start]);
    checkVocabulary(this, full);
    return this.#shared.split(full, shared, () => this.encode(shared));
  }

  /**
   * The text of a conversation in the chat template, in its reasoning mode or
   * not and on the day that the settings say.
   *
   * @throws {UsageError} If the model has no chat template that can be used, or
   * its template refuses the conversation.
   */
  render(messages: readonly ChatMessage[]): string {
    return this.#apply(this.messagesAsAsked(messages), true);
  }

  /**
   * The messages as the template gets them: templates that refuse a system
   * message (Mistral v0.1 and v0.2) get it at the head of the first user message.
   *
   * @throws {UsageError} If the model has no chat template that can be used.
   */
  messagesAsAsked(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    this.#mergeSystem ??= refusesSystem((turns) => this.#apply(turns, true));
    return this.#mergeSystem ? mergeSystemMessage(messages) : messages;
  }

  #apply(messages: readonly ChatMessage[], add_generation_prompt: boolean): string {
    const template = this.#template;
    if ("missing" in template) {
      throw new UsageError(
        `Cannot write a chat prompt: the model in "${this.#dir}" ${template.missing}`,
      );
    }
    try {
      return this.#tokenizer.apply_chat_template(messages.map((message) => ({ ...message })), {
        tokenize: false,
        add_generation_prompt,
        chat_template: asRendered(template.text),
        ...this.#context,
      }) as string;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const where = `the chat template in "${this.#dir}" fails`;
      throw new UsageError(`Cannot write a chat prompt: ${where}: ${firstLine(error)}`);
    }
  }

  /** Ends the threads that were started with it and that no prompts took. */
  [Symbol.dispose](): void {
    this.#threads?.[Symbol.dispose]();
  }

  #takeThreads(count: number): EncodingThreads {
    const threads = this.#threads ?? new EncodingThreads(this.#dir, count);
    this.#threads = undefined;
    return threads;
  }

  #decode(ids: readonly number[], skip_special_tokens: boolean): string {
    const options = { skip_special_tokens, clean_up_tokenization_spaces: this.#saved.cleanUp };
    return ids.length === 0 ? "" : this.#tokenizer.decode([...ids], options);
  }

  #whole(text: string): number[] {
    checkAbsent(text, this.#saved.absent, this.#dir);
    return this.#tokenizer.encode(text, { add_special_tokens: false });
  }

  #check(prompts: readonly Prompt[]): void {
    const parts = new Set(prompts.flatMap(({ prefix, suffix }) => [prefix, suffix]));
    for (const part of parts) checkVocabulary(this, part);
  }
}
