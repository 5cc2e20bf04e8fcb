import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { realDataRoot } from "../ground/mod.ts";

/** A dev example of Spider with two systems' predictions and the official script's verdicts. */
export interface OfficialVerdict {
  readonly index: number;
  readonly db_id: string;
  readonly gold: string;
  readonly predictions: Readonly<
    Record<string, { readonly sql: string; readonly official: 0 | 1 }>
  >;
}

/** Spider's folder, where there is one: Spider as released, unpacked. */
export function spiderRoot(): string | undefined {
  const root = realDataRoot();
  return root === undefined || !existsSync(join(root, "spider", "dev.json"))
    ? undefined
    : join(root, "spider");
}

/**
 * The recorded verdicts of the official script, or `undefined` where the file is not: it is named by
 * the environment variable `LAB_OFFICIAL_VERDICTS`, else it lies beside the real data.
 */
export function officialVerdicts(): readonly OfficialVerdict[] | undefined {
  const named = Deno.env.get("LAB_OFFICIAL_VERDICTS");
  const root = realDataRoot();
  const path = named ?? (root && join(root, "official_verdicts.json.gz"));
  if (path === undefined || !existsSync(path)) return undefined;
  const text = new TextDecoder().decode(gunzipSync(Deno.readFileSync(path)));
  return JSON.parse(text) as readonly OfficialVerdict[];
}
