import { nearestName } from "./nearest_name.ts";
import { UsageError } from "./usage_error.ts";

/** Where in which file a value stands. */
export interface Place {
  /** The file, as the person named it. */
  readonly file: string;
  /** The keys that lead to the value, such as `training.recipes[0].rank`; empty at the top. */
  readonly keyPath: string;
}

/**
 * Looks at a value out of a JSON file and gives it back typed, or throws a `UsageError` with the
 * file, the key path, what is allowed, and what is there. A missing key is given as `undefined`.
 */
export type Check<T> = (value: unknown, place: Place) => T;

/** Text: not empty, and of the given form. */
export function text(form?: { readonly pattern: RegExp; readonly says: string }): Check<string> {
  const rule = form?.says ?? "a text that is not empty";
  return (value, place) => {
    const fits = typeof value === "string" && value !== "" && (form?.pattern.test(value) ?? true);
    return fits ? value : refuse(place, rule, value);
  };
}

/** Any text, the empty one too. */
export function anyText(): Check<string> {
  return (value, place) => typeof value === "string" ? value : refuse(place, "a text", value);
}

/** A whole number within bounds, both included. */
export function integer(bounds: { readonly min: number; readonly max?: number }): Check<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds;
  const rule = bounds.max === undefined
    ? `an integer >= ${min}`
    : `an integer from ${min} to ${max}`;
  return (value, place) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : refuse(place, rule, value);
}

/** A number within bounds; `above` is not included, the others are. */
export function number(
  bounds: { readonly min?: number; readonly above?: number; readonly max?: number } = {},
): Check<number> {
  const { min = -Infinity, above = -Infinity, max = Infinity } = bounds;
  const limits = [
    ...(bounds.min !== undefined ? [`>= ${min}`] : []),
    ...(bounds.above !== undefined ? [`> ${above}`] : []),
    ...(bounds.max !== undefined ? [`<= ${max}`] : []),
  ];
  const rule = ["a number", limits.join(" and ")].filter(Boolean).join(" ");
  return (value, place) =>
    typeof value === "number" && Number.isFinite(value) && value >= min && value > above &&
      value <= max
      ? value
      : refuse(place, rule, value);
}

/** `true` or `false`. */
export function flag(): Check<boolean> {
  return (value, place) =>
    typeof value === "boolean" ? value : refuse(place, "true or false", value);
}

/** One of a few values; a near miss of a text is told what it was probably meant to be. */
export function oneOf<const T extends string | number>(values: readonly T[]): Check<T> {
  const rule = values.length === 1
    ? JSON.stringify(values[0])
    : `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return (value, place) => {
    const found = values.find((allowed) => allowed === value);
    if (found !== undefined) return found;
    const meant = typeof value === "string" ? nearestName(value, values.map(String)) : undefined;
    return refuse(place, rule, value, meant);
  };
}

/** A list of values of one kind. */
export function list<T>(
  item: Check<T>,
  bounds: { readonly min?: number; readonly max?: number } = {},
): Check<readonly T[]> {
  const { min = 0, max = Infinity } = bounds;
  const rule = min === max ? `a list of ${min}` : min > 0 ? `a list of at least ${min}` : "a list";
  return (value, place) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      return refuse(place, rule, value);
    }
    return value.map((entry, i) => item(entry, { ...place, keyPath: `${place.keyPath}[${i}]` }));
  };
}

/** An object whose keys are names, such as files, with values of one kind. */
export function record<T>(item: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isObject(value)) return refuse(place, "an object", value);
    const entries = Object.entries(value).map(([key, entry]) =>
      [key, item(entry, below(place, key))] as const
    );
    return Object.fromEntries(entries);
  };
}

/** `null`, or a value of the kind. */
export function nullable<T>(item: Check<T>): Check<T | null> {
  return (value, place) => value === null ? null : item(value, place);
}

/** A key that may be left out. */
export function optional<T>(item: Check<T>): Check<T | undefined> {
  return (value, place) => value === undefined ? undefined : item(value, place);
}

/** A key that may be left out and then has a value all the same. */
export function withDefault<T>(item: Check<T>, otherwise: T): Check<T> {
  return (value, place) => value === undefined ? otherwise : item(value, place);
}

/** An object with just these keys. A key that is not among them is refused. */
export function shape<T>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const names = Object.keys(fields);
  return (value, place) => {
    if (!isObject(value)) return refuse(place, "an object", value);
    for (const key of Object.keys(value)) {
      if (!names.includes(key)) refuseKey(place, key, names);
    }
    const result: Record<string, unknown> = {};
    for (const key of names) {
      const check = fields[key as keyof T];
      const checked = check(Object.hasOwn(value, key) ? value[key] : undefined, below(place, key));
      if (checked !== undefined) result[key] = checked;
    }
    return result as T;
  };
}

/**
 * Refuses a value.
 *
 * @param rule What is allowed, to follow "must be".
 * @param meant What was probably meant, if that can be told.
 * @throws {UsageError} Always.
 */
export function refuse(place: Place, rule: string, value: unknown, meant?: string): never {
  const what = place.keyPath === "" ? "the whole" : `"${place.keyPath}"`;
  const now = value === undefined ? "it is missing" : `current value is ${brief(value)}`;
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  throw new UsageError(`Cannot use ${place.file}: ${what} must be ${rule}: ${now}${hint}`);
}

function refuseKey(place: Place, key: string, names: readonly string[]): never {
  const meant = nearestName(key, names);
  const hint = meant === undefined ? `allowed are ${names.join(", ")}` : `did you mean "${meant}"?`;
  throw new UsageError(
    `Cannot use ${place.file}: unknown key "${below(place, key).keyPath}": ${hint}`,
  );
}

function below(place: Place, key: string): Place {
  return { ...place, keyPath: place.keyPath === "" ? key : `${place.keyPath}.${key}` };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value on one line of bearable length. */
function brief(value: unknown): string {
  // JSON writes null for a number that is not finite
  const json = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
