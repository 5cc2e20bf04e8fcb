import { readFileSync, realpathSync, statSync } from "node:fs";
import { writeAtomic } from "./write_atomic.ts";

/** Two seconds: within one, a second change would not show in the time of change. */
const SETTLED_MS = 2_000;

/** What tells whether a file is still the one that something was found out about. */
export interface FileState {
  /** Its real path, size, inode and both times. */
  readonly identity: string;
  /** Its bytes. */
  readonly size: number;
  /** Whether its last change is so long ago that another one would show. */
  readonly settled: boolean;
}

/**
 * The state of a file. A file that was written and given its old time of
 * modification back has a new time of change, which no program sets. That time
 * is told in whole seconds, so nothing is to be remembered of a file that has
 * just changed.
 *
 * @throws {Error} If there is no such file.
 */
export function fileState(path: string): FileState {
  const { size, ino, mtimeMs, ctimeMs } = statSync(path);
  return {
    identity: `${realpathSync(path)} ${size} ${ino} ${mtimeMs} ${ctimeMs}`,
    size,
    settled: Date.now() - ctimeMs > SETTLED_MS,
  };
}

/** What was found out about files, by keys of whoever remembers it, in one JSON file. */
export class RememberedFiles<Value> {
  readonly #cache: string;
  readonly #values: Map<string, Value>;
  #changed = false;

  /**
   * Reads what is remembered; of a file that is absent or damaged nothing is, and it is found out again.
   *
   * @param cache The JSON file.
   * @param isValue Whether something that was read is such a value.
   */
  constructor(cache: string, isValue: (value: unknown) => value is Value) {
    this.#cache = cache;
    this.#values = new Map(
      Object.entries(readObject(cache)).filter((entry): entry is [string, Value] =>
        isValue(entry[1])
      ),
    );
  }

  /** What is remembered by a key. */
  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** Remembers a value, in the place of one by the same key. */
  set(key: string, value: Value): void {
    if (JSON.stringify(this.#values.get(key)) === JSON.stringify(value)) return;
    this.#values.set(key, value);
    this.#changed = true;
  }

  /**
   * Writes the file, where something was found out; without what `isOfUse` says no of. Where it cannot
   * be written, nothing is remembered, and all is found out again.
   */
  save(isOfUse: (key: string) => boolean = () => true): void {
    if (!this.#changed) return;
    const kept = [...this.#values].filter(([key]) => isOfUse(key));
    this.#changed = false;
    try {
      writeAtomic(this.#cache, JSON.stringify(Object.fromEntries(kept), null, 2) + "\n");
    } catch {
      // as in a checkout that is not to be written to
    }
  }
}

function readObject(path: string): object {
  try {
    const read = JSON.parse(readFileSync(path, "utf8"));
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {};
  }
}
