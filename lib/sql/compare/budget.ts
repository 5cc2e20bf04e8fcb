/** A comparison that would take more steps than it may. It says nothing about the results. */
export class ComparisonBudgetError extends Error {
  override readonly name = "ComparisonBudgetError";
}

/**
 * The steps that a comparison may take, a step being a value that is looked at. It is a count and no
 * time, so that the same two results get the same answer on every machine.
 */
export class Budget {
  readonly #steps: number;
  #left: number;

  /** A budget of so many steps. */
  constructor(steps: number) {
    this.#steps = steps;
    this.#left = steps;
  }

  /** Takes steps off. @throws {ComparisonBudgetError} If there are no more. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new ComparisonBudgetError(`comparing the results takes more than ${this.#steps} steps`);
    }
  }
}
