import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Two subjects, in the form of the release: no header, an answer's letter last. */
export const MINI_FILES: Readonly<Record<string, string>> = {
  "dev/astronomy_dev.csv": "Dev one?,a,b,c,d,A\nDev two?,a,b,c,d,B\n",
  "dev/philosophy_dev.csv": "Dev one?,a,b,c,d,C\nDev two?,a,b,c,d,D\n",
  "test/astronomy_test.csv": "One?,a,b,c,d,A\nTwo?,a,b,c,d,B\nThree?,a,b,c,d,C\n",
  "test/philosophy_test.csv": "One?,a,b,c,d,D\n",
};

/** For tests: an MMLU folder, with whichever files the test replaces (`undefined` leaves one out). */
export async function writeMiniMmlu(
  dir: string,
  files: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  for (const [name, content] of Object.entries({ ...MINI_FILES, ...files })) {
    if (content === undefined) continue;
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  }
  return dir;
}
