/** Signals that end the program in order. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** What {@linkcode stopSignals} works with. */
export interface StopOptions {
  /** What the work is told as the reason of its end. */
  readonly reason: Error;
  /** A clock in milliseconds. */
  now(): number;
  /** Tells the person who waits. */
  say(line: string): void;
  /** Ends the program at once, with an exit code. */
  end(code: number): void;
}

/** How a program is told to end. */
export interface StopSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** To be called with each signal as it comes. */
  hear(name: StopSignal): void;
}

/** One Ctrl-C can come several times: from the terminal, and from npm or Deno that started this. */
const SAME_MS = 1000;

/** What a shell adds to a signal's number to make an exit code. */
const CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Hears signals: the first ends the work in order, which is said before anything else, as work on the
 * CPU lets nothing be said for seconds; a later one ends the program at once. Signals within a second are one.
 */
export function stopSignals({ reason, now, say, end }: StopOptions): StopSignals {
  const stop = new AbortController();
  // a process of a study gets SIGINT from the terminal, and later SIGTERM from who started it
  const heard = new Map<StopSignal, number>();
  return {
    signal: stop.signal,
    hear(name): void {
      const at = now();
      const before = name === "SIGTERM" ? heard.get(name) : Math.min(...heard.values());
      if (stop.signal.aborted) {
        if (before !== undefined && at - before > SAME_MS) end(CODES[name]);
        if (!heard.has(name)) heard.set(name, at);
        return;
      }
      heard.set(name, at);
      const again = name === "SIGINT" ? "; Ctrl-C again ends it now" : "";
      say(`stopping after what is in hand${again}`);
      stop.abort(reason);
    },
  };
}
