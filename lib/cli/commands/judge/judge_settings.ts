import type { Suite } from "../../../sql/mod.ts";

/** The choices of `--suite`. */
export const SUITES: readonly Suite[] = ["all", "one"];

/** When a statement is ended unless the flags say otherwise. */
export const DEFAULT_TIMEOUT_SECONDS = 30;
