/** How a long job tells what it is doing; the command line prints it, notebooks and tests need not. */
export interface Progress {
  /** A new part of the job begins. */
  step(title: string): void;
  /** `done` of `total` units of the current part are finished. */
  update(done: number, total: number, unit: string): void;
  /** One line about what was found or reused. */
  note(text: string): void;
}

/** Tells nothing. */
export const SILENT: Progress = {
  step(): void {},
  update(): void {},
  note(): void {},
};
