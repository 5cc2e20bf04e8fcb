import { fetchMmlu } from "../../../mmlu/mod.ts";
import { checkOutputFolder, UsageError } from "../../../ground/mod.ts";
import { FETCHED_DATA } from "../../../runs/mod.ts";
import { fetchSpider } from "../../../spider/mod.ts";
import { type CommandContext, type FlagValues, text } from "../../command.ts";

/** The work of `fetch`. */
export async function runFetch(
  flags: FlagValues,
  { progress, print, signal }: CommandContext,
): Promise<void> {
  const root = text(flags, "data-root");
  const to = (name: "spider" | "mmlu"): string => root ? `${root}/${name}` : FETCHED_DATA[name];
  const sets = [
    { source: text(flags, "spider"), fetchSet: fetchSpider, to: to("spider") },
    { source: text(flags, "mmlu"), fetchSet: fetchMmlu, to: to("mmlu") },
  ];
  if (sets.every(({ source }) => source === undefined)) {
    throw new UsageError("fetch: give --spider SOURCE, --mmlu SOURCE or both");
  }
  const sha256 = text(flags, "sha256");
  if (sha256 !== undefined) checkSha256(sha256, sets.filter(({ source }) => source).length);
  // before anything is downloaded; a folder that is there is read and not written to
  for (const { source, to } of sets) {
    const there = await Deno.stat(to).then(({ isDirectory }) => isDirectory, () => false);
    if (source !== undefined && !there) checkOutputFolder(to);
  }
  for (const { source, fetchSet, to } of sets) {
    if (source === undefined) continue;
    progress.step(`Fetching ${source}`);
    const { root: folder, reused, sha256: found } = await fetchSet(source, to, {
      sha256,
      signal,
      onNote: (line) => progress.note(line),
      onProgress: (bytes, total) => total && progress.update(bytes, total, "bytes"),
    });
    print(reused ? `reused ${folder}` : `unpacked to ${folder}, archive SHA-256 ${found}`);
  }
}

function checkSha256(sha256: string, sources: number): void {
  if (!/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new UsageError(`fetch: --sha256 takes 64 hexadecimal digits: ${sha256}`);
  }
  if (sources !== 1) {
    throw new UsageError("fetch: --sha256 is one archive's: give --spider or --mmlu alone");
  }
}
