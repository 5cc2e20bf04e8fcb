import { parseConfig } from "../../runs/mod.ts";

/** For tests: a study that says no more than it must. */
export const MADE_UP_CONFIG = parseConfig(
  JSON.stringify({
    name: "made-up",
    model: { id: "tiny", source: "path", path: "models/tiny" },
    spider: { path: "spider_db/sample" },
    mmlu: { path: "mmlu_db/sample" },
  }),
  { path: "made-up.json" },
);
