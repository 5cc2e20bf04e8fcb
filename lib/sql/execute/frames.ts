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
