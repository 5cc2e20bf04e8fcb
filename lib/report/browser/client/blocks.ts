/// <reference lib="dom" />
import type { BlockName } from "../format.ts";
import { type Column, unpackColumns } from "./unpack_columns.ts";

const BLOCKS = new Map<BlockName, Promise<ArrayBuffer>>();

/** The bytes of a block; inflated once, when they are first asked for. */
export function blockBytes(name: BlockName): Promise<ArrayBuffer> {
  const known = BLOCKS.get(name);
  if (known) return known;
  const bytes = inflatedBlock(name);
  BLOCKS.set(name, bytes);
  return bytes;
}

/** The value of a block of JSON. */
export async function jsonBlock<T>(name: BlockName): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await blockBytes(name))) as T;
}

/** The columns of a block of numbers. */
export async function columnBlock(name: BlockName): Promise<Record<string, Column>> {
  return unpackColumns(await blockBytes(name));
}

async function inflatedBlock(name: BlockName): Promise<ArrayBuffer> {
  const id = `block-${name}`;
  // the first view is shown while what it needs not is still being read
  if (!document.getElementById(id) && document.readyState === "loading") {
    await new Promise((resolve) =>
      document.addEventListener("DOMContentLoaded", resolve, { once: true })
    );
  }
  const text = document.getElementById(id)?.textContent;
  if (text === undefined || text === null) throw new Error(`this file has no block "${name}"`);
  const inflated = new Blob([bytesOfBase64(text)]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return await new Response(inflated).arrayBuffer();
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
