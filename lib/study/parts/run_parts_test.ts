import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { SILENT } from "../../ground/mod.ts";
import type { Summary } from "../../runs/mod.ts";
import { openStudy } from "../open_study.ts";
import { runPipeline } from "../run_pipeline.ts";
import { partArgs } from "./run_parts.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { assertNear, parsedLines } from "../testing/near.ts";
import { writeTinyAdapter } from "../testing/tiny_model.ts";

/** A study of two adapters from elsewhere at two scales: two processes have one each. */
async function studyOfTwo(): Promise<MiniStudy> {
  const study = await writeMiniStudy({
    config: {
      training: {
        recipes: [{ name: "one", learningRate: 1e-3 }, { name: "two", learningRate: 1e-3 }],
      },
      sweep: { scales: [0.5, 1], written: 1 },
    },
  });
  for (const name of ["one", "two"]) await writeTinyAdapter(`${study.out}/training/${name}`);
  return study;
}

async function run(
  { config, out }: MiniStudy,
  devices: readonly string[],
): Promise<{ summary: Summary; said: string[] }> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const progress = { ...SILENT, note: say, step: say };
  const study = await openStudy(config, { out, progress });
  return { summary: await runPipeline(study, { progress, devices }), said };
}

Deno.test("runParts gives the results of one process, and leaves no stores of its own", async () => {
  using study = await studyOfTwo();
  using alone = await studyOfTwo();
  const { summary, said } = await run(study, ["0", "1"]);
  assert(said.includes("2 processes, one a device"), said.join("\n"));
  for (const part of ["1/2", "2/2"]) {
    assert(said.some((line) => line.startsWith(`${part}: `) && line.includes("text-to-SQL")), part);
  }
  assert(!said.some((line) => line.includes("ended with code")), said.join("\n"));
  assert.equal(existsSync(`${study.out}/parts`), false);
  const { summary: expected } = await run(alone, []);
  assertNear(summary.variants, expected.variants);
  for (const file of ["verdicts.jsonl", "letters.jsonl", "prose.jsonl"]) {
    const [ours, theirs] = [study, alone].map(({ out }) =>
      parsedLines(Deno.readTextFileSync(`${out}/${file}`))
    );
    assertNear(ours, theirs, file);
  }
});

Deno.test("runParts is not started for a study that has answered", async () => {
  using study = await studyOfTwo();
  await run(study, ["0", "1"]);
  const { said } = await run(study, ["0", "1"]);
  assert(!said.includes("2 processes, one a device"), said.join("\n"));
  assert(said.some((line) => line.startsWith("two: reused")), said.join("\n"));
});

Deno.test("partArgs() names whole paths, as a process runs in the repository, and keeps to the lock file", () => {
  const args = partArgs({ root: "some/where" }, { index: 2, of: 3 });
  const after = (flag: string): string => args[args.indexOf(flag) + 1]!;
  assert(isAbsolute(after("--config")) && isAbsolute(after("--out")), args.join(" "));
  assert.equal(after("--config"), `${after("--out")}/parts/config.json`);
  assert.equal(after("--part"), "2/3");
  assert(args.includes("--frozen") && !args.includes("--no-lock"), args.join(" "));
});
