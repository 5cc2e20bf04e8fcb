import { existsSync, statSync } from "node:fs";
import type { Progress } from "../../ground/mod.ts";
import type { Keyed } from "../../runs/mod.ts";
import { openAnswers } from "../answers/open_answers.ts";
import type { StoreForm, StoreModel } from "./measure.ts";
import { STORES, type Stores } from "./measures.ts";

/** Where the answers of a study are kept: a file for each store. */
export type AnswerPaths = { readonly [Name in keyof Stores]: string };

/** Every store's form by its name. */
const FORMS: Readonly<Record<keyof Stores, StoreForm<Keyed>>> = STORES;

const NAMES = Object.keys(FORMS) as readonly (keyof Stores)[];

/** The stores of answers in a folder. */
export function answerPaths(dir: string): AnswerPaths {
  const paths = NAMES.map((name) => [name, `${dir}/${FORMS[name].file}`]);
  return Object.fromEntries(paths) as AnswerPaths;
}

/** Whether there is no answer in any of the files. */
export function areEmpty(paths: AnswerPaths): boolean {
  return NAMES.every((name) => !statSync(paths[name], { throwIfNoEntry: false })?.size);
}

/** All stores of a study, opened; they are closed together. */
export interface OpenedStores extends Disposable {
  /** The stores by their names. */
  readonly stores: Stores;
}

/**
 * Opens the stores of a study.
 *
 * @param below Other files whose records count as there.
 * @throws {UsageError} As `openStore` does; then none is left open.
 */
export function openStores(
  paths: AnswerPaths,
  model: StoreModel,
  progress: Progress,
  below?: AnswerPaths,
): OpenedStores {
  using open = new DisposableStack();
  const stores = NAMES.map((name) => [
    name,
    open.use(openAnswers(paths[name], FORMS[name].schema(model), progress, below?.[name])),
  ]);
  const kept = open.move();
  return {
    stores: Object.fromEntries(stores) as Stores,
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/**
 * Takes what stores of the same names have into others; an answer that is there already is not taken
 * twice. The others are read once, however many are taken.
 *
 * @returns How many records were taken.
 * @throws {UsageError} If a process still writes one of the stores, or one cannot be read.
 */
export function mergeStores(
  parts: readonly AnswerPaths[],
  to: AnswerPaths,
  model: StoreModel,
  progress: Progress,
): number {
  let taken = 0;
  for (const name of NAMES) {
    const paths = parts.map((part) => part[name]).filter((path) => existsSync(path));
    if (paths.length === 0) continue;
    const schema = FORMS[name].schema(model);
    using whole = openAnswers(to[name], schema, progress);
    for (const path of paths) taken += whole.take(path);
  }
  return taken;
}
