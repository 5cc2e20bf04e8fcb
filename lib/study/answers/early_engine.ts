import { type Engine, loraSites, type SpareThread } from "../../engine/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { openEngine } from "./open_engine.ts";
import type { NamedVariant } from "./sample_identity.ts";

/** What an engine is opened with before it is known what is asked of it. */
export interface EarlyOpening {
  /** The model. */
  readonly inputs: ModelInputs;
  /** The variants that will be asked. */
  readonly variants: readonly NamedVariant[];
  /** Is told what opening says. */
  readonly progress: Progress;
}

/**
 * Engines of a study, of which the first one opens and warms up before anything is asked: while the
 * plan is made, the device would wait. It is handed out to the first who opens one for the same
 * model and the same kinds of adapters; for another it is closed, as a device holds one at a time.
 */
export class EarlyEngine implements AsyncDisposable {
  readonly #inputs: ModelInputs | undefined;
  readonly #sites: string | undefined;
  readonly #open: typeof openEngine;
  readonly #spare: SpareThread | undefined;
  /** Nothing of one that cannot be opened: whoever opens one is told why. */
  #opening: Promise<Engine | undefined> | undefined;

  /**
   * Begins to open, or does not, where nothing is given.
   *
   * @param spare The thread for whichever engine is opened first.
   * @param open Opens an engine; tests give their own.
   */
  constructor(
    early?: EarlyOpening,
    spare?: SpareThread,
    open: typeof openEngine = openEngine,
  ) {
    this.#open = open;
    this.#spare = spare;
    if (!early) return;
    const { inputs, variants, progress } = early;
    this.#inputs = inputs;
    this.#sites = sitesOf(variants);
    this.#opening = open(inputs, variants, progress, spare).then(warmed).catch(() => undefined);
  }

  /** Opens an engine as {@linkcode openEngine} does, or hands out the one that is open. */
  readonly open: typeof openEngine = async (inputs, variants, progress) => {
    const early = await this.#take();
    if (early && inputs === this.#inputs && this.#sites === sitesOf(variants)) return early;
    await early?.[Symbol.asyncDispose]();
    return await this.#open(inputs, variants, progress, this.#spare);
  };

  /** Closes the engine that nobody asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    const early = await this.#take();
    await early?.[Symbol.asyncDispose]();
  }

  #take(): Promise<Engine | undefined> | undefined {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening;
  }
}

/** The engine, which warms up; what that fails at, the first question is told. */
function warmed(engine: Engine): Engine {
  engine.warmUp?.().catch(() => undefined);
  return engine;
}

/** What a session is opened for. */
function sitesOf(variants: readonly NamedVariant[]): string {
  return JSON.stringify(loraSites(variants.flatMap(({ weights }) => weights.adapter ?? [])));
}
