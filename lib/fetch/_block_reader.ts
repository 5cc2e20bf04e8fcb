import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";

/** The bytes ended before the archive did. */
export class EndOfFile extends Error {}

/** Reads a stream by the number of bytes asked for, and says when it ends too early. */
export class BlockReader {
  readonly #source: AsyncIterableIterator<Uint8Array>;
  readonly #close: () => void;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: string, gzipped: boolean) {
    const raw = createReadStream(file);
    const stream = gzipped ? createGunzip() : raw;
    if (stream !== raw) {
      raw.on("error", (error) => stream.destroy(error));
      raw.pipe(stream as ReturnType<typeof createGunzip>);
    }
    this.#source = stream[Symbol.asyncIterator]();
    this.#close = () => {
      raw.destroy();
      stream.destroy();
    };
  }

  /** The next bytes, one to `most` of them. */
  async next(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) throw new EndOfFile("the archive ends early");
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Exactly the next `count` bytes. */
  async read(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const piece = await this.next(count - filled);
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  /** Reads to the end; throws what `refuse` gives should anything but zeros, or too many, come. */
  async skipZeros(most: number, refuse: () => Error): Promise<void> {
    for (let count = 0;;) {
      const { value, done } = this.#rest.length > 0
        ? { value: this.#rest, done: false }
        : await this.#source.next();
      if (done) return;
      this.#rest = new Uint8Array(0);
      count += value.length;
      if (count > most || value.some((byte) => byte !== 0)) throw refuse();
    }
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.next(left)).length;
  }

  async close(): Promise<void> {
    this.#close();
    await this.#source.return?.().catch(() => {});
  }
}

/** Whether a file begins as gzip does. */
export async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const magic = new Uint8Array(2);
    await handle.read(magic, 0, 2, 0);
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
