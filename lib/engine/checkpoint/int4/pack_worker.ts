/// <reference lib="deno.worker" />
import { packRows, type StoredRows } from "./pack_rows.ts";
import type { Int4Rows } from "./quantize_rows.ts";

/** What a worker answers: what {@linkcode packRows} gives, or why it could not. */
export type Packed = { readonly rows: Int4Rows | undefined } | { readonly error: string };

self.onmessage = async ({ data }: MessageEvent<StoredRows>): Promise<void> => {
  const packed = await packRows(data).then(
    (rows): Packed => ({ rows }),
    (error): Packed => ({ error: (error as Error).message }),
  );
  const rows = "rows" in packed ? packed.rows : undefined;
  const handedOver = rows ? [rows.codes.buffer, rows.scales.buffer, rows.zeroPoints.buffer] : [];
  self.postMessage(packed, handedOver);
};
