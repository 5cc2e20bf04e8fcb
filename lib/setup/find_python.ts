import { UsageError } from "../ground/mod.ts";

const CANDIDATES = ["python3", "python3.13", "python3.12", "python3.11", "python"];
const OLDEST = [3, 11] as const;

/**
 * Finds a Python interpreter of version 3.11 or later on the path.
 *
 * @throws {UsageError} If there is none.
 */
export async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const name of CANDIDATES) {
    const version = await pythonVersion(name);
    if (!version) continue;
    const [major, minor] = version;
    if (major === OLDEST[0] && minor >= OLDEST[1]) return name;
    found.push(`${name} is ${major}.${minor}`);
  }
  const seen = found.length > 0 ? ` (${found.join(", ")})` : "";
  throw new UsageError(
    `Cannot set up training: Python ${OLDEST.join(".")} or later is needed${seen}`,
  );
}

async function pythonVersion(name: string): Promise<readonly [number, number] | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(name, {
      args: ["-c", "import sys; print(*sys.version_info[:2])"],
      stderr: "null",
    }).output();
    const [major, minor] = new TextDecoder().decode(stdout).split(" ").map(Number);
    return success && major && minor !== undefined ? [major, minor] : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
