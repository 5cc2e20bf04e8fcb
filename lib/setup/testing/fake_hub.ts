import { createHash } from "node:crypto";
import type { HubModelOptions } from "../hub_model.ts";

/** The commit that every branch stands for. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** The model's id. */
export const ID = "owner/tiny-model";

/** Bytes that differ with the seed. */
export function content(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7 + (i >> 8)) % 256);
}

/** All of its repository. */
export const FILES: Readonly<Record<string, Uint8Array>> = {
  "config.json": content(1, 500),
  "generation_config.json": content(2, 100),
  "tokenizer.json": content(3, 5_000),
  "tokenizer_config.json": content(4, 300),
  "chat_template.jinja": content(5, 200),
  "model.safetensors": content(6, 60_000),
  "pytorch_model.bin": content(7, 60_000),
  "onnx/model.onnx": content(8, 100),
  "tiny.gguf": content(9, 100),
  "README.md": content(10, 100),
};
/** What a checkpoint needs of it. */
export const WANTED: readonly string[] = [
  "chat_template.jinja",
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
];

/** A request as the hub saw it. */
export interface HubRequest {
  readonly path: string;
  readonly headers: Headers;
}

/** The hub as a test sees it. */
export interface FakeHub {
  readonly options: HubModelOptions;
  readonly requests: readonly HubRequest[];
  /** Paths below `resolve/<commit>/` that were asked for. */
  resolved(): string[];
}

/** How the hub differs from a well-behaved one. */
export interface FakeHubOptions {
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Answers in place of the hub. */
  readonly answer?: (request: HubRequest, count: number) => Response | undefined;
  /** Bytes after which a file's body is cut off. */
  readonly cutAfter?: (path: string, count: number) => number | undefined;
  /** Bytes after which a file's body falls silent. */
  readonly silentAfter?: (path: string, count: number) => number | undefined;
  /** What the listing says in place of the truth. */
  readonly list?: (file: Record<string, unknown>) => Record<string, unknown>;
}

/** Runs `test` against a hub on this machine that has one model. */
export async function withHub(
  { files = FILES, answer, cutAfter, silentAfter, list = (file) => file }: FakeHubOptions,
  test: (hub: FakeHub) => Promise<void>,
): Promise<void> {
  const requests: HubRequest[] = [];
  const root = await Deno.makeTempDir({ prefix: "hub_" });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    (request): Response => {
      const path = new URL(request.url).pathname;
      requests.push({ path, headers: request.headers });
      return answer?.(requests.at(-1)!, requests.length) ?? serve(path, request.headers);
    },
  );
  try {
    await test({
      options: {
        id: ID,
        endpoint: `http://127.0.0.1:${server.addr.port}`,
        token: "",
        modelsDir: `${root}/models`,
        cacheDir: `${root}/cache`,
        retryDelayMs: 1,
      },
      requests,
      resolved: () =>
        requests.flatMap(({ path }) => path.split(`/${ID}/resolve/${COMMIT}/`).slice(1)),
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }

  function serve(path: string, headers: Headers): Response {
    if (path.startsWith(`/api/models/${ID}/revision/`)) {
      const siblings = Object.entries(files).map(([name, bytes]) => list(listed(name, bytes)));
      return Response.json({ sha: COMMIT, siblings });
    }
    const name = path.split(`/${ID}/resolve/${COMMIT}/`)[1] ?? "";
    const body = files[name];
    if (!body) return new Response("Entry not found", { status: 404 });
    const etag = `"${hash("sha256", body)}"`;
    const from = headers.get("if-range") === etag
      ? Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0)
      : 0;
    const rest = body.slice(from);
    const silent = silentAfter?.(name, requests.length);
    const sent = rest.slice(0, silent ?? cutAfter?.(name, requests.length) ?? rest.length);
    return new Response(stream(sent, silent === undefined), {
      status: from > 0 ? 206 : 200,
      headers: {
        etag,
        // longer than what is sent where it is cut: the connection can only be dropped
        "content-length": String(rest.length),
        ...(from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      },
    });
  }
}

/** Points the environment at a hub and its cache, until it is disposed of. */
export function hubEnvironment({ endpoint, cacheDir }: HubModelOptions): Disposable {
  const values = { HF_ENDPOINT: endpoint!, HF_HUB_CACHE: cacheDir!, HF_TOKEN: "" };
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  return {
    [Symbol.dispose](): void {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}

/** Files of the hub's commit as copies in Hugging Face's cache. Returns their folder. */
export async function writeCached(
  { id, cacheDir }: HubModelOptions,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const root = `${cacheDir}/models--${id.replaceAll("/", "--")}`;
  const snapshot = `${root}/snapshots/${COMMIT}`;
  await Deno.mkdir(snapshot, { recursive: true });
  await Deno.mkdir(`${root}/refs`, { recursive: true });
  await Deno.writeTextFile(`${root}/refs/main`, COMMIT);
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.writeFile(`${snapshot}/${name}`, bytes);
  }
  return snapshot;
}

/** A file as the hub lists it. */
export function listed(name: string, bytes: Uint8Array): Record<string, unknown> {
  const lfs = { sha256: hash("sha256", bytes), size: bytes.length, pointerSize: 130 };
  return {
    rfilename: name,
    size: bytes.length,
    blobId: hash("sha1", new TextEncoder().encode(`blob ${bytes.length}\0`), bytes),
    ...(name.endsWith(".safetensors") ? { lfs } : {}),
  };
}

function stream(bytes: Uint8Array, ends: boolean): ReadableStream {
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(bytes);
      if (ends) controller.close();
    },
  });
}

/** A hash of all parts together, hex. */
export function hash(algorithm: string, ...parts: readonly Uint8Array[]): string {
  const sum = createHash(algorithm);
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}
