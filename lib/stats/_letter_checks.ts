/** Refuses right letters that do not go with the questions' options. */
export function assertGold(
  rows: readonly (readonly number[])[],
  gold: readonly number[],
): void {
  if (rows.length !== gold.length) {
    throw new RangeError(
      `Cannot score letters as each question needs a right one: ` +
        `current lengths are ${rows.length} and ${gold.length}`,
    );
  }
  rows.forEach((row, i) => assertLetter(gold[i]!, row.length));
}

/** Refuses a letter that is not among `options`. */
export function assertLetter(letter: number, options: number): void {
  if (!Number.isSafeInteger(letter) || letter < 0 || letter >= options) {
    throw new RangeError(
      `Cannot score a letter as it must be among ${options} options: current value is ${letter}`,
    );
  }
}
