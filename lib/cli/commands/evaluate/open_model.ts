import { basename, resolve } from "node:path";
import { loadAdapter } from "../../../engine/mod.ts";
import type { StudyConfig } from "../../../runs/mod.ts";
import { ensureModel } from "../../../setup/mod.ts";
import {
  adapterFolder,
  adapterNotes,
  BASE,
  fetchHubAdapters,
  LazyEngine,
  type ModelFiles,
  type ModelInputs,
  type NamedVariant,
  openEngine,
  openModelFiles,
  withTokenizer,
} from "../../../study/mod.ts";
import { folderOrId } from "../../adapter_place.ts";
import { type CommandContext, type FlagValues, number, text } from "../../command.ts";

/** A run's model, whose engine may be opening. */
export interface OpenedModel extends AsyncDisposable {
  readonly weights: ModelFiles;
  readonly variant: NamedVariant;
  readonly engine: LazyEngine;
  /** The model with its tokenizer, which begins to load when it is asked for. */
  tokenized(): Promise<ModelInputs>;
}

/** Opens what a run answers with; its engine and tokenizer do not begin to load. */
export async function openModel(
  flags: FlagValues,
  config: StudyConfig,
  { progress, signal, spare }: CommandContext,
  /** How many threads encode the prompts. */
  threads = 0,
): Promise<OpenedModel> {
  const ready = await ensureModel(config, progress, { signal });
  const weights = await openModelFiles(ready.config, ready.dir);
  const variant = await namedVariant(flags, weights, { progress, signal });
  for (const line of adapterNotes(variant, weights)) progress.note(line);
  let model: Promise<ModelInputs> | undefined;
  const tokenized = (): Promise<ModelInputs> => model ??= withTokenizer(weights, { threads });
  const isServed = config.engine.kind === "server";
  const engine = new LazyEngine(async () =>
    await openEngine(isServed ? await tokenized() : weights, [variant], progress, spare)
  );
  const dispose = (): Promise<void> => engine[Symbol.asyncDispose]();
  return { weights, variant, engine, tokenized, [Symbol.asyncDispose]: dispose };
}

/**
 * Whether the engine is of use before the tokenizer is there. Elsewhere nothing is gained by that, and
 * what is wrong with the tokenizer would be told the later: as where weights in 4 bits may have to be
 * made.
 */
export function onOwnDevice({ engine: { kind, device, weights } }: StudyConfig): boolean {
  return kind !== "server" && device === "cuda" && weights !== "int4";
}

async function namedVariant(
  flags: FlagValues,
  { checkpoint }: ModelFiles,
  { progress, signal }: Pick<CommandContext, "progress" | "signal">,
): Promise<NamedVariant> {
  const given = text(flags, "adapter-path");
  if (given === undefined) return BASE;
  const place = folderOrId(given);
  const fetched = await fetchHubAdapters([{ name: given, adapter: place }], progress, { signal });
  const adapter = await loadAdapter(adapterFolder(place, fetched), checkpoint);
  const scale = number(flags, "scale") ?? 1;
  const folder = basename(resolve(given));
  // "base" is the model without an adapter, and "@" begins a scale
  const name = folder === BASE.name ? `${folder} (adapter)` : folder;
  return {
    name: scale === 1 && !name.includes("@") ? name : `${name}@${scale}`,
    origin: { source: name, scale },
    weights: { adapter, scale },
    adapterHash: adapter.hash,
  };
}
