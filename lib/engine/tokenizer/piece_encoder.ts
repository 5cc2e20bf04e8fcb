/** Encodes a text alone, without special tokens round it. */
export type Encode = (text: string) => number[];

/** What of a `tokenizer.json` says whether a text may be encoded in pieces. */
export interface TokenizerParts {
  readonly model?: { readonly type?: string } | null;
  readonly normalizer?: Part | null;
  readonly pre_tokenizer?: Part | null;
  readonly added_tokens?: readonly {
    readonly content: string;
    readonly rstrip?: boolean;
    readonly single_word?: boolean;
  }[];
}

interface Part {
  readonly type: string;
  readonly normalizers?: readonly Part[];
  readonly pretokenizers?: readonly Part[];
}

/** Pieces that are kept: the examples shown to one subject's questions are a handful. */
const KEPT_PIECES = 1024;

/** A seam: a blank line behind an ASCII letter or digit. */
const SEAM = /(?<=[A-Za-z0-9])(?=\n\n)/;

/**
 * Stands for the text before a piece: a piece in the middle of a text is encoded behind it, so that
 * it gets no space that some tokenizers put at a text's head.
 */
const BEFORE = "a";

/** A letter or digit and a line break in one token, raw or in the alphabet of byte-level BPE. */
const ACROSS = /[A-Za-z0-9](?:\n|Ċ)/;

/** Normalizers that look at no more than a character and its combining marks, or at a text's head. */
const LOCAL_NORMALIZERS = new Set(["NFC", "NFKC", "NFD", "NFKD", "Prepend", "Replace"]);

/**
 * Pre-tokenizers that part a text from left to right: none has a match that begins before a seam
 * and depends on what comes behind it, as long as the match itself ends at the seam.
 */
const LOCAL_PRETOKENIZERS = new Set(["Split", "ByteLevel", "Digits", "Metaspace", "Punctuation"]);

/**
 * Encodes texts that share parts, such as the examples before each question of a subject: a text is
 * parted at its seams, and a part that was encoded lately is not encoded again.
 *
 * The ids are those of the whole text. A seam is a blank line behind an ASCII letter or digit. Byte
 * pairs are merged into tokens of the vocabulary alone, so where none has a letter or digit with a
 * line break behind it ({@linkcode canPart}), no token lies across a seam, and what is merged on
 * one side of it does not depend on the other.
 */
export class PieceEncoder {
  readonly #encode: Encode;
  readonly #pieces = new Map<string, readonly number[]>();
  readonly #before: number;

  /** @param encode The tokenizer, of which {@linkcode canPart} must hold. */
  constructor(encode: Encode) {
    this.#encode = encode;
    this.#before = encode(BEFORE).length;
  }

  /** Ids of the whole text, without special tokens round it. */
  encode(text: string): number[] {
    const [first, ...others] = text.split(SEAM);
    if (others.length === 0) return this.#encode(text);
    const ids = [...this.#piece(first!, "")];
    for (const piece of others) for (const id of this.#piece(piece, BEFORE)) ids.push(id);
    return ids;
  }

  #piece(text: string, before: "" | typeof BEFORE): readonly number[] {
    const key = before + text;
    const known = this.#pieces.get(key);
    const ids = known ?? this.#encode(key).slice(before === "" ? 0 : this.#before);
    // the one that was used last stands last
    this.#pieces.delete(key);
    this.#pieces.set(key, ids);
    if (this.#pieces.size > KEPT_PIECES) this.#pieces.delete(this.#pieces.keys().next().value!);
    return ids;
  }
}

/**
 * Whether a tokenizer gives a text and its parts between seams the same ids: byte-pair encoding
 * without a token across a seam, and nothing before it that looks further than a seam.
 */
export function canPart(parts: TokenizerParts, vocabulary: Iterable<string>): boolean {
  if (parts.model?.type !== "BPE") return false;
  if (!steps(parts.normalizer).every(({ type }) => LOCAL_NORMALIZERS.has(type))) return false;
  if (!steps(parts.pre_tokenizer).every(({ type }) => LOCAL_PRETOKENIZERS.has(type))) return false;
  // such a token takes the white space behind it along, or asks what stands beside it
  const { added_tokens: added = [] } = parts;
  if (
    added.some(({ content, rstrip, single_word: word }) => word || (rstrip && /\w$/.test(content)))
  ) {
    return false;
  }
  for (const token of vocabulary) if (ACROSS.test(token)) return false;
  return true;
}

function steps(part: Part | null | undefined): readonly Part[] {
  if (!part) return [];
  const own = part.normalizers ?? part.pretokenizers;
  return own ? own.flatMap(steps) : [part];
}
