import type { Progress } from "../ground/mod.ts";

const UPDATE_EVERY_MS = 1_000;

/** So many notes are shown at most, the newest ones. */
const MOST_NOTES = 12;

/** Notes are cut at so many characters. */
const LONGEST_NOTE = 160;

/** What {@linkcode notebookProgress} needs. */
export interface NotebookProgressOptions {
  /** Takes the whole text each time; it stands in the place of the last one. */
  readonly show: (text: string) => void;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/**
 * Tells where a phase is in a text that overwrites itself: the running part, how far it is, and what
 * was noted. Of notes that differ in their numbers only, and of those that say what was reused, the
 * newest stands for all.
 */
export function notebookProgress({ show, now }: NotebookProgressOptions): Progress {
  const notes = new Map<string, Note>();
  let [part, state] = ["", ""];
  let shown = -Infinity;

  function tell(): void {
    shown = now();
    const lines = [...notes.values()].slice(-MOST_NOTES).map(noteText);
    show([part, state, ...lines].filter((line) => line !== "").join("\n"));
  }

  return {
    step(title): void {
      [part, state] = [title, ""];
      tell();
    },
    update(done, total, unit): void {
      state = `  ${done} of ${total} ${unit}`;
      if (done === total || now() - shown >= UPDATE_EVERY_MS) tell();
    },
    note(line): void {
      const kind = kindOf(line);
      const times = (notes.get(kind)?.times ?? 0) + 1;
      // the newest last
      notes.delete(kind);
      notes.set(kind, { line, times });
      tell();
    },
  };
}

/** The newest note of a kind, and how many there were. */
interface Note {
  readonly line: string;
  readonly times: number;
}

function kindOf(line: string): string {
  return /\breused\b/.test(line) ? "reused" : line.replaceAll(/\d+([.,:]\d+)*/g, "#");
}

function noteText({ line, times }: Note): string {
  const cut = line.length > LONGEST_NOTE ? `${line.slice(0, LONGEST_NOTE)}…` : line;
  return times === 1 ? `  ${cut}` : `  ${cut} (the last of ${times} such lines)`;
}
