import type { Gauge } from "../../runs/mod.ts";
import type { ShownMeasure } from "./measure.ts";
import { SHOWN_MMLU } from "./mmlu.ts";
import { SHOWN_PROSE } from "./prose.ts";
import { SHOWN_SQL } from "./sql.ts";

/** How every measure of a study is shown, by its name. */
export const SHOWN: Readonly<Record<Gauge, ShownMeasure>> = {
  sql: SHOWN_SQL,
  mmlu: SHOWN_MMLU,
  prose: SHOWN_PROSE,
};
