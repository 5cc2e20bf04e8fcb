// Lists of answers that have given counts, for tests.

/** Answers before and after. */
export interface Answers {
  readonly base: boolean[];
  readonly tuned: boolean[];
}

/** Answers of `n` examples with these counts; the rest was wrong twice. */
export function answersOf(
  counts: {
    readonly n: number;
    readonly both?: number;
    readonly gained: number;
    readonly lost: number;
  },
): Answers {
  const { n, both = 0, gained, lost } = counts;
  const base: boolean[] = [];
  const tuned: boolean[] = [];
  const add = (times: number, before: boolean, after: boolean): void => {
    for (let i = 0; i < times; i++) {
      base.push(before);
      tuned.push(after);
    }
  };
  add(both, true, true);
  add(gained, false, true);
  add(lost, true, false);
  add(n - both - gained - lost, false, false);
  return { base, tuned };
}

/** Changes of -1, 0 and 1 with the given sum in each cluster. */
export function changesOf(
  sums: readonly number[],
  sizes: readonly number[],
): { readonly changes: number[]; readonly clusters: string[] } {
  const changes: number[] = [];
  const clusters: string[] = [];
  sums.forEach((sum, g) => {
    for (let i = 0; i < sizes[g]!; i++) {
      changes.push(i < Math.abs(sum) ? Math.sign(sum) : 0);
      clusters.push(`cluster ${g}`);
    }
  });
  return { changes, clusters };
}

/** The two sides of changes of -1, 0 and 1. */
export function answersOfChanges(changes: readonly number[]): Answers {
  return { base: changes.map((c) => c < 0), tuned: changes.map((c) => c > 0) };
}

/** Chosen and right letters with these counts and this number of matches, most of them of letter 2. */
export function lettersOf(
  counts: {
    readonly chosen: readonly number[];
    readonly gold: readonly number[];
    readonly right: number;
  },
): { readonly chosen: number[]; readonly gold: number[] } {
  const chosenLeft = [...counts.chosen];
  const goldLeft = [...counts.gold];
  const chosen: number[] = [];
  const gold: number[] = [];
  const add = (letter: number, right: number): void => {
    chosen.push(letter);
    gold.push(right);
    chosenLeft[letter]!--;
    goldLeft[right]!--;
  };
  for (const letter of [2, 0, 1, 3]) {
    while (chosen.length < counts.right && chosenLeft[letter]! > 0 && goldLeft[letter]! > 0) {
      add(letter, letter);
    }
  }
  // Fewest ways first: a letter goes to the wrong ones, of which most are left.
  for (const letter of [0, 1, 3, 2]) {
    while (chosenLeft[letter]! > 0) {
      const wrong = letter === 2 ? [0, 1, 3] : [2, 1, 3, 0].filter((other) => other !== letter);
      const right = wrong.find((other) => goldLeft[other]! > 0);
      if (right === undefined) throw new Error("the counts leave no wrong letter");
      add(letter, right);
    }
  }
  return { chosen, gold };
}

/** Whether a number is another one to `digits` significant digits. */
export function assertNear(actual: number, expected: number, what = "", relative = 2e-9): void {
  const off = Math.abs(actual - expected);
  if (!(off <= relative * Math.max(Math.abs(expected), 1e-3))) {
    throw new Error(`${what}: ${actual} is not ${expected}`);
  }
}
