/**
 * A thread that encodes texts, for `parallel_encoding.ts`.
 *
 * It loads the part of transformers.js that encodes, as a package of its own: all of transformers.js
 * does not load in a worker.
 *
 * @module
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { PieceEncoder } from "./piece_encoder.ts";
import type { EncodedTexts, TextsToEncode } from "./parallel_encoding.ts";
import { keepWords } from "./word_caches.ts";

interface WorkerScope {
  onmessage: (event: MessageEvent<TextsToEncode>) => void;
  postMessage(message: EncodedTexts | undefined, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;

/** Made of the first slice's tokenizer, which all have. */
let encoder: PieceEncoder | undefined;

scope.onmessage = ({ data: { dir, texts } }): void => {
  let encoded: EncodedTexts | undefined;
  try {
    encoded = encode(encoder ??= loadEncoder(dir), texts);
  } catch {
    // whoever asked encodes them itself, and says what is wrong
  }
  scope.postMessage(encoded, encoded ? [encoded.ids.buffer, encoded.lengths.buffer] : []);
};

function loadEncoder(dir: string): PieceEncoder {
  const tokenizer = new Tokenizer(
    JSON.parse(Deno.readTextFileSync(`${dir}/tokenizer.json`)),
    JSON.parse(Deno.readTextFileSync(`${dir}/tokenizer_config.json`)),
  );
  keepWords({ _tokenizer: tokenizer });
  return new PieceEncoder((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
}

function encode(encoder: PieceEncoder, texts: readonly string[]): EncodedTexts {
  const encoded = texts.map((text) => encoder.encode(text));
  const lengths = Int32Array.from(encoded, ({ length }) => length);
  const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const own of encoded) {
    ids.set(own, at);
    at += own.length;
  }
  return { ids, lengths };
}
