import { UsageError } from "../ground/mod.ts";

/** Where a file is to be had: a local path, or a URL with the headers it needs. */
export type Source =
  | { readonly kind: "path"; readonly path: string }
  | {
    readonly kind: "url" | "hub";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };

/** Options of {@link parseSource}. */
export interface ParseSourceOptions {
  /** A Hugging Face token; sent to the hub only. */
  readonly token?: string | undefined;
  /** The hub's address, `https://huggingface.co` by default. */
  readonly endpoint?: string | undefined;
}

const HUB_SOURCE = /^hf:([\w.-]+\/[\w.-]+)\/([^@]+)(?:@([^@]+))?$/;

/**
 * Reads a source as a user writes it: `https://host/file.zip`, `hf:owner/repo/path/file.tar` (a
 * file of a dataset repository on the Hugging Face hub, `@revision` may follow), or a path.
 *
 * @param source What the user wrote.
 * @param options Token and address of the hub.
 * @returns The source, with the hub's download address worked out.
 * @throws {UsageError} If a source that begins with `hf:` has another form, or is empty.
 *
 * @example A file on the hub
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const source = parseSource("hf:cais/mmlu/data.tar@main", { token: "secret" });
 * assert.deepEqual(source, {
 *   kind: "hub",
 *   url: "https://huggingface.co/datasets/cais/mmlu/resolve/main/data.tar",
 *   headers: { authorization: "Bearer secret" },
 * });
 * ```
 *
 * Source: https://huggingface.co/docs/hub/datasets-downloading
 */
export function parseSource(
  source: string,
  { token, endpoint = "https://huggingface.co" }: ParseSourceOptions = {},
): Source {
  if (/^https?:\/\//.test(source)) return { kind: "url", url: source, headers: {} };
  if (!source.startsWith("hf:")) {
    if (source === "") throw new UsageError("Cannot fetch a file: the source is empty");
    return { kind: "path", path: source };
  }
  const [, repo, file, revision = "main"] = HUB_SOURCE.exec(source) ?? [];
  if (repo === undefined || file === undefined) {
    throw new UsageError(
      `Cannot fetch from the hub: write hf:owner/repo/path/to/file or ...@revision: ${source}`,
    );
  }
  const path = file.split("/").map(encodeURIComponent).join("/");
  const base = endpoint.replace(/\/+$/, "");
  return {
    kind: "hub",
    url: `${base}/datasets/${repo}/resolve/${encodeURIComponent(revision)}/${path}`,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  };
}
