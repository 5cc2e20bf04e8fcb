import { writeMiniMmlu } from "../../mmlu/testing/mini_mmlu.ts";
import { parseConfig, type StudyConfig } from "../../runs/mod.ts";
import { writeMiniSpider } from "../../spider/testing/mini_spider.ts";
import { type ModelFiles, writeTinyModel } from "./tiny_model.ts";

const DEV = [
  { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" },
  { db_id: "music", question: "All titles?", query: "SELECT title FROM song" },
  { db_id: "farm", question: "Names?", query: "SELECT name FROM cow" },
];

const PASSAGES = [
  { id: "p-0", kind: "narrative", topic: "sea", text: "The sea was calm." },
  { id: "p-1", kind: "code", topic: "loops", text: "for i in range(3): print(i)" },
].map((passage) => `${JSON.stringify(passage)}\n`).join("");

/** A study small enough for a unit test, on the disk until it is disposed of. */
export interface MiniStudy extends Disposable {
  /** The folder that holds all of it. */
  readonly root: string;
  /** The config's file. */
  readonly configPath: string;
  readonly config: StudyConfig;
  /** The model's folder. */
  readonly model: string;
  /** A folder for results that does not exist yet. */
  readonly out: string;
}

/** What a test replaces of {@linkcode writeMiniStudy}; `undefined` leaves a file out. */
export interface MiniStudyFiles {
  readonly spider?: Readonly<Record<string, unknown>>;
  readonly mmlu?: Readonly<Record<string, string | undefined>>;
  readonly model?: ModelFiles;
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * For tests: a study in a folder of its own, with a random model of one layer,
 * three text-to-SQL questions on two databases, three multiple-choice questions
 * and one recipe.
 */
export async function writeMiniStudy(files: MiniStudyFiles = {}): Promise<MiniStudy> {
  const root = await Deno.makeTempDir({ prefix: "mini-study-" });
  const model = await writeTinyModel(`${root}/model`, files.model);
  await writeMiniSpider(`${root}/data/spider`, { "dev.json": DEV, ...files.spider });
  await writeMiniMmlu(`${root}/data/mmlu`, {
    "dev/sociology_dev.csv": "Dev one?,a,b,c,d,B\nDev two?,a,b,c,d,A\n",
    "test/sociology_test.csv": "One?,a,b,c,d,C\n",
    ...files.mmlu,
  });
  await Deno.writeTextFile(`${root}/data/prose.jsonl`, PASSAGES);
  const configPath = `${root}/study.json`;
  const text = JSON.stringify({
    name: "mini",
    label: "test",
    model: { id: "tiny", source: "path", path: model },
    engine: { batchSize: 2 },
    spider: { path: `${root}/data/spider`, shots: 1, maxNewTokens: 4 },
    mmlu: { path: `${root}/data/mmlu`, perCategory: 1, shots: 2 },
    prose: { path: `${root}/data/prose.jsonl` },
    training: { recipes: [{ name: "qv", learningRate: 1e-3 }] },
    ...files.config,
  });
  await Deno.writeTextFile(configPath, text);
  return {
    root,
    configPath,
    config: parseConfig(text, { path: configPath }),
    model,
    out: `${root}/results`,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}
