import assert from "node:assert/strict";
import type { CommandContext } from "../command.ts";
import { main } from "../main.ts";

/** What a command line came to. */
export interface MainResult {
  readonly code: number;
  /** The notes, steps left out. */
  readonly notes: readonly string[];
  /** The titles of its steps. */
  readonly steps: readonly string[];
  /** What its progress counted, each once. */
  readonly units: readonly string[];
  readonly printed: string;
}

/** What a test does while a command runs. */
export interface RunMainOptions {
  /** Is told of every step as it begins. */
  readonly onStep?: (title: string) => void;
}

/** For tests: runs a command line in this process and keeps what it says. */
export async function runMain(
  args: readonly string[],
  { onStep }: RunMainOptions = {},
): Promise<MainResult> {
  const notes: string[] = [];
  const steps: string[] = [];
  const units = new Set<string>();
  let printed = "";
  const context: CommandContext = {
    progress: {
      step(title): void {
        steps.push(title);
        onStep?.(title);
      },
      update: (_done, _total, unit) => void units.add(unit),
      note: (text) => void notes.push(text),
    },
    print: (text) => void (printed += text + "\n"),
    signal: new AbortController().signal,
  };
  const code = await main(args, context);
  return { code, notes, steps, units: [...units], printed };
}

/**
 * For tests: a command line must be refused with exit code 2 and one line, the
 * last, that matches; without a stack trace and without a result.
 */
export async function assertRefused(
  args: readonly string[],
  line: RegExp,
  options: RunMainOptions = {},
): Promise<void> {
  const { code, notes, printed } = await runMain(args, options);
  const said = notes.join("\n");
  assert.equal(code, 2, said);
  const errors = notes.filter((note) => note.startsWith("error: "));
  assert.equal(errors.length, 1, said);
  assert.equal(errors[0], notes.at(-1));
  assert.match(errors[0]!, line);
  assert.doesNotMatch(said, /\n\s+at |^fault/m);
  assert.ok(!errors[0]!.includes("\n"), `more than one line: ${errors[0]}`);
  assert.equal(printed, "");
}
