/** Options of {@linkcode runCommand}. */
export interface RunCommandOptions {
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder that it runs in; that of this process by default. */
  readonly cwd?: string;
  /** Called with each line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
  /** Called with each line of standard output as it comes; it is dropped if left out. */
  readonly onOutput?: (line: string) => void;
  /** Stops the command. */
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  /** The exit code; 0 where all is well. */
  readonly code: number;
  /** The number of the signal that ended it, if one did: 9 is a kill, by the system or a person. */
  readonly killedBy?: number;
  /** The last lines of standard error, for a message. */
  readonly lastLines: readonly string[];
}

const KEPT_LINES = 20;
/** What a shell, and Deno, add to a signal's number to make an exit code. */
const SIGNAL_CODES = 128;

/**
 * Runs a command to its end and hands on its standard error line by line; its
 * standard output is dropped unless it is asked for.
 *
 * @throws The signal's reason, if it was stopped by the signal.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env = {}, cwd, onLine, onOutput, signal }: RunCommandOptions = {},
): Promise<CommandResult> {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { ...env },
    ...(cwd ? { cwd } : {}),
    ...(signal ? { signal } : {}),
    stdin: "null",
    stdout: onOutput ? "piped" : "null",
    stderr: "piped",
  }).spawn();
  const lastLines: string[] = [];
  await Promise.all([
    eachLine(child.stderr, hand),
    ...(onOutput ? [eachLine(child.stdout, onOutput)] : []),
  ]);
  const { code, signal: killed } = await child.status;
  // a command that was stopped has not failed
  signal?.throwIfAborted();
  return {
    code,
    ...(killed === null ? {} : { killedBy: code - SIGNAL_CODES }),
    lastLines,
  };

  function hand(line: string): void {
    lastLines.push(line);
    if (lastLines.length > KEPT_LINES) lastLines.shift();
    onLine?.(line);
  }
}

/** Hands on each line of a command's output as it comes; a carriage return ends one as well. */
export async function eachLine(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  hand: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop()!;
    for (const line of lines) hand(line);
  }
  if (rest) hand(rest);
}
