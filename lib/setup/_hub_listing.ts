import { type RequestOptions, ServerClient, ServerRefusal } from "../engine/mod.ts";
import { redactUrls, UsageError } from "../ground/mod.ts";

/** What a repository of the hub is wanted as: a whole checkpoint, or a LoRA adapter as PEFT saves it. */
export type HubKind = "model" | "adapter";

/** One file of a model or an adapter on the hub. */
export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  /** Of files in large file storage, such as weights. */
  readonly sha256?: string;
  /** Git's hash of all other files: SHA-1 over `blob <bytes>\0` and the content. */
  readonly gitBlob?: string;
}

/** What the hub has under an id and a revision. */
export interface HubListing {
  /** The commit that the revision stands for. */
  readonly commit: string;
  /** The files that a checkpoint or adapter folder needs, small ones first. */
  readonly files: readonly HubFile[];
}

/** Where a model or an adapter is on which hub. */
export interface HubPlace {
  readonly kind: HubKind;
  readonly id: string;
  readonly revision: string;
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** What `training/average_lora.py` writes beside the weights of an adapter that is a mean. */
export const AVERAGE_FILE = "average.json";

/** The small files that are taken where they are there. An adapter's tokenizer is compared with its base's. */
const CONFIG_FILES: Readonly<Record<HubKind, readonly string[]>> = {
  model: [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
  ],
  adapter: [
    "adapter_config.json",
    AVERAGE_FILE,
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
  ],
};
/** The least of them that must be there. */
export const NEEDED_FILES: Readonly<Record<HubKind, readonly string[]>> = {
  model: ["config.json", "tokenizer.json"],
  adapter: ["adapter_config.json"],
};
/** The weights where they are one file; PEFT writes no others. */
export const WEIGHTS: Readonly<Record<HubKind, string>> = {
  model: "model.safetensors",
  adapter: "adapter_model.safetensors",
};
/** Says which shards a model's weights are in. */
export const INDEX = "model.safetensors.index.json";
/** What PEFT wrote before it wrote safetensors. */
const PICKLED_ADAPTER = "adapter_model.bin";
/** Not just any .safetensors: some repositories hold the weights twice (consolidated.safetensors). */
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Asks the hub which files a model or an adapter has at a revision.
 *
 * @throws {UsageError} If there is no such repository or revision, access is missing, or it has no
 * weights in safetensors, no `tokenizer.json` (a model) or no `adapter_config.json` (an adapter).
 * @throws {ServerUnreachable} If the hub cannot be reached.
 *
 * Source: https://huggingface.co/docs/hub/api, GET /api/models/{id}/revision/{revision}
 */
export async function listHubFiles(
  place: HubPlace,
  { retryDelayMs, ...options }: RequestOptions & { readonly retryDelayMs?: number | undefined } =
    {},
): Promise<HubListing> {
  const { kind, id, revision, endpoint, token } = place;
  const client = new ServerClient(endpoint, {
    apiKey: token,
    timeoutMs: 30_000,
    elsewhere: "follow",
    ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
  });
  const path = `/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  let answer: unknown;
  try {
    answer = await client.request(path, undefined, { attempts: 3, ...options });
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    throw new UsageError(`Cannot get the ${kind} "${id}": ${hubAdvice(error.status, place)}`);
  }
  const { sha, siblings } = (answer ?? {}) as { sha?: unknown; siblings?: unknown };
  if (typeof sha !== "string" || !COMMIT.test(sha) || !Array.isArray(siblings)) {
    throw new UsageError(
      `Cannot get the ${kind} "${id}": ${
        redactUrls(endpoint)
      } does not answer as a Hugging Face hub: check HF_ENDPOINT`,
    );
  }
  return { commit: sha, files: chooseFiles(siblings.map(parseFile), place) };
}

/** What a user can do about a refusal, for each of the hub's statuses. */
export function hubAdvice(
  status: number,
  { kind, id, revision, token, ...place }: HubPlace,
): string {
  const endpoint = redactUrls(place.endpoint);
  const page = `${endpoint}/${id}`;
  if (status === 401) {
    return token
      ? `the hub does not accept HF_TOKEN (401): make a new read token at ${endpoint}/settings/tokens, and check the ${kind}'s id`
      : `the hub wants a token (401): check the id; if the ${kind} is private or gated, accept its terms at ${page} and set HF_TOKEN to a read token`;
  }
  if (status === 403) {
    return `HF_TOKEN's account has no access (403): accept the ${kind}'s terms at ${page}, wait for their approval, or let the token read gated ${kind}s`;
  }
  if (status === 404) {
    return `there is no such ${kind} or revision (404): check the id and the revision "${revision}" at ${page}`;
  }
  return `the hub answered ${status}: check the id and HF_ENDPOINT`;
}

function parseFile(value: unknown): HubFile {
  const { rfilename, size, blobId, lfs } = value as {
    rfilename?: string;
    size?: number;
    blobId?: string;
    lfs?: { sha256?: string; size?: number };
  };
  return {
    name: String(rfilename),
    bytes: lfs?.size ?? size ?? 0,
    ...(lfs?.sha256 ? { sha256: lfs.sha256 } : blobId ? { gitBlob: blobId } : {}),
  };
}

function chooseFiles(files: readonly HubFile[], { kind, id }: HubPlace): HubFile[] {
  const names = new Set(files.map(({ name }) => name));
  for (const name of NEEDED_FILES[kind]) {
    if (!names.has(name)) {
      throw new UsageError(`Cannot use the ${kind} "${id}": it has no ${name} on the hub`);
    }
  }
  const sharded = kind === "model" && names.has(INDEX);
  if (!sharded && !names.has(WEIGHTS[kind])) {
    throw new UsageError(`Cannot use the ${kind} "${id}": ${noWeights(kind, [...names])}`);
  }
  const wanted = (name: string): boolean =>
    CONFIG_FILES[kind].includes(name) ||
    (sharded ? name === INDEX || SHARD.test(name) : name === WEIGHTS[kind]);
  // small files first: a missing right to read shows before the weights begin
  return files.filter(({ name }) => wanted(name)).sort((x, y) => x.bytes - y.bytes);
}

function noWeights(kind: HubKind, names: readonly string[]): string {
  if (kind === "adapter") {
    return names.includes(PICKLED_ADAPTER)
      ? `it has ${PICKLED_ADAPTER} and no ${WEIGHTS.adapter}: load it with PEFT, save it anew with ` +
        "save_pretrained, and give that folder"
      : `it has no ${WEIGHTS.adapter} on the hub`;
  }
  const others = names.filter((name) => /\.(bin|gguf|pth?|onnx|h5)$/.test(name)).slice(0, 3);
  return "it has no weights in safetensors" +
    (others.length > 0 ? `, only ${others.join(", ")}` : "");
}
