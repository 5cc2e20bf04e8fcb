import type { Progress } from "../ground/mod.ts";

const UPDATE_EVERY_MS = 15_000;

/** What {@linkcode notebookProgress} needs. */
export interface NotebookProgressOptions {
  /** Takes one line at a time. */
  readonly write: (line: string) => void;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** Tells in lines below a notebook's cell: every step and note, and how far a long part is. */
export function notebookProgress({ write, now }: NotebookProgressOptions): Progress {
  let shown = now();
  return {
    step(title): void {
      shown = now();
      write(title);
    },
    update(done, total, unit): void {
      const at = now();
      if (at - shown < UPDATE_EVERY_MS) return;
      shown = at;
      write(`  ${done} of ${total} ${unit}`);
    },
    note(text): void {
      write(`  ${text}`);
    },
  };
}
