/** A message with bytes beside it, as it goes through a pipe. */
export interface Frame {
  /** Anything that JSON can carry. */
  readonly message: unknown;
  /** Bytes that go as they are; may be empty. */
  readonly bytes: Uint8Array;
}

/** Bytes of a frame before its content: the lengths of its message and of its bytes, little-endian. */
export const FRAME_HEADER_BYTES = 8;

const EMPTY = new Uint8Array();

/** Makes one frame: the two lengths, the message as JSON, the bytes. */
export function encodeFrame(message: unknown, bytes: Uint8Array = EMPTY): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(FRAME_HEADER_BYTES + json.length + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(4, bytes.length, true);
  frame.set(json, FRAME_HEADER_BYTES);
  frame.set(bytes, FRAME_HEADER_BYTES + json.length);
  return frame;
}

/** Lengths of what follows a frame's header. */
export function frameLengths(header: Uint8Array): { readonly json: number; readonly all: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const json = view.getUint32(0, true);
  return { json, all: json + view.getUint32(4, true) };
}

/** Reads what follows a frame's header. */
export function decodeFrame(content: Uint8Array, jsonLength: number): Frame {
  const message = JSON.parse(new TextDecoder().decode(content.subarray(0, jsonLength)));
  return { message, bytes: content.subarray(jsonLength) };
}

/** Writes one frame to standard output, and waits until the other side has taken it. */
export function sendFrame(message: unknown, bytes?: Uint8Array): void {
  const frame = encodeFrame(message, bytes);
  for (let sent = 0; sent < frame.length;) sent += Deno.stdout.writeSync(frame.subarray(sent));
}

/** The next frame of standard input, or `undefined` when there will be none. */
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
