import type { Engine } from "../../engine/mod.ts";

/** An engine that opens its session at the first question, so that a finished study needs none. */
export class LazyEngine implements Engine {
  readonly #open: () => Promise<Engine>;
  #engine: Promise<Engine> | undefined;
  #isAsked = false;

  /**
   * An engine that is not open yet.
   *
   * @param open Opens the session; called once at most.
   */
  constructor(open: () => Promise<Engine>) {
    this.#open = open;
  }

  /**
   * Begins to open the session, where it is known that something is asked; the first question waits
   * for it. Where that question is not there yet when the session is open, the session warms up.
   */
  begin(): void {
    if (this.#engine) return;
    this.#opened()
      .then((engine) => this.#isAsked ? undefined : engine.warmUp?.())
      // whoever asks is told why it cannot be opened or asked
      .catch(() => undefined);
  }

  /** As the engine's; of no prompts without it. */
  async *generate(...args: Parameters<Engine["generate"]>): ReturnType<Engine["generate"]> {
    if (args[0].length > 0) yield* (await this.#asked()).generate(...args);
  }

  /** As the engine's; of no prompts without it. */
  async *choiceLogProbs(
    ...args: Parameters<Engine["choiceLogProbs"]>
  ): ReturnType<Engine["choiceLogProbs"]> {
    if (args[0].length > 0) yield* (await this.#asked()).choiceLogProbs(...args);
  }

  /** As the engine's; of no texts without it. */
  async *textLogProbs(
    ...args: Parameters<Engine["textLogProbs"]>
  ): ReturnType<Engine["textLogProbs"]> {
    if (args[0].length > 0) yield* (await this.#asked()).textLogProbs(...args);
  }

  /** Closes the session, if there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    await engine?.[Symbol.asyncDispose]();
  }

  #asked(): Promise<Engine> {
    this.#isAsked = true;
    return this.#opened();
  }

  #opened(): Promise<Engine> {
    return this.#engine ??= this.#open();
  }
}
