import { gitState, SCHEMA_VERSION, TASK_VERSION } from "../runs/mod.ts";

/**
 * Which state of the code this is, in one line. There are no release numbers: the commit, and the
 * versions by which results say whether they are comparable.
 */
export async function versionText(): Promise<string> {
  const { commit, dirty } = await gitState();
  const code = commit === null
    ? "not under version control"
    : `commit ${commit}${dirty ? ", with changes that are not committed" : ""}`;
  return `${code}; task version ${TASK_VERSION}, summary version ${SCHEMA_VERSION}; ` +
    `Deno ${Deno.version.deno}`;
}
