import { fromRoot } from "../../../ground/mod.ts";
import { FETCHED_DATA, toolVersions } from "../../../runs/mod.ts";
import { EMBEDDED_MODEL_DIR, findPython } from "../../../setup/mod.ts";
import type { CommandContext, FlagValues } from "../../command.ts";

/** The work of `doctor`. */
export async function runDoctor(_flags: FlagValues, { print }: CommandContext): Promise<void> {
  const versions = await toolVersions();
  for (const [name, version] of Object.entries(versions)) {
    print(`${name.padEnd(28)}${version ?? "missing: run deno task setup"}`);
  }
  const python = await findPython().catch((error: Error) => error.message);
  print(`${"python for setup".padEnd(28)}${python}`);
  print(`${"cores".padEnd(28)}${navigator.hardwareConcurrency}`);
  print(`${"memory".padEnd(28)}${(Deno.systemMemoryInfo().total / 2 ** 30).toFixed(1)} GiB`);
  const places = {
    "embedded model": EMBEDDED_MODEL_DIR,
    "Spider (yours)": fromRoot(FETCHED_DATA.spider),
    "MMLU (yours)": fromRoot(FETCHED_DATA.mmlu),
  };
  for (const [name, path] of Object.entries(places)) {
    const here = await Deno.stat(path).then(() => true, () => false);
    print(`${name.padEnd(28)}${here ? "here" : "not here"}`);
  }
}
