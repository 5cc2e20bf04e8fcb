import { firstOf, UsageError } from "../../ground/mod.ts";
import { normalizeQuestion } from "./normalize_question.ts";
import type { SpiderExample } from "../types.ts";

/** So many leaks are named, the rest by number. */
const NAMED = 3;

/** The share of dev's questions that may occur in train by chance; Spider's is 0.7 %. */
const SHARE_BY_CHANCE = 0.05;
/** So many may occur by chance in a dev split of any size. */
const FEW_BY_CHANCE = 3;

/** Training examples parted by whether dev asks the same. */
export interface DevQuestions {
  /** Examples whose question is none of dev's, in their order. */
  readonly clean: readonly SpiderExample[];
  /** Examples whose question, as a text, is one of dev's too, on another database. */
  readonly asked: readonly SpiderExample[];
}

/**
 * Parts training examples from those whose question dev asks as well, up to case, punctuation and
 * spacing (`normalizeQuestion`). Short questions such as "How many flights are there?" occur in both
 * splits of Spider, on other databases: 7 of train's. They are for the caller to leave out.
 *
 * @param train The examples to train on.
 * @param dev The examples that are asked afterwards.
 * @throws {UsageError} If a training example is on a database of dev, or more than 3 and 5 % of
 * dev's questions are there: then the splits are mixed. The message names the first ones.
 */
export function partDevQuestions(
  train: readonly SpiderExample[],
  dev: readonly SpiderExample[],
): DevQuestions {
  refuseDatabases(train, dev);
  const questions = questionsOf(dev);
  const asked = train.filter(({ question }) => questions.has(normalizeQuestion(question)));
  const common = new Set(asked.map(({ question }) => normalizeQuestion(question)));
  const byChance = Math.max(FEW_BY_CHANCE, SHARE_BY_CHANCE * questions.size);
  if (common.size > byChance) refuseQuestions(asked, questions);
  const left = new Set(asked);
  return { clean: train.filter((example) => !left.has(example)), asked };
}

/**
 * The last look at what is about to be trained: nothing of dev may be in it.
 *
 * @param trained Examples as they are trained.
 * @param dev The examples that are asked afterwards.
 * @throws {UsageError} If one is on a database of dev or asks a question of dev's. The message names
 * the first ones.
 */
export function refuseLeaks(
  trained: readonly SpiderExample[],
  dev: readonly SpiderExample[],
): void {
  refuseDatabases(trained, dev);
  const questions = questionsOf(dev);
  const asked = trained.filter(({ question }) => questions.has(normalizeQuestion(question)));
  if (asked.length > 0) refuseQuestions(asked, questions);
}

function refuseDatabases(train: readonly SpiderExample[], dev: readonly SpiderExample[]): void {
  const databases = new Set(dev.map(({ dbId }) => dbId));
  const leaks = train.filter(({ dbId }) => databases.has(dbId));
  if (leaks.length === 0) return;
  const named = firstOf(leaks.map(({ id, dbId }) => `${id} is on "${dbId}"`), NAMED);
  throw new UsageError(
    `Cannot train on databases that are asked afterwards: ${named}: take train and dev of one release`,
  );
}

function refuseQuestions(
  asked: readonly SpiderExample[],
  questions: ReadonlyMap<string, string>,
): never {
  const named = firstOf(
    asked.map(({ id, question }) =>
      `${id} asks what ${questions.get(normalizeQuestion(question))} asks`
    ),
    NAMED,
  );
  throw new UsageError(
    `Cannot train on questions that are asked afterwards: ${named}: take train and dev of one release`,
  );
}

/** Dev's questions, and which example asks each first. */
function questionsOf(dev: readonly SpiderExample[]): ReadonlyMap<string, string> {
  const questions = new Map<string, string>();
  for (const { id, question } of dev) {
    const key = normalizeQuestion(question);
    if (!questions.has(key)) questions.set(key, id);
  }
  return questions;
}
