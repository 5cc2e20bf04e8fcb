import { z } from "zod";

/** An object with all of the keys. */
export function each<K extends string, S extends z.ZodType>(
  keys: readonly K[],
  item: S,
): z.ZodObject<Record<K, S>, z.core.$strict> {
  return z.strictObject(Object.fromEntries(keys.map((key) => [key, item])) as Record<K, S>);
}
