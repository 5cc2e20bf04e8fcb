/** Words that are kept; all are dropped when there are more, so that memory has a bound. */
const KEPT_WORDS = 200_000;
/** Letters of a word that is kept as bytes. */
const LONGEST_WORD = 64;

/** What the library keeps merged words in: the one used last is moved to the end at every use. */
interface WordCache {
  get(word: string): unknown;
  put(word: string, tokens: unknown): void;
  clear(): void;
}

/** A step before the model, or several in a row. */
interface PreTokenizer {
  readonly tokenizers?: readonly (PreTokenizer | null)[];
  readonly byte_encoder?: unknown;
  readonly use_regex?: boolean;
  pre_tokenize_text?(text: string, options?: unknown): string[];
}

/** Which of the library's two slow parts were found and given a cache. */
export interface KeptWords {
  readonly merges: boolean;
  readonly bytes: boolean;
}

/**
 * Gives a tokenizer of transformers.js caches for the words of a benchmark's prompts: its own
 * cache of merged words holds 10,000 and is reordered at every use, which was half of the time of
 * encoding, and a word's bytes are spelt out anew each time. The ids stay the same. A tokenizer
 * that is built otherwise is left as it is.
 */
export function keepWords(tokenizer: { readonly _tokenizer: unknown }): KeptWords {
  const { model, pre_tokenizer: before } = tokenizer._tokenizer as {
    readonly model: { cache?: WordCache };
    readonly pre_tokenizer: PreTokenizer | null;
  };
  const merges = typeof model.cache?.put === "function" && typeof model.cache.get === "function";
  if (merges) model.cache = wordCache();
  const steps = before ? flat(before).filter(isBytesOfWords) : [];
  for (const step of steps) {
    const spell = step.pre_tokenize_text.bind(step);
    const spelt = wordCache();
    step.pre_tokenize_text = (word, options) => {
      if (word.length > LONGEST_WORD) return spell(word, options);
      const known = spelt.get(word) as string[] | undefined;
      if (known) return known;
      const bytes = spell(word, options);
      spelt.put(word, bytes);
      return bytes;
    };
  }
  return { merges, bytes: steps.length > 0 };
}

function wordCache(): WordCache {
  const words = new Map<string, unknown>();
  return {
    get: (word) => words.get(word),
    put(word, tokens): void {
      if (words.size >= KEPT_WORDS) words.clear();
      words.set(word, tokens);
    },
    clear: () => words.clear(),
  };
}

function flat(step: PreTokenizer): readonly PreTokenizer[] {
  return step.tokenizers ? step.tokenizers.flatMap((inner) => inner ? flat(inner) : []) : [step];
}

/** Byte-level spelling of words that a step before has parted: no pattern looks at their sides. */
function isBytesOfWords(
  step: PreTokenizer,
): step is PreTokenizer & Required<Pick<PreTokenizer, "pre_tokenize_text">> {
  return step.byte_encoder !== undefined && step.use_regex === false &&
    typeof step.pre_tokenize_text === "function";
}
