import type { Flag, FlagValues } from "./command.ts";

/** The choices of `--suite`. */
export const SUITES = ["all", "one"] as const;

/** When a statement is ended unless the flags say otherwise. */
export const DEFAULT_TIMEOUT_SECONDS = 30;

/** The flags of `compare` that take what was made earlier. */
export const COMPARE_FILE_FLAGS: Readonly<Record<string, Flag>> = {
  run: {
    type: "texts",
    value: "PATH",
    help:
      "answers made earlier: a file of evaluate, mmlu or judge, or a study's folder or name as " +
      "DIR::VARIANT; give two",
  },
  predictions: {
    type: "texts",
    value: "FILE",
    help: "predicted statements, as judge reads them, or a study's file as FILE::VARIANT; two",
  },
  examples: {
    type: "text",
    value: "FILE",
    help: "with --predictions: dev.json, or gold and database",
  },
  databases: { type: "text", value: "DIR", help: "with --predictions: folder with DB/DB.sqlite" },
  suite: { type: "text", value: SUITES.join("|"), help: "with --predictions: as judge has it" },
};

/** Whether the flags ask for a comparison of what was made earlier. */
export function comparesFiles(flags: FlagValues): boolean {
  return Object.keys(COMPARE_FILE_FLAGS).some((name) => flags[name] !== undefined);
}
