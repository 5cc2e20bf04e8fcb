import { packRows, type StoredRows } from "./pack_rows.ts";
import type { Int4Rows } from "./quantize_rows.ts";

/** What a worker answers: what {@linkcode packRows} gives, or why it could not. */
export type Packed = { readonly rows: Int4Rows | undefined } | {
  readonly error: string;
  /** The system's name for what was in the way, which a copy of an error between threads lacks. */
  readonly code: string | undefined;
};

/** A worker's own side; the types of Deno's are for a program that has no other. */
const worker = self as unknown as {
  onmessage: (event: MessageEvent<StoredRows>) => Promise<void>;
  postMessage(packed: Packed, handedOver: readonly ArrayBuffer[]): void;
};

worker.onmessage = async ({ data }): Promise<void> => {
  const packed = await packRows(data).then(
    (rows): Packed => ({ rows }),
    ({ message, code }): Packed => ({ error: message, code }),
  );
  const rows = "rows" in packed ? packed.rows : undefined;
  const parts = rows ? [rows.codes, rows.scales, rows.zeroPoints] : [];
  worker.postMessage(packed, parts.map(({ buffer }) => buffer));
};
