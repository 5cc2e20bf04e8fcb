import { z } from "zod";
import {
  allowedValues,
  branchesOf,
  child,
  type JsonSchema,
  namesOf,
  schemaAt,
} from "./allowed_values.ts";
import { nearestName } from "./text/nearest_name.ts";
import { escapeControls } from "./text/printable.ts";
import { UsageError } from "./usage_error.ts";

/** A zod schema, as far as it says which values it gives. */
export interface Schema<T = unknown> {
  /** What zod knows of it. */
  readonly _zod: { readonly output: T; readonly optout?: "optional" | undefined };
}

/** What a schema gives, read-only all the way down. */
export type Checked<S extends Schema> = DeepReadonly<S["_zod"]["output"]>;

/** The record with these keys: `RecordOf<typeof KEYS>` is what `z.strictObject(KEYS)` gives. */
export type RecordOf<Keys extends Readonly<Record<string, Schema>>> = DeepReadonly<
  & {
    [K in keyof Keys as Keys[K] extends OptionalKey ? never : K]: Keys[K]["_zod"]["output"];
  }
  & {
    [K in keyof Keys as Keys[K] extends OptionalKey ? K : never]?: Keys[K]["_zod"]["output"];
  }
>;

/** The value with all that is in it read-only. */
export type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** A key that may be left out. */
export interface OptionalKey {
  /** What zod knows of it. */
  readonly _zod: { readonly optout: "optional" };
}

/** The plainest schemas, from which others are made. */
export const PLAIN = {
  /** A text that is not empty. */
  text: z.string().min(1),
  /** How many there are of something. */
  count: z.int().min(0),
};

/** A text of a form, such as a name. */
export function textOfForm(pattern: RegExp, allowed: string): typeof PLAIN.text {
  return z.string().regex(pattern).meta({ allowed });
}

/** A text that is not empty. */
export const TEXT: typeof PLAIN.text = PLAIN.text;

/** A text that says something: not empty, and not of spaces alone. */
export const SAID: typeof PLAIN.text = textOfForm(/\S/, "a text that is not empty");

/** What tables show: one line of text. */
export const LABEL: typeof PLAIN.text = textOfForm(
  /^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u,
  "one line of text, not empty",
);

/** How many there are of something. */
export const COUNT: typeof PLAIN.count = PLAIN.count;

/** A SHA-256, hexadecimal. */
export const SHA256: typeof PLAIN.text = textOfForm(/^[0-9a-f]{64}$/, "64 hexadecimal digits");

/**
 * Adds a rule that several values of a record keep together; it is looked at once each of them is
 * right by itself.
 *
 * @param problem What is wrong, if anything: the rule, to follow "must be", and which key breaks it
 * (`path`, the whole if left out). `value` is shown in place of what is at the path.
 */
export function together<S extends Schema>(
  schema: S,
  problem: (value: S["_zod"]["output"]) => Problem | undefined,
): S {
  return (schema as S & z.ZodType).superRefine((value, context) => {
    const found = problem(value);
    if (found === undefined) return;
    const { path = [], ...params } = found;
    context.addIssue({ code: "custom", path: [...path], params });
  });
}

/** What {@linkcode together} found wrong. */
export interface Problem {
  /** What is allowed, to follow "must be". */
  readonly rule: string;
  /** The keys and indices below the value that lead to what breaks the rule. */
  readonly path?: readonly (string | number)[];
  /** What to show as the current value. */
  readonly value?: unknown;
}

/**
 * Checks a record that came out of a file or from elsewhere: types, bounds, unknown keys. Defaults
 * are filled in.
 *
 * @param file Where it came from, as the person named it.
 * @returns A copy with the schema's keys, in its order.
 * @throws {UsageError} One line with the file, the key path, what is allowed and what is there; the
 * nearest name where a key or a value is probably misspelt.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import assert from "node:assert/strict";
 *
 * const schema = z.strictObject({ mode: z.enum(["fast", "slow"]), n: z.int().min(1).default(5) });
 * assert.deepEqual(checkRecord(schema, { mode: "slow" }, "x.json"), { mode: "slow", n: 5 });
 * assert.throws(() => checkRecord(schema, { mode: "slo" }, "x.json"), {
 *   message: 'Cannot use x.json: "mode" must be one of "fast", "slow": ' +
 *     'current value is "slo" (did you mean "slow"?)',
 * });
 * ```
 */
export function checkRecord<S extends Schema>(schema: S, value: unknown, file: string): Checked<S> {
  const zod = schema as unknown as z.ZodType;
  const result = z.safeParse(zod, value);
  if (result.success) return result.data as Checked<S>;
  const json = z.toJSONSchema(zod, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const problem = problemText(result.error.issues, value, { json });
  throw new UsageError(`Cannot use ${file}: ${escapeControls(problem)}`);
}

/** @param above The keys that lead to where the issues and the schema begin. */
function problemText(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  { json, above = "" }: { readonly json: JsonSchema; readonly above?: string },
): string {
  const issue = firstIssue(issues);
  const at = above + keyPath(issue.path);
  const found = issue.path.reduce(child, value);
  const schema = schemaAt(json, issue.path, value);
  if (issue.code === "unrecognized_keys") return unknownKey(issue.keys[0]!, at, schema);
  if (issue.code === "invalid_union") {
    // the branch that the value was meant for took its type
    const branch = issue.errors.findIndex(([inner]) =>
      inner && (inner.path.length > 0 || !/^invalid_(type|value)$/.test(inner.code))
    );
    const inner = schema.anyOf?.[branch];
    if (inner) return problemText(issue.errors[branch]!, found, { json: inner, above: at });
  }
  const own: Partial<Problem> = issue.code === "custom" ? issue.params ?? {} : {};
  // a list that is too short leaves no doubt which branch was meant
  const meantFor = "origin" in issue && issue.origin === "array"
    ? branchesOf(schema).find(({ type }) => type === "array") ?? schema
    : schema;
  const { rule = allowedValues(meantFor), value: shown = found } = own;
  const now = shown === undefined ? "it is missing" : `current value is ${brief(shown)}`;
  const meant = typeof shown === "string" && own.rule === undefined
    ? nearestName(shown, (namesOf(schema) ?? []).map(String))
    : undefined;
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  return `${at === "" ? "the whole" : `"${at.replace(/^\./, "")}"`} must be ${rule}: ${now}${hint}`;
}

function unknownKey(key: string, at: string, { properties = {} }: JsonSchema): string {
  const names = Object.keys(properties);
  const meant = nearestName(key, names);
  const hint = meant === undefined ? `allowed are ${names.join(", ")}` : `did you mean "${meant}"?`;
  return `unknown key "${`${at}.${key}`.replace(/^\./, "")}": ${hint}`;
}

/** The first fault in the order of the keys; an unknown key comes before those beside and below it. */
function firstIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const first = issues[0]!;
  const unknown = issues
    .filter(({ code, path }) =>
      code === "unrecognized_keys" && path.every((key, i) => key === first.path[i])
    )
    .sort((a, b) => a.path.length - b.path.length);
  return unknown[0] ?? first;
}

/** Such as `.training.recipes[0].rank`. */
function keyPath(path: readonly PropertyKey[]): string {
  return path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("");
}

/** The value on one line of bearable length. */
function brief(value: unknown): string {
  // JSON writes null for a number that is not finite
  const json = typeof value === "number"
    ? String(value)
    : JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part) ??
      String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
