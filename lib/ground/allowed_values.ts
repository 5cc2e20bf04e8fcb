/** A JSON Schema, as far as zod writes it for this project's records. */
export interface JsonSchema {
  /** What is allowed, in words: given in the schema with `.meta({ allowed })`. */
  readonly allowed?: string;
  /** `integer`, `number`, `string`, `boolean`, `array`, `object` or `null`. */
  readonly type?: string;
  /** The only value. */
  readonly const?: unknown;
  /** All values. */
  readonly enum?: readonly unknown[];
  /** The lowest number, included. */
  readonly minimum?: number;
  /** A number that all others are above. */
  readonly exclusiveMinimum?: number;
  /** The highest number, included. */
  readonly maximum?: number;
  /** A number that all others are below. */
  readonly exclusiveMaximum?: number;
  /** The shortest text. */
  readonly minLength?: number;
  /** The shortest list. */
  readonly minItems?: number;
  /** The longest list. */
  readonly maxItems?: number;
  /** What a key that is left out has. */
  readonly default?: unknown;
  /** One of these. */
  readonly anyOf?: readonly JsonSchema[];
  /** One of these, told apart by a key. */
  readonly oneOf?: readonly JsonSchema[];
  /** The keys of an object. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** What other keys have; `false` for none. */
  readonly additionalProperties?: JsonSchema | false;
  /** What the entries of a list are. */
  readonly items?: JsonSchema | false;
  /** What the first entries of a list are, by place. */
  readonly prefixItems?: readonly JsonSchema[];
}

/**
 * What a schema allows in words, to follow "must be": `an integer from 1 to 20`.
 *
 * `null` where it is allowed beside other values, is not told: the key's documentation says what it
 * means.
 */
export function allowedValues(schema: JsonSchema): string {
  if (schema.allowed !== undefined) return schema.allowed;
  const branches = branchesOf(schema);
  if (branches[0] !== schema) return [...new Set(branches.map(allowedValues))].join(" or ");
  const { type, minItems = 0, maxItems, minLength = 0, ...rest } = schema;
  const values = namesOf(schema);
  if (values !== undefined) {
    const names = values.map((value) => JSON.stringify(value));
    return names.length === 1 ? names[0]! : `one of ${names.join(", ")}`;
  }
  switch (type) {
    case "integer":
    case "number":
      return allowedNumbers({ type, ...rest });
    case "boolean":
      return "true or false";
    case "string":
      return minLength > 0 ? "a text that is not empty" : "a text";
    case "array":
      if (minItems === maxItems) return `a list of ${minItems}`;
      if (maxItems !== undefined) return `a list of ${minItems} to ${maxItems}`;
      return minItems > 0 ? `a list of at least ${minItems}` : "a list";
    default:
      return "an object";
  }
}

/** Bounds that an integer of zod has anyway are none. */
function allowedNumbers(schema: JsonSchema): string {
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const min = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const max = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (type === "integer" && min !== undefined && max !== undefined) {
    return `an integer from ${min} to ${max}`;
  }
  const limits = [
    ...(min === undefined ? [] : [`>= ${min}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(max === undefined ? [] : [`<= ${max}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ].join(" and ");
  return [type === "integer" ? "an integer" : "a number", limits].filter(Boolean).join(" ");
}

/**
 * The schema of what keys and indices lead to. Of several branches those count that are meant for
 * the value, by keys that name the branch.
 *
 * @param value What is there, from the top.
 */
export function schemaAt(
  schema: JsonSchema,
  path: readonly PropertyKey[],
  value: unknown,
): JsonSchema {
  const branches = branchesOf(schema);
  const meant = branches.filter((branch) => isMeant(branch, value));
  const found = meant.length > 0 ? meant : branches;
  const [key, ...rest] = path;
  if (key === undefined) return found.length > 1 || schema.allowed ? schema : found[0]!;
  const below = found.flatMap((branch) => {
    const inner = typeof key === "number"
      ? branch.prefixItems?.[key] ?? branch.items
      : branch.properties?.[String(key)] ?? branch.additionalProperties;
    return inner ? [inner] : [];
  });
  const names = below.map(namesOf);
  const joined = names.includes(undefined) ? { anyOf: below } : { enum: names.flatMap((n) => n!) };
  return schemaAt(below.length === 1 ? below[0]! : joined, rest, child(value, key));
}

function isMeant(branch: JsonSchema, value: unknown): boolean {
  return Object.entries(branch.properties ?? {}).every(([key, inner]) => {
    const names = namesOf(inner);
    return names === undefined || names.some((name) => name === child(value, key));
  });
}

/** The values of a schema that lists them. */
export function namesOf(schema: JsonSchema): readonly unknown[] | undefined {
  return schema.const === undefined ? schema.enum : [schema.const];
}

/** Its branches other than `null`. */
export function branchesOf(schema: JsonSchema): readonly JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  return branches?.filter(({ type }) => type !== "null") ?? [schema];
}

/** What an object or a list has at a key of its own. */
export function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}
