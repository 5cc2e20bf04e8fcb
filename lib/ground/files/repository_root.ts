import { isAbsolute, join } from "node:path";

/** The folder that holds `deno.json`, as an absolute path. */
export const REPOSITORY_ROOT: string = join(import.meta.dirname ?? ".", "..", "..", "..");

/**
 * A path as a config has it, made absolute: relative ones start at the repository's root, so that
 * a study is the same study from whatever folder it is started.
 *
 * @example
 * ```ts
 * import { fromRoot, REPOSITORY_ROOT } from "./repository_root.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fromRoot("config"), `${REPOSITORY_ROOT}/config`);
 * assert.equal(fromRoot("/data/spider"), "/data/spider");
 * ```
 */
export function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(REPOSITORY_ROOT, path);
}
