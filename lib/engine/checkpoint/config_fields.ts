import { UsageError } from "../../ground/mod.ts";

/** The content of a `config.json`, or of an object in it. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * A number above 0.
 *
 * @param fallback What a missing or null key stands for; it has to be there when left out.
 * @throws {UsageError} If it is something else.
 */
export function positive(config: Json, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== "number" || !(value > 0)) {
    throw new UsageError(`Cannot read config.json: "${key}" is ${JSON.stringify(value)}`);
  }
  return value;
}

/**
 * A truth value; see {@linkcode positive}.
 *
 * @throws {UsageError} If it is something else.
 */
export function flag(config: Json, key: string, fallback: boolean): boolean {
  const value = config[key] ?? fallback;
  if (typeof value !== "boolean") {
    throw new UsageError(`Cannot read config.json: "${key}" is ${JSON.stringify(value)}`);
  }
  return value;
}

const LAYER_VALUES: readonly unknown[] = ["full_attention", "sliding_attention", 0, 1];

/**
 * A list with a value a layer; nothing where config.json has none.
 *
 * @throws {UsageError} If it is too short, or a value is not known.
 */
export function layerList(
  config: Json,
  key: string,
  layers: number,
): readonly unknown[] | undefined {
  const list = config[key] ?? undefined;
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length < layers) {
    throw new UsageError(
      `Cannot read config.json: "${key}" has no value for each of the ${layers} layers`,
    );
  }
  const unknown = list.find((value) => !LAYER_VALUES.includes(value));
  if (unknown !== undefined) {
    throw new UsageError(`Cannot run this model: config.json has ${key} ${unknown}`);
  }
  return list;
}

/** A feature that is not computed here, as one line. */
export function unsupported({ model_type: type }: Json, feature: string): UsageError {
  return new UsageError(`Cannot run this ${type} model: config.json has ${feature}`);
}
