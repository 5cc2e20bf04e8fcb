import type { Row } from "../value.ts";
import { fromWire, toWire, type WireValue } from "./wire_rows.ts";

/** What the executor process is told when it is started, as its one argument (JSON). */
export interface ExecutorSetup {
  readonly dbPath: string;
  /** Bytes that SQLite may hold, its temporary tables and sorters included. */
  readonly sqliteHeapBytes: number;
  /** Bytes of the longest text or blob. */
  readonly maxValueBytes: number;
}

/** One statement to run. */
export interface ExecutorRequest {
  readonly sql: string;
  readonly maxRows: number;
  /** Cap on the size of all values of a result together. */
  readonly maxBytes: number;
}

/** How a statement ended in the executor process. */
export type StatementReply =
  | { readonly kind: "fault"; readonly message: string }
  | {
    readonly kind: "rows";
    readonly rows: readonly Row[];
    readonly columnCount: number;
    /** Size of all values together, roughly. */
    readonly bytes: number;
  }
  | { readonly kind: "sql_error"; readonly message: string }
  | { readonly kind: "too_many_rows"; readonly message: string };

/** What comes back: first one `ready` or `fault`, then one timed reply a request. */
export type ExecutorReply =
  | { readonly kind: "ready"; readonly elapsedMs: number }
  | (StatementReply & { readonly elapsedMs: number });

/** Bytes of a frame before its payload: the payload's length, little-endian. */
export const FRAME_HEADER_BYTES = 4;

/** Makes one frame: its payload's length, then the message as JSON. */
export function encodeFrame(message: ExecutorRequest | ExecutorReply): Uint8Array {
  const sent = "rows" in message ? { ...message, rows: toWire(message.rows) } : message;
  const payload = new TextEncoder().encode(JSON.stringify(sent));
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length, true);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Length of the payload that follows a frame's header. */
export function payloadLength(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(0, true);
}

/** Reads the payload of a request. */
export function decodeRequest(payload: Uint8Array): ExecutorRequest {
  return JSON.parse(new TextDecoder().decode(payload)) as ExecutorRequest;
}

/** Reads the payload of a reply. */
export function decodeReply(payload: Uint8Array): ExecutorReply {
  const reply = JSON.parse(new TextDecoder().decode(payload)) as ExecutorReply;
  if (reply.kind !== "rows") return reply;
  return { ...reply, rows: fromWire(reply.rows as unknown as readonly (readonly WireValue[])[]) };
}
