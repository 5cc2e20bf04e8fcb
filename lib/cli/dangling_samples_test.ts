import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fromRoot } from "../ground/mod.ts";
import { type MiniStudy, writeMiniStudy } from "../study/testing/mini_study.ts";
import { writeTinyAdapter } from "../study/testing/tiny_model.ts";
import { assertRefused } from "./testing/run_main.ts";

/** A link, below a study's folder, and the command line that meets it. */
interface Met {
  readonly link: string;
  args(study: MiniStudy): string[];
}

const study = (...more: string[]): Met["args"] => ({ configPath, out }) =>
  ["pipeline", "--config", configPath, "--out", out].concat(more);

const one = (command: string): Met["args"] => ({ root, configPath }) => [
  ...[command, "--config", configPath, "--out", `${root}/out.jsonl`],
];

const compared: Met["args"] = ({ root }) => [
  ...["compare", "--run", `${root}/run`, "--run", `${fromRoot("results/recorded/sample")}::base`],
  ...["--out", `${root}/compared`],
];

const judged: Met["args"] = ({ root, out }) => [
  ...["judge", "--predictions", `${out}/samples/sql.jsonl`, "--out", `${root}/judged.jsonl`],
  ...["--examples", `${root}/data/spider/dev.json`, "--databases", `${root}/data/spider/database`],
];

/** Every way to samples that may be links. */
const WAYS: Readonly<Record<string, readonly Met[]>> = {
  "a study": [
    { link: "results/samples", args: study() },
    { link: "results/samples", args: study("--plan") },
    ...["sql", "mmlu", "prose", "verdicts", "sft"].map((name) => ({
      link: `results/samples/${name}.jsonl`,
      args: study(),
    })),
    { link: "results/samples/sql.jsonl", args: study("--plan") },
    { link: "results", args: study() },
  ],
  "evaluate and mmlu": [
    { link: "out.jsonl.samples", args: one("evaluate") },
    { link: "out.jsonl.verdicts", args: one("evaluate") },
    { link: "out.jsonl.samples", args: one("mmlu") },
  ],
  "compare --run": [
    { link: "run", args: compared },
    { link: "run/verdicts.jsonl", args: compared },
  ],
  judge: [{ link: "results/samples/sql.jsonl", args: judged }],
};

for (const [reader, ways] of Object.entries(WAYS)) {
  Deno.test({
    name: `${reader} refuses samples that are a link to what is not there by the link's name`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      for (const target of ["/nowhere/at/all", "beside"]) {
        for (const { link, args } of ways) {
          using mini = await writeMiniStudy();
          const path = `${mini.root}/${link}`;
          mkdirSync(dirname(path), { recursive: true });
          if (link !== "results") await writeTinyAdapter(`${mini.out}/training/qv`);
          Deno.symlinkSync(target, path);
          const why = `is a symbolic link to "${target}", which is not there`;
          const called = link === "results" ? `${path} ${why}` : `${path}"?: it ${why}`;
          await assertRefused(args(mini), new RegExp(called));
          assert.ok(!existsSync(path), `${link} was made at its target`);
        }
      }
    },
  });
}
