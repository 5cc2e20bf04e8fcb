import { printable, UsageError } from "../../ground/mod.ts";
import { type OwnItem, refusal } from "./own_item.ts";
import { SUBJECT_CATEGORIES, SUITE_CATEGORIES } from "../subject_categories.ts";
import type { MmluData, MmluQuestion } from "../types.ts";

/** The questions of one file, and what it says of those that leave a field open. */
export interface ItemFile {
  readonly items: readonly OwnItem[];
  /** What ids begin with. */
  readonly stem: string;
  /** The split of questions that name none. */
  readonly split: "test" | "dev";
  /** The subject of questions that name none. */
  readonly subject: string;
  /** The category of questions that name none. */
  readonly category: string;
}

/** What {@linkcode collectItems} makes of files: the part of the data that hangs on them. */
export type CollectedItems = Pick<MmluData, "test" | "dev" | "categories" | "isMmlu">;

type Placed = OwnItem & { readonly row: number; readonly file: ItemFile };

/** A question's subject; one that names none is on what its file is. */
function subjectOf({ subject, file }: Placed): string {
  return subject ?? file.subject;
}

/**
 * Puts the questions of files together: by split and subject, with ids, and with MMLU's official
 * categories where all subjects are MMLU's and no question names a category.
 *
 * It is MMLU where, beside that, each question has four choices and all three categories of the
 * suite are there, as in the `cais/mmlu` data set.
 *
 * @throws {UsageError} If there is no test question, two questions have one id, or a dev question
 * is a test question too: as a shot it would give its answer away.
 */
export function collectItems(files: readonly ItemFile[]): CollectedItems {
  const all = files.flatMap((file) => file.items.map((item, row) => ({ ...item, row, file })));
  const official = all.every((item) =>
    item.category === undefined && SUBJECT_CATEGORIES.has(subjectOf(item))
  );
  const found = new Set(all.map((item) => SUBJECT_CATEGORIES.get(subjectOf(item))));
  const isMmlu = official && SUITE_CATEGORIES.every((category) => found.has(category)) &&
    all.every(({ choices, id }) => choices.length === 4 && id === undefined);
  const test = bySubject(all, { split: "test", official, isMmlu });
  const dev = bySubject(all, { split: "dev", official, isMmlu });
  if (test.size === 0) throw new UsageError("Cannot load questions: all of them are dev questions");
  if (!isMmlu) {
    refuseOneId([...test.values(), ...dev.values()].flat());
    refuseGivenAway(all);
  }
  const categories = isMmlu
    ? SUITE_CATEGORIES
    : [...new Set([...test.values()].flat().map(({ category }) => category))];
  return { test, dev, categories, isMmlu };
}

function bySubject(
  items: readonly Placed[],
  { split, official, isMmlu }: {
    readonly split: "test" | "dev";
    readonly official: boolean;
    readonly isMmlu: boolean;
  },
): Map<string, readonly MmluQuestion[]> {
  const chosen = items.filter((item) => (item.split ?? item.file.split) === split);
  const groups = [...Map.groupBy(chosen, subjectOf)];
  if (isMmlu) groups.sort(([a], [b]) => a < b ? -1 : 1);
  return new Map(groups.map(([subject, members]) => [
    subject,
    members.map((item, at): MmluQuestion => ({
      id: isMmlu
        ? `${subject}${split === "dev" ? "-dev" : ""}-${at}`
        : item.id ?? `${item.file.stem}-${item.row}`,
      subject,
      category: official ? SUBJECT_CATEGORIES.get(subject)! : item.category ?? item.file.category,
      question: item.question,
      choices: item.choices,
      answer: item.answer,
    })),
  ]));
}

function refuseOneId(questions: readonly MmluQuestion[]): void {
  const seen = new Set<string>();
  for (const { id } of questions) {
    if (seen.has(id)) {
      throw new UsageError(`Cannot load questions: two have one id: "${printable(id)}"`);
    }
    seen.add(id);
  }
}

function refuseGivenAway(items: readonly Placed[]): void {
  const asked = new Map<string, string>();
  const key = (item: Placed): string =>
    JSON.stringify([subjectOf(item), item.question.trim(), ...item.choices]);
  const isDev = (item: Placed): boolean => (item.split ?? item.file.split) === "dev";
  for (const item of items) if (!isDev(item)) asked.set(key(item), item.place);
  for (const item of items) {
    const test = isDev(item) ? asked.get(key(item)) : undefined;
    if (test === undefined) continue;
    throw refusal(item.place, `this dev question is asked too, at ${test}: take one of them out`);
  }
}
