import { join } from "node:path";
import { REPOSITORY_ROOT } from "../ground/mod.ts";

const NPM_PACKAGES = ["onnxruntime-node", "@huggingface/transformers"];

const PYTHON_PACKAGES = ["torch", "transformers", "trl", "peft"];

/** Prints the versions as JSON from the packages' metadata: importing torch would take seconds. */
const PYTHON_PROGRAM = `
import json, platform, sys
from importlib.metadata import PackageNotFoundError, version
versions = {"python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        versions[name] = version(name)
    except PackageNotFoundError:
        versions[name] = None
print(json.dumps(versions))
`;

/** Options of {@linkcode toolVersions}. */
export interface ToolVersionsOptions {
  /** The Python that trains; `.venv/bin/python` of this repository if left out. */
  readonly python?: string;
}

/**
 * The versions of what runs and trains the models, as they are installed, by name: `deno`,
 * `onnxruntime-node`, `@huggingface/transformers`, `python`, `torch`, `transformers`, `trl`, `peft`.
 *
 * @returns `null` for what is not installed.
 */
export async function toolVersions(
  options: ToolVersionsOptions = {},
): Promise<Record<string, string | null>> {
  const { python = join(REPOSITORY_ROOT, ".venv", "bin", "python") } = options;
  const npm = NPM_PACKAGES.map((name) => [name, npmVersion(name)] as const);
  return {
    deno: Deno.version.deno,
    ...Object.fromEntries(npm),
    ...await pythonVersions(python),
  };
}

function npmVersion(name: string): string | null {
  try {
    const path = join(REPOSITORY_ROOT, "node_modules", name, "package.json");
    return JSON.parse(Deno.readTextFileSync(path)).version;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function pythonVersions(python: string): Promise<Record<string, string | null>> {
  const none = Object.fromEntries(["python", ...PYTHON_PACKAGES].map((name) => [name, null]));
  try {
    const args = ["-c", PYTHON_PROGRAM, ...PYTHON_PACKAGES];
    const { success, stdout } = await new Deno.Command(python, { args, stderr: "null" }).output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : none;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return none;
    throw error;
  }
}
