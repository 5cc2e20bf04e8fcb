import type { PairedChange, ScoreChange } from "../../runs/mod.ts";

/** A change that is not placed yet; scores have mid-p and a percentage change. */
export type Placed = PairedChange & Partial<Pick<ScoreChange, "midP" | "percent">>;
