import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { GaugeTitles } from "./row_types.ts";
import { GAUGE_TITLES } from "./summary_rows.ts";

/** What the data of each gauge are called where it is not known whose they are. */
export const ANY_DATA_TITLES: GaugeTitles = { ...GAUGE_TITLES, mmlu: "multiple choice" };

/** What the data of several studies are called together: as all of them call theirs, else as any data are. */
export function sharedTitles(studies: readonly GaugeTitles[]): GaugeTitles {
  const shared = (gauge: Gauge): string => {
    const [first, ...others] = new Set(studies.map((titles) => titles[gauge]));
    return first === undefined || others.length > 0 ? ANY_DATA_TITLES[gauge] : first;
  };
  return Object.fromEntries(GAUGES.map((gauge) => [gauge, shared(gauge)])) as GaugeTitles;
}
