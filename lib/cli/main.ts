import { nearestName, UsageError } from "../runs/mod.ts";
import type { Command, CommandContext } from "./command.ts";
import { PIPELINE } from "./commands/pipeline.ts";
import { DOCTOR } from "./commands/doctor.ts";
import { EVALUATE, MMLU } from "./commands/evaluate.ts";
import { FETCH } from "./commands/fetch.ts";
import { JUDGE } from "./commands/judge.ts";
import { BASELINE, EXPORT_SFT, REPORT, TRAIN } from "./commands/phases.ts";
import { RECORD } from "./commands/record.ts";
import { SETUP } from "./commands/setup.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { parseFlags } from "./parse_flags.ts";
import { terminalProgress } from "./terminal_progress.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  PIPELINE,
  SETUP,
  BASELINE,
  EXPORT_SFT,
  TRAIN,
  EVALUATE,
  MMLU,
  JUDGE,
  REPORT,
  RECORD,
  FETCH,
  DOCTOR,
];

/**
 * Runs one command line.
 *
 * @returns The exit code: 0 done, 1 a fault of the program or the machine, 2 wrong input.
 */
export async function main(args: readonly string[], context: CommandContext): Promise<0 | 1 | 2> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "help") {
      context.print(helpOfAll(COMMANDS));
      return name === undefined ? 2 : 0;
    }
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (!command) {
      const near = nearestName(name, COMMANDS.map((candidate) => candidate.name));
      throw new UsageError(
        `unknown command "${name}"${
          near ? `: did you mean "${near}"?` : ": see deno task lab help"
        }`,
      );
    }
    const flags = parseFlags(command, rest);
    if (flags.help) context.print(helpOf(command));
    else await command.run(flags, context);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      context.progress.note(`error: ${error.message}`);
      return 2;
    }
    context.progress.note(`fault: ${error instanceof Error ? error.stack ?? error : error}`);
    return 1;
  }
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (stop.signal.aborted) Deno.exit(130);
    stop.abort(new UsageError("stopped; start it again to go on"));
  });
  Deno.exitCode = await main(Deno.args, {
    progress: terminalProgress({
      write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
      terminal: Deno.stderr.isTerminal(),
    }, () => performance.now()),
    print: (text) => void Deno.stdout.writeSync(encoder.encode(text.replace(/\n?$/, "\n"))),
    signal: stop.signal,
  });
  // a signal listener keeps the process alive
  Deno.exit();
}
