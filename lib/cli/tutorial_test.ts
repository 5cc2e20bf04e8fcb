import assert from "node:assert/strict";
import { resolve } from "node:path";
import { fromRoot } from "../ground/mod.ts";
import { parseConfig, type StudyConfig } from "../runs/mod.ts";
import { COMPARE } from "./commands/compare/compare.ts";
import { compareConfig } from "./commands/compare/run_compare.ts";
import { parseFlags } from "./parse_flags.ts";

Deno.test("the tutorial's file asks what its command asks", () => {
  const docs = Deno.readTextFileSync(fromRoot("docs/tutorial_own_data.md"));
  const [, command] = /deno task lab compare \\\n([\s\S]*?)```/.exec(docs)!;
  const words = command!.replaceAll("\\\n", " ").match(/"[^"]*"|\S+/g)!;
  const args = words.map((word) => word.replaceAll('"', ""));
  const flags = parseFlags(COMPARE, args);
  const [, file] = /## 4\. Keep it as a study[\s\S]*?```json\n([\s\S]*?)```/.exec(docs)!;
  const asked = parseConfig(file!, { path: "the tutorial" });
  // paths of the command are those of the working directory, and a study has a name of its own
  assert.deepEqual(whole({ ...asked, name: "compare" }), whole(compareConfig(flags)));
});

function whole(config: StudyConfig): unknown {
  const { model, spider, mmlu, prose, adapters } = config;
  return {
    ...config,
    model: { ...model, path: resolve(model.path!) },
    spider: { ...spider, path: resolve(spider.path) },
    mmlu: { ...mmlu, path: resolve(mmlu.path) },
    prose: { ...prose, path: resolve(prose.path) },
    adapters: adapters.map(({ name, adapter }) => ({ name, adapter: resolve(adapter) })),
  };
}
