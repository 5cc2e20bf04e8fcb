import { type Engine, loraSites } from "../../engine/mod.ts";
import type { Progress } from "../../ground/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { openEngine } from "./open_engine.ts";
import type { NamedVariant } from "./sample_identity.ts";

/** An engine that is open, and what its session was opened for. */
interface Opened {
  readonly engine: Engine;
  readonly sites: string;
}

/** What an engine is opened with before it is known what is asked of it. */
export interface EarlyOpening {
  /** The model. */
  readonly inputs: ModelInputs;
  /** The variants that will be asked; read while the caller goes on. */
  variants(): Promise<readonly NamedVariant[]>;
  /** Is told what opening says. */
  readonly progress: Progress;
}

/**
 * Engines of a study, of which the first one begins to open before anything is asked: while the
 * plan is made, the device would wait. It is handed out to the first who opens one for the same
 * model and the same kinds of adapters; for another it is closed, as a device holds one at a time.
 */
export class EarlyEngine implements AsyncDisposable {
  readonly #inputs: ModelInputs | undefined;
  readonly #open: typeof openEngine;
  #opening: Promise<Opened | undefined> | undefined;

  /**
   * Begins to open, or does not, where nothing is given.
   *
   * @param open Opens an engine; tests give their own.
   */
  constructor(early?: EarlyOpening, open: typeof openEngine = openEngine) {
    this.#open = open;
    if (!early) return;
    this.#inputs = early.inputs;
    this.#opening = opened(early, open)
      // whoever opens one is told why it cannot be opened
      .catch(() => undefined);
  }

  /** Opens an engine as {@linkcode openEngine} does, or hands out the one that is open. */
  readonly open: typeof openEngine = async (inputs, variants, progress) => {
    const early = await this.#take();
    if (early && inputs === this.#inputs && early.sites === sitesOf(variants)) return early.engine;
    await early?.engine[Symbol.asyncDispose]();
    return await this.#open(inputs, variants, progress);
  };

  /** Closes the engine that nobody asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    const early = await this.#take();
    await early?.engine[Symbol.asyncDispose]();
  }

  #take(): Promise<Opened | undefined> | undefined {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening;
  }
}

async function opened(
  { inputs, variants, progress }: EarlyOpening,
  open: typeof openEngine,
): Promise<Opened> {
  const asked = await variants();
  return { engine: await open(inputs, asked, progress), sites: sitesOf(asked) };
}

function sitesOf(variants: readonly NamedVariant[]): string {
  return JSON.stringify(loraSites(variants.flatMap(({ weights }) => weights.adapter ?? [])));
}
