import type { Recipe } from "../../../runs/mod.ts";
import type { SftRecord } from "../../../spider/mod.ts";
import { pcg32, shuffled } from "../../../stats/mod.ts";
import type { GeneralAnswer, GeneralAnswers } from "./general_answers.ts";

/** The share of an epoch's records that are anchors where a recipe has no `replayShare`. */
export const ANCHOR_SHARE = 0.05;

/** Which shares of an epoch's records are general ones. */
export interface GeneralShares {
  /** Trained on like the others. */
  readonly replay: number;
  /** Records on which only the divergence from the base model counts. */
  readonly anchor: number;
}

/** The shares that a recipe asks for; 0 where it has neither replay nor a penalty. */
export function generalShares(
  { replayShare = 0, klWeight = 0 }: Pick<Recipe, "replayShare" | "klWeight">,
): GeneralShares {
  return {
    replay: replayShare,
    anchor: klWeight === 0 ? 0 : replayShare > 0 ? replayShare : ANCHOR_SHARE,
  };
}

/** Whether any recipe wants records of a kind. */
export function wantsGeneral(
  recipes: readonly Pick<Recipe, "replayShare" | "klWeight">[],
  kind: keyof GeneralShares,
): boolean {
  return recipes.some((recipe) => generalShares(recipe)[kind] > 0);
}

/** Whether a recipe trains on anything but the train split. */
export function hasGeneral(recipe: Pick<Recipe, "replayShare" | "klWeight">): boolean {
  const { replay, anchor } = generalShares(recipe);
  return replay > 0 || anchor > 0;
}

/**
 * The general records of one epoch: so many that each kind has its share of all records that are
 * trained on, the other kind apart. Each round takes all answers in another order, by seed; where
 * more records are wanted than there are answers, answers come again. Answers that were cut are
 * anchors alone.
 *
 * @param general The base model's answers, at least one of those that a wanted kind takes.
 * @param options `task` is the number of text-to-SQL records of the epoch.
 */
export function generalRecords(
  { answers, cut }: Pick<GeneralAnswers, "answers" | "cut">,
  { shares, task, seed }: {
    readonly shares: GeneralShares;
    readonly task: number;
    readonly seed: number;
  },
): SftRecord[] {
  const random = pcg32(seed);
  const counts = generalCounts(shares, task);
  const pools = { replay: answers, anchor: anchorAnswers({ answers, cut }) };
  return (["replay", "anchor"] as const).flatMap((kind) => {
    const wanted = counts[kind];
    const drawn: GeneralAnswer[] = [];
    while (drawn.length < wanted) drawn.push(...shuffled(pools[kind], random));
    return drawn.slice(0, wanted).map(({ prompt, answer }): SftRecord => ({
      prompt,
      completion: [{ role: "assistant", content: answer }],
      kind,
    }));
  });
}

/** What anchors are drawn from: every answer, whether it came to its end or not. */
export function anchorAnswers(
  { answers, cut }: Pick<GeneralAnswers, "answers" | "cut">,
): GeneralAnswer[] {
  return [...answers, ...cut];
}

/** How many general records of each kind an epoch has beside so many text-to-SQL records. */
export function generalCounts(
  { replay, anchor }: GeneralShares,
  task: number,
): { readonly replay: number; readonly anchor: number } {
  return { replay: recordsOfShare(replay, task), anchor: recordsOfShare(anchor, task) };
}

/** `r` of `r + task` records are the share; one at least, where a share is wanted. */
function recordsOfShare(share: number, task: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round(share * task / (1 - share)));
}
