import type { Progress } from "../ground/light.ts";

/** Where the lines go, and whether a line can be overwritten there. */
export interface ProgressOutput {
  write(text: string): void;
  readonly terminal: boolean;
}

const BAR_CELLS = 24;
const PLAIN_EVERY_MS = 5_000;
const TERMINAL_EVERY_MS = 100;

/** What is begun says nothing of the rest: the first of its units wait for what the others share. */
const UNTOLD_MS = 3_000;
const UNTOLD_SHARE = 0.05;
/** After so long any share will do: of a day's work a twentieth is an hour. */
const TOLD_MS = 30_000;

/**
 * Shows progress as lines; the running part as a bar with the time left, drawn
 * over itself on a terminal and as a plain line every few seconds elsewhere.
 *
 * @param now A clock in milliseconds.
 */
export function terminalProgress(output: ProgressOutput, now: () => number): Progress {
  const began = now();
  let partBegan = began;
  // a part may count one thing after another, such as answers and then their verdicts
  let counted: string | undefined;
  let lastTold = began;
  let lastShown = -Infinity;
  let open = false;

  function line(text: string): void {
    output.write((open ? "\n" : "") + text + "\n");
    open = false;
  }

  return {
    step(title): void {
      partBegan = now();
      counted = undefined;
      lastShown = -Infinity;
      line(`[${clock(partBegan - began)}] ${title}`);
    },
    update(done, total, unit, share = done / total): void {
      const at = now();
      if (counted !== undefined && unit !== counted) partBegan = lastTold;
      [counted, lastTold] = [unit, at];
      const last = done === total;
      const pause = output.terminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
      if (!last && at - lastShown < pause) return;
      lastShown = at;
      const passed = at - partBegan;
      const left = passed / share * (1 - share);
      const isTold = passed >= TOLD_MS || (passed >= UNTOLD_MS && share >= UNTOLD_SHARE);
      const time = last
        ? `, took ${clock(passed)}`
        : share === 0
        ? ", just begun"
        : isTold
        ? `, ${clock(left)} left`
        : "";
      if (!output.terminal) return line(`  ${done}/${total} ${unit}${time}`);
      const filled = total > 0 ? Math.round(BAR_CELLS * done / total) : BAR_CELLS;
      const bar = "#".repeat(filled) + "-".repeat(BAR_CELLS - filled);
      output.write(`\r  [${bar}] ${done}/${total} ${unit}${time}\x1b[K`);
      open = !last;
      if (last) output.write("\n");
    },
    note(text): void {
      line(`  ${text}`);
    },
  };
}

/** Minutes and seconds, such as "2:07". */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
