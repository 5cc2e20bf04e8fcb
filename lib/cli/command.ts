import type { SpareThread } from "../engine/light.ts";
import { type Progress, UsageError } from "../ground/light.ts";

/** One flag of a command. */
export interface Flag {
  /** `texts` may be given several times. */
  readonly type: "text" | "texts" | "number" | "switch";
  /** What it means, for the help; with its default where there is one. */
  readonly help: string;
  /** What stands for the value in the help, such as "DIR". */
  readonly value?: string;
}

/** What a command gets to work with. */
export interface CommandContext {
  readonly progress: Progress;
  /** Writes a line of the result to standard output. */
  print(text: string): void;
  readonly signal: AbortSignal;
  /** What the command's `early` started. */
  readonly spare?: SpareThread | undefined;
}

/** The flags as given; numbers are finite, switches are true or absent, lists are not empty. */
export type FlagValues = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/**
 * The work of a command.
 *
 * @throws {UsageError} For wrong input (exit 2); anything else is a fault (exit 1).
 */
export type RunCommand = (flags: FlagValues, context: CommandContext) => Promise<void>;

/** One command of the lab: what is said of it. It loads no package (docs/decisions/0015-start.md). */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does, for its own help. */
  readonly description?: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Starts what takes long and needs none of its code, while that is loaded. */
  early?(flags: FlagValues): SpareThread | undefined;
  /** Loads what does the work: its file is imported here, so that no help waits for it. */
  load(): Promise<RunCommand>;
}

/** The value of a text flag, if it was given. */
export function text(flags: FlagValues, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** The value of a number flag, if it was given. */
export function number(flags: FlagValues, name: string): number | undefined {
  const value = flags[name];
  return typeof value === "number" ? value : undefined;
}

/** The values of a flag that may be given several times; none if it was not given. */
export function texts(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value : [];
}

/**
 * The values of text flags that a command does not do without.
 *
 * @throws {UsageError} If some were not given; all of them are named.
 */
export function neededTexts<const Names extends readonly string[]>(
  command: string,
  flags: FlagValues,
  names: Names,
): { readonly [Place in keyof Names]: string } {
  const missing = names.filter((name) => text(flags, name) === undefined);
  if (missing.length === 0) return names.map((name) => text(flags, name)!) as never;
  const listed = missing.map((name) => `--${name}`).join(", ");
  throw new UsageError(`${command}: ${listed} ${missing.length === 1 ? "is" : "are"} needed`);
}

/**
 * The value of a text flag that must be one of the names; the first of them if it was not given.
 *
 * @throws {UsageError} If it is none of them.
 */
export function oneOf<T extends string>(
  command: string,
  flags: FlagValues,
  { flag, names }: { readonly flag: string; readonly names: readonly T[] },
): T {
  const value = text(flags, flag) ?? names[0]!;
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UsageError(`${command}: --${flag} must be one of ${names.join(", ")}: "${value}"`);
}
