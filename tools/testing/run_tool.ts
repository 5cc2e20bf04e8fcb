import { REPOSITORY_ROOT } from "../../lib/ground/mod.ts";

/** For tests: runs a program of `tools/` as it is typed; its exit code, and what it says. */
export async function runTool(
  name: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `tools/${name}.ts`, ...args],
    cwd: REPOSITORY_ROOT,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}
