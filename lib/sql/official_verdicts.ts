import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { checkRecord, COUNT, parseJson, realDataRoot, type RecordOf, TEXT } from "../ground/mod.ts";

/** The keys of {@linkcode OfficialVerdict}. */
export const OFFICIAL_VERDICT_KEYS = {
  /** The example's place in dev.json, from 0. */
  index: COUNT,
  /** Its database. */
  db_id: TEXT,
  /** Its gold statement. */
  gold: TEXT,
  /** What each system predicted, and whether the official script takes it. */
  predictions: z.record(
    z.string(),
    z.looseObject({ sql: z.string(), official: z.union([z.literal(0), z.literal(1)]) }),
  ),
};

/** A dev example of Spider with two systems' predictions and the official script's verdicts. */
export interface OfficialVerdict extends RecordOf<typeof OFFICIAL_VERDICT_KEYS> {}

const RECORDS = z.array(z.looseObject(OFFICIAL_VERDICT_KEYS));

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
  return checkRecord(RECORDS, parseJson(text, path), path);
}
