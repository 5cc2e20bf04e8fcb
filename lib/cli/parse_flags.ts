import { parseArgs } from "node:util";
import { nearestName, UsageError } from "../ground/light.ts";
import type { Command, Flag, FlagValues } from "./command.ts";

/**
 * Reads a command's flags: `--name value`, `--name=value`, switches alone; an
 * underscore in a name is as good as a hyphen (`--adapter_path`).
 *
 * @throws {UsageError} If a flag is unknown, repeated, lacks its value, is not a
 * number where one is due, or stands without a flag.
 */
export function parseFlags(command: Command, args: readonly string[]): FlagValues {
  const flags: Record<string, Flag> = { ...command.flags, help: HELP };
  const fail = (why: string): never => {
    throw new UsageError(`${command.name}: ${why} (see: deno task lab ${command.name} --help)`);
  };
  const { tokens } = parseArgs({
    args: args.map(hyphenated),
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { type }]) => [
        name,
        { type: type === "switch" ? "boolean" as const : "string" as const },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | number | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind === "positional") return fail(`unexpected argument "${token.value}"`);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const flag = rawName.startsWith("--") && Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (!flag) {
      const near = nearestName(name, Object.keys(flags));
      return fail(`unknown flag ${rawName}${near ? `: did you mean --${near}?` : ""}`);
    }
    if (Object.hasOwn(values, name) && flag.type !== "texts") {
      return fail(`--${name} is given twice`);
    }
    if (flag.type === "switch") {
      if (value !== undefined) return fail(`--${name} takes no value`);
      values[name] = true;
      continue;
    }
    // "--limit --seed 3" leaves --limit without a value
    if (
      value === undefined || value.trim() === "" || (!token.inlineValue && value.startsWith("--"))
    ) {
      return fail(`--${name} needs a value (${flag.value ?? "VALUE"})`);
    }
    if (flag.type === "text") values[name] = value;
    else if (flag.type === "texts") {
      values[name] = [...[values[name] ?? []].flat(), value] as string[];
    } else {
      const parsed = Number(value);
      if (!Number.isFinite(parsed)) return fail(`--${name} must be a number: "${value}"`);
      values[name] = parsed;
    }
  }
  return values;
}

/** The flag that every command has. */
export const HELP: Flag = { type: "switch", help: "show this text" };

function hyphenated(arg: string): string {
  const [, name, rest] = arg.match(/^--([\w-]+)(.*)$/s) ?? [];
  return name === undefined ? arg : `--${name.replaceAll("_", "-")}${rest}`;
}
