import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { REPOSITORY_ROOT, sha256OfFile, UsageError } from "../../ground/mod.ts";
import { adapterFault, readAdapterFields } from "../checkpoint/mod.ts";
import type { Variant } from "../engine.ts";
import { type RequestOptions, type ServerClient, ServerRefusal } from "./server_client.ts";

/** An adapter's folder; nothing else of an `Adapter` matters to a server. */
export type AdapterFolder = Pick<NonNullable<Variant["adapter"]>, "dir">;

/** Options of {@linkcode ServedAdapters}. */
export interface ServedAdaptersOptions {
  /** The base model's name on the server. */
  readonly base: string;
  /** All names that the server lists. */
  readonly names: readonly string[];
  /** Names on the server by the adapter folder's name, for adapters that were loaded by hand. */
  readonly servedAdapters?: Readonly<Record<string, string>>;
}

/** Where adapters of another scale are written. */
const SCALED = `${REPOSITORY_ROOT}/.cache/adapters`;

/**
 * Settings of an adapter that a server of vLLM's kind passes over without a word or refuses; the
 * engine of this program computes them.
 *
 * Source: vLLM, `vllm/lora/peft_helper.py`, which reads one rank and one alpha for all layers.
 */
const NOT_SERVED = ["rank_pattern", "alpha_pattern", "use_dora", "lora_bias"];

/** A failed load is mostly the adapter's fault, though vLLM answers 500: no use in many tries. */
const LOAD_ATTEMPTS = 2;

/**
 * The names under which a server knows a study's adapters.
 *
 * A name holds a hash of the adapter's bytes, so that a server that still has
 * an older adapter of the same recipe cannot answer in its place. An adapter
 * that is not there is loaded while the server runs, where it allows that
 * (`VLLM_ALLOW_RUNTIME_LORA_UPDATING`) and sees the same folder.
 *
 * A server has no factor on an adapter: another scale is another adapter, whose
 * `lora_alpha` is multiplied.
 */
export class ServedAdapters {
  readonly #client: ServerClient;
  readonly #options: Required<ServedAdaptersOptions>;
  readonly #names: Set<string>;
  readonly #loaded = new Set<string>();
  /** Of a folder and scale, while they are being looked for, too. */
  readonly #byVariant = new Map<string, Promise<string>>();

  /** The adapters of one server; none is loaded yet. */
  constructor(client: ServerClient, options: ServedAdaptersOptions) {
    this.#client = client;
    this.#options = { servedAdapters: {}, ...options };
    this.#names = new Set(options.names);
  }

  /**
   * The model name that answers with a variant's weights; loads the adapter if need be.
   *
   * @throws {UsageError} If the server has no such adapter and does not load it.
   */
  async nameOf(
    { adapter, scale = 1 }: { readonly adapter?: AdapterFolder; readonly scale?: number },
    options: RequestOptions = {},
  ): Promise<string> {
    if (!adapter || scale === 0) return this.#options.base;
    const key = `${scale} ${adapter.dir}`;
    const known = this.#byVariant.get(key);
    if (known) return await known;
    const finding = this.#find(resolve(adapter.dir), scale, options);
    this.#byVariant.set(key, finding);
    try {
      return await finding;
    } catch (error) {
      this.#byVariant.delete(key);
      throw error;
    }
  }

  /** Takes the adapters off the server that were put there. A server that is gone has none. */
  async unload(): Promise<void> {
    for (const name of this.#loaded) {
      await this.#client.request("/v1/unload_lora_adapter", { lora_name: name }, { attempts: 1 })
        .catch(() => undefined);
    }
    this.#loaded.clear();
  }

  async #find(dir: string, scale: number, options: RequestOptions): Promise<string> {
    const given = scale === 1 ? this.#options.servedAdapters[basename(dir)] : undefined;
    if (given !== undefined) {
      if (this.#names.has(given)) return given;
      throw new UsageError(
        `Cannot use the adapter "${basename(dir)}": the server at ${this.#client.root} does not ` +
          `serve "${given}", only ${[...this.#names].join(", ")}`,
      );
    }
    const name = await adapterName(dir, scale);
    await checkServed(dir);
    if (this.#names.has(name)) return name;
    const folder = scale === 1 ? dir : await writeScaledAdapter(dir, scale, `${SCALED}/${name}`);
    await this.#load(name, folder, options);
    return name;
  }

  async #load(name: string, dir: string, options: RequestOptions): Promise<void> {
    const cannot = `Cannot use the adapter in "${dir}" on the server at ${this.#client.root}`;
    const byHand = `--enable-lora --lora-modules ${name}=${dir}`;
    try {
      await this.#client.request(
        "/v1/load_lora_adapter",
        { lora_name: name, lora_path: dir },
        { ...options, attempts: LOAD_ATTEMPTS },
      );
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof ServerRefusal)) {
        throw new UsageError(`${cannot}: ${(error as Error).message}`);
      }
      const { status, reason } = error;
      // an earlier try whose answer was lost; the name holds the content's hash, so it is the same
      if (status === 400 && /already been loaded/.test(reason)) return;
      if (status === 401 || status === 403) throw error;
      const noEndpoint = status === 405 || (status === 404 && !/adapter/i.test(reason));
      throw new UsageError(
        noEndpoint
          ? `${cannot}: it is not loaded there, and the server does not load adapters while it ` +
            `runs: start it with ${byHand}, or with VLLM_ALLOW_RUNTIME_LORA_UPDATING=True`
          : `${cannot}: ${reason}: the server must see that folder, or be started with ${byHand}`,
      );
    }
    this.#names.add(name);
    this.#loaded.add(name);
  }
}

/**
 * The name of an adapter on a server: its folder's name and a hash of its
 * configuration, weights and scale.
 *
 * @throws {UsageError} If the folder has no adapter.
 */
export async function adapterName(dir: string, scale = 1): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["adapter_config.json", "adapter_model.safetensors"]) {
    try {
      hash.update(await sha256OfFile(`${dir}/${file}`));
    } catch (error) {
      throw new UsageError(`Cannot use the adapter in "${dir}": ${(error as Error).message}`);
    }
  }
  const suffix = scale === 1 ? "" : `-x${scale}`;
  return `${basename(dir)}-${hash.digest("hex").slice(0, 8)}${suffix}`;
}

/**
 * Writes an adapter that is another one times `scale`: the same weights, another `lora_alpha`.
 *
 * @returns `to`.
 * @throws {UsageError} If its `adapter_config.json` cannot be used.
 */
export async function writeScaledAdapter(dir: string, scale: number, to: string): Promise<string> {
  if (existsSync(to)) return to;
  const config = await readAdapterFields(dir);
  const { lora_alpha: alpha } = config;
  if (typeof alpha !== "number") throw adapterFault(dir, "its lora_alpha is not a number");
  const part = `${to}.${Deno.pid}.part`;
  await Deno.mkdir(part, { recursive: true });
  await Deno.copyFile(`${dir}/adapter_model.safetensors`, `${part}/adapter_model.safetensors`);
  const scaled = { ...config, lora_alpha: alpha * scale };
  await Deno.writeTextFile(`${part}/adapter_config.json`, JSON.stringify(scaled, null, 2) + "\n");
  try {
    await Deno.rename(part, to);
  } catch (error) {
    await Deno.remove(part, { recursive: true });
    // another study on this machine may have been faster: the name says that it is the same
    if (!existsSync(to)) throw error;
  }
  return to;
}

async function checkServed(dir: string): Promise<void> {
  const config = await readAdapterFields(dir);
  const setting = NOT_SERVED.find((key) =>
    Object.keys(config[key] ?? {}).length > 0 || config[key] === true
  );
  if (!setting) return;
  throw new UsageError(
    `Cannot use the adapter in "${dir}" on a server: it has ${setting}, which servers leave out ` +
      'or refuse: take the engine "onnx", or merge it into its base model with PEFT\'s ' +
      "merge_and_unload and serve that",
  );
}
