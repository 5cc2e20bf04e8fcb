import { REPOSITORY_ROOT } from "../ground/mod.ts";

/** Which state of the code made a result. */
export interface GitState {
  /** The commit, 40 hexadecimal digits; `null` outside of a repository or without git. */
  readonly commit: string | null;
  /** Whether files other than results differ from that commit; `null` if there is none. */
  readonly dirty: boolean | null;
}

/**
 * The commit that is checked out and whether the working tree differs from it. Files below
 * `results/` do not count: a run writes them itself.
 *
 * @param folder A folder in the repository, this one's root by default.
 */
export async function gitState(folder: string = REPOSITORY_ROOT): Promise<GitState> {
  const commit = (await git(folder, ["rev-parse", "HEAD"]))?.trim();
  if (commit === undefined) return { commit: null, dirty: null };
  const changes = await git(folder, ["status", "--porcelain", "--", ":/", ":(exclude,top)results"]);
  return { commit, dirty: changes === undefined ? null : changes.trim() !== "" };
}

/** What git prints, or `undefined` if it fails or is not there. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const command = new Deno.Command("git", { args: ["-C", folder, ...args], stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
