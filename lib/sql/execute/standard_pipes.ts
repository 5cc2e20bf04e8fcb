/**
 * The child's end of the pipes: frames from standard input and to standard output, one at a time.
 *
 * @module
 */
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  FRAME_HEADER_BYTES,
  frameLengths,
} from "./frames.ts";

/** Writes one frame, and waits until the other side has taken it. */
export function sendFrame(message: unknown, bytes?: Uint8Array): void {
  const frame = encodeFrame(message, bytes);
  for (let sent = 0; sent < frame.length;) sent += Deno.stdout.writeSync(frame.subarray(sent));
}

/** The next frame, or `undefined` when there will be none. */
export function receiveFrame(): Frame | undefined {
  const header = readFully(FRAME_HEADER_BYTES);
  if (header === undefined) return undefined;
  const { json, all } = frameLengths(header);
  const content = readFully(all);
  return content && decodeFrame(content, json);
}

// Frames come in batches; what was read beyond one frame waits here for the next.
let buffer = new Uint8Array(64 * 1024);
let have = 0;

function readFully(length: number): Uint8Array | undefined {
  if (length > buffer.length) {
    const larger = new Uint8Array(length);
    larger.set(buffer.subarray(0, have));
    buffer = larger;
  }
  while (have < length) {
    const count = Deno.stdin.readSync(buffer.subarray(have));
    if (count === null) return undefined;
    have += count;
  }
  const bytes = buffer.slice(0, length);
  buffer.copyWithin(0, length, have);
  have -= length;
  return bytes;
}
