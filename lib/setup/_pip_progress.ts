import type { Progress } from "../ground/mod.ts";

/** How long pip may say nothing before it is told that it still works, in milliseconds. */
const QUIET_MS = 15_000;

/** Tells what an installation by pip does. */
export interface PipProgress extends Disposable {
  /** To be called with each line of pip's output. */
  hear(line: string): void;
}

/**
 * Counts the packages that pip looks up, names the large ones that it downloads, and tells from time
 * to time that it is at work where it says nothing itself, as while it installs.
 *
 * @param packages How many there are.
 * @param quietMs After so long without a line it is told; some seconds if left out.
 */
export function pipProgress(
  progress: Progress,
  packages: number,
  quietMs: number = QUIET_MS,
): PipProgress {
  const began = performance.now();
  const found = new Set<string>();
  let doing = "looking for the packages";
  let told = began;
  const timer = setInterval(() => {
    if (performance.now() - told < quietMs) return;
    told = performance.now();
    try {
      progress.note(`still ${doing}, ${Math.round((told - began) / 1000)} s`);
    } catch {
      // nobody reads it any more: of a timer's error nobody could be told, the next line's ends the work
      clearInterval(timer);
    }
  }, quietMs / 3);
  return {
    hear(line): void {
      const name = LOOKED_UP.exec(line)?.[1];
      const installing = INSTALLING.exec(line)?.[1];
      const [, file, size] = DOWNLOADING.exec(line) ?? [];
      if (name !== undefined && found.size < packages && !found.has(name.toLowerCase())) {
        found.add(name.toLowerCase());
        progress.update(found.size, packages, "packages found");
      } else if (installing !== undefined) {
        doing = `installing ${installing.split(",").length} packages`;
        progress.note(doing);
      } else if (file !== undefined) {
        doing = `downloading ${file}, ${size}`;
        progress.note(doing);
      } else return;
      told = performance.now();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

const LOOKED_UP = /^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)/;
const INSTALLING = /^Installing collected packages: (.+)/;
/** Files from 10 MB on. */
const DOWNLOADING = /^\s*Downloading (?:\S*\/)?([^\s/]+) \((\d{2,}(?:\.\d+)? MB|[\d.]+ GB)\)/;

/** How many packages lists of requirements name. */
export function countRequirements(texts: readonly string[]): number {
  return texts.join("\n").split("\n").filter((line) => /^[A-Za-z0-9]/.test(line)).length;
}
