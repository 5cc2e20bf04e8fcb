/** How a long job tells what it is doing; the command line prints it, notebooks and tests need not. */
export interface Progress {
  /** A new part of the job begins. */
  step(title: string): void;
  /**
   * `done` of `total` units of the current part are finished.
   *
   * @param share The share of the part's work that they were, in 0..1, where units differ in length
   * and that is known; `done / total` if left out.
   */
  update(done: number, total: number, unit: string, share?: number): void;
  /** One line about what was found or reused. */
  note(text: string): void;
}

/** Tells nothing. */
export const SILENT: Progress = {
  step(): void {},
  update(): void {},
  note(): void {},
};
