import type { Command } from "./command.ts";
import { HELP } from "./parse_flags.ts";

const COLUMN = 26;

/** What a program that starts this one learns from its end. */
export const EXIT_CODES =
  "Exit codes: 0 done, 1 a fault, 2 wrong input, data or environment (one line says what).";

/** The list of all commands. */
export function helpOfAll(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(COLUMN - 10)}${summary}`);
  return [
    "Measures what a language model gains and loses when it is specialized.",
    "",
    "Usage: deno task lab COMMAND [flags]",
    "",
    ...lines,
    "",
    "Every command has --help. --version says which state of the code this is.",
    EXIT_CODES,
  ].join("\n");
}

/** The help of one command, made from its flags. */
export function helpOf({ name, summary, description, flags }: Command): string {
  const lines = Object.entries({ ...flags, help: HELP }).map(([flag, { type, value, help }]) => {
    const left = type === "switch" ? `  --${flag}` : `  --${flag} ${value ?? "VALUE"}`;
    return left.length < COLUMN
      ? left.padEnd(COLUMN) + help
      : `${left}\n${" ".repeat(COLUMN)}${help}`;
  });
  return [
    summary,
    ...(description ? ["", description] : []),
    "",
    `Usage: deno task lab ${name} [flags]`,
    "",
    ...lines,
  ].join("\n");
}
