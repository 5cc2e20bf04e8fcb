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
import { ownIds } from "./shared_prefixes.ts";
import type { EncodedTexts, TextsToEncode } from "./parallel_encoding.ts";
import { keepWords } from "./word_caches.ts";

interface WorkerScope {
  onmessage: (event: MessageEvent<TextsToEncode>) => void;
  postMessage(message: EncodedTexts | undefined, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;

/** Made of the first slice's tokenizer, which all have. */
let encoder: PieceEncoder | undefined;

scope.onmessage = ({ data }): void => {
  let encoded: EncodedTexts | undefined;
  try {
    encoded = encode(encoder ??= loadEncoder(data.dir), data);
  } catch {
    // whoever asked encodes them itself, and says what is wrong
  }
  scope.postMessage(
    encoded,
    encoded ? [encoded.shared.buffer, encoded.lengths.buffer, encoded.own.buffer] : [],
  );
};

function loadEncoder(dir: string): PieceEncoder {
  const tokenizer = new Tokenizer(
    JSON.parse(Deno.readTextFileSync(`${dir}/tokenizer.json`)),
    JSON.parse(Deno.readTextFileSync(`${dir}/tokenizer_config.json`)),
  );
  keepWords({ _tokenizer: tokenizer });
  return new PieceEncoder((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
}

function encode(encoder: PieceEncoder, { shared, texts }: TextsToEncode): EncodedTexts {
  const sharedIds = shared.map((text) => encoder.encode(text));
  const encoded = texts.map(([number, own]) =>
    ownIds(encoder.encode(shared[number]! + own), sharedIds[number]!)
  );
  const lengths = Int32Array.from(encoded, ({ own }) => own.length);
  const own = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const { own: ids } of encoded) {
    own.set(ids, at);
    at += ids.length;
  }
  return { shared: Int32Array.from(encoded, ({ length }) => length), lengths, own };
}
