import type { SpareThread } from "../engine/light.ts";
import {
  environmentReason,
  escapeControls,
  escapeLines,
  nearestName,
  redactUrls,
  REPOSITORY_ROOT,
  UsageError,
} from "../ground/light.ts";
import { ClosedPipe, pipeWriter } from "./closed_pipe.ts";
import type { Command, CommandContext } from "./command.ts";
import { BROWSE } from "./commands/browse/browse.ts";
import { COMPARE } from "./commands/compare/compare.ts";
import { PIPELINE, STUDY } from "./commands/pipeline/pipeline.ts";
import { DOCTOR } from "./commands/doctor/doctor.ts";
import { EVALUATE, MMLU } from "./commands/evaluate/evaluate.ts";
import { EXPORT } from "./commands/export/export.ts";
import { FETCH } from "./commands/fetch/fetch.ts";
import { JUDGE } from "./commands/judge/judge.ts";
import { PAPER } from "./commands/paper/paper.ts";
import { BASELINE, EXPORT_SFT, REPORT, TRAIN } from "./commands/phases/phases.ts";
import { RECORD } from "./commands/record/record.ts";
import { REPEAT } from "./commands/repeat/repeat.ts";
import { SETUP } from "./commands/setup/setup.ts";
import { TABLES } from "./commands/tables/tables.ts";
import { EXIT_CODES, helpOf, helpOfAll } from "./help.ts";
import { parseFlags } from "./parse_flags.ts";
import { stopSignals } from "./stop_signals.ts";
import { terminalProgress } from "./terminal_progress.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  PIPELINE,
  COMPARE,
  STUDY,
  SETUP,
  BASELINE,
  EXPORT_SFT,
  TRAIN,
  EVALUATE,
  MMLU,
  JUDGE,
  REPORT,
  PAPER,
  BROWSE,
  RECORD,
  REPEAT,
  EXPORT,
  FETCH,
  TABLES,
  DOCTOR,
];

/**
 * Runs one command line. No line that it says has a user name, a password or a
 * key of an address in it, or a control character that a terminal would obey.
 *
 * @returns The exit code: 0 done, 1 a fault of the program, 2 wrong input, data or environment.
 * @throws {ClosedPipe} If nobody reads what it says any more.
 */
export async function main(args: readonly string[], given: CommandContext): Promise<0 | 1 | 2> {
  const context = harmless(given);
  const [name, ...rest] = args;
  let spare: SpareThread | undefined;
  try {
    if (name === undefined || name === "--help" || name === "help") {
      context.print(helpOfAll(COMMANDS));
      return name === undefined ? 2 : 0;
    }
    if (name === "--version" || name === "-V" || name === "version") {
      const { versionText } = await import("./version_text.ts");
      context.print(await versionText());
      return 0;
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
    if (flags.help) {
      context.print(`${helpOf(command)}\n\n${EXIT_CODES}`);
      return 0;
    }
    checkPlace();
    spare = command.early?.(flags);
    const run = await command.load();
    await run(flags, { ...context, spare });
    return 0;
  } catch (thrown) {
    const error = firstFault(thrown);
    if (error instanceof ClosedPipe) throw error;
    if (error instanceof UsageError) {
      context.progress.note(`error: ${escapeControls(error.message)}`);
      return 2;
    }
    const reason = environmentReason(error);
    if (reason !== undefined) {
      const what = escapeControls((error as Error).message.replace(/\s*\n\s*/g, " "));
      context.progress.note(`error: ${reason} (${what})`);
      return 2;
    }
    context.progress.note(`fault: ${error instanceof Error ? error.stack ?? error : error}`);
    return 1;
  } finally {
    // waits for what was started in vain: what was wrong is said by now
    await spare?.[Symbol.asyncDispose]();
  }
}

/**
 * Refuses a place that the work could not be done in.
 *
 * @param root The repository's folder.
 * @throws {UsageError} If its path has a comma: Deno takes one for the end of a path where it is
 * told which database a statement may read.
 */
export function checkPlace(root: string = REPOSITORY_ROOT): void {
  if (!root.includes(",")) return;
  throw new UsageError(`Cannot run in ${root}: its path has a comma: move or rename the folder`);
}

/** What went wrong first, where closing what was open went wrong after it. */
function firstFault(error: unknown): unknown {
  return error instanceof SuppressedError ? firstFault(error.suppressed) : error;
}

function harmless({ progress, print, signal }: CommandContext): CommandContext {
  const shown = (text: string): string => escapeLines(redactUrls(text));
  const cut = (text: string): string => shown(text).split("\n").map(withoutMiddle).join("\n");
  return {
    progress: {
      step: (title) => progress.step(cut(title)),
      update: (...at) => progress.update(...at),
      note: (text) => progress.note(cut(text)),
    },
    print: (text) => print(shown(text)),
    signal,
  };
}

/** The longest line on what happens; what quotes a whole file says no more than its ends do. */
const LONGEST_LINE = 1_600;

function withoutMiddle(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const half = LONGEST_LINE / 2;
  return `${line.slice(0, half)} [...] ${line.slice(-half)}`;
}

if (import.meta.main) {
  const progress = terminalProgress({
    write: pipeWriter(Deno.stderr),
    terminal: Deno.stderr.isTerminal(),
  }, () => performance.now());
  const stop = stopSignals({
    reason: new UsageError("stopped; start it again to go on"),
    now: () => performance.now(),
    say(line): void {
      try {
        progress.note(line);
      } catch (error) {
        if (!(error instanceof ClosedPipe)) throw error;
      }
    },
    end: Deno.exit,
  });
  Deno.addSignalListener("SIGINT", () => stop.hear("SIGINT"));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => stop.hear("SIGTERM"));
  const out = pipeWriter(Deno.stdout);
  try {
    Deno.exitCode = await main(Deno.args, {
      progress,
      print: (text) => out(text.replace(/\n?$/, "\n")),
      signal: stop.signal,
    });
  } catch (error) {
    // a reader that has seen enough ends the program, as with any other
    if (!(error instanceof ClosedPipe)) throw error;
  }
  // a signal listener keeps the process alive
  Deno.exit();
}
