import type { Keyed, SampleStore, StoreFollower } from "../../runs/mod.ts";
import type { Stores } from "../measures/measures.ts";
import type { AnswerPaths } from "../measures/open_measures.ts";

/** Takes into a study's stores what its processes answer, while they answer. */
export class PartsFollower implements Disposable {
  readonly #parts: readonly (readonly StoreFollower<Keyed>[])[];

  /**
   * Begins with the first answer of each.
   *
   * @param stores The study's own.
   * @param parts Those of each process.
   */
  constructor(stores: Stores, parts: readonly AnswerPaths[]) {
    const named = Object.entries(stores) as [keyof Stores, SampleStore<Keyed>][];
    this.#parts = parts.map((paths) => named.map(([name, store]) => store.follow(paths[name])));
  }

  /**
   * Takes what the processes have answered since the last time.
   *
   * @returns The names of the variants that each has answered for since, one set a process.
   * @throws {UsageError} If the disk is full.
   */
  take(): ReadonlySet<string>[] {
    return this.#parts.map((followers) =>
      new Set(
        followers.flatMap((follower) =>
          follower.take().flatMap((record) =>
            "variant" in record && typeof record.variant === "string" ? [record.variant] : []
          )
        ),
      )
    );
  }

  /** Whether all lines were records: then nothing but torn lines of killed processes is left. */
  get isWhole(): boolean {
    return this.#parts.flat().every(({ isDamaged }) => !isDamaged);
  }

  /** Lets go of the files. */
  [Symbol.dispose](): void {
    for (const follower of this.#parts.flat()) follower[Symbol.dispose]();
  }
}
