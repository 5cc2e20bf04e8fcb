import assert from "node:assert/strict";
import { dirname } from "node:path";
import { openCpuEngine } from "../../engine/cpu/cpu_engine.ts";
import type { Engine } from "../../engine/engine.ts";
import { SILENT, sleep } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { partStores } from "../parts/part_stores.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { answerVariants } from "./answer_variants.ts";
import type { openEngine } from "./open_engine.ts";
import { BASE } from "./sample_identity.ts";

/** A statement that takes a second or so. */
const SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4000000) " +
  "SELECT count(*) FROM n";
const LONGEST_MS = 30_000;

function studyOf(query: string, more: Readonly<Record<string, unknown>> = {}): Promise<MiniStudy> {
  const dev = [{ db_id: "farm", question: "How many cows?", query }];
  const engine = { device: "cuda" };
  const config = { measures: ["sql", "mmlu"], training: { recipes: [] }, engine, ...more };
  return writeMiniStudy({ spider: { "dev.json": dev }, config });
}

/** An engine that waits for something before it scores letters. */
function waiting(wait: (signal: AbortSignal) => Promise<void>): typeof openEngine {
  return async ({ checkpoint }) => {
    const engine = await openCpuEngine(checkpoint);
    const scoring: Engine = {
      generate: (...args) => engine.generate(...args),
      async *choiceLogProbs(prompts, choices, options): ReturnType<Engine["choiceLogProbs"]> {
        await wait(options!.signal!);
        yield* engine.choiceLogProbs(prompts, choices, options);
      },
      textLogProbs: (...args) => engine.textLogProbs(...args),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
    return scoring;
  };
}

Deno.test("answerVariants() judges while the engine answers the next measure", async () => {
  using study = await studyOf(SLOW);
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const verdicts = (): number => Deno.statSync(folder.sqlVerdicts).size;
  let atFirst = -1;
  const open = waiting(async () => {
    atFirst = verdicts();
    const until = Date.now() + LONGEST_MS;
    while (verdicts() === 0 && Date.now() < until) await sleep(20);
  });
  const [answers] = await answerVariants(inputs, folder, [BASE], { progress: SILENT, open });
  assert.equal(atFirst, 0, "letters are asked before the verdicts are there");
  assert.equal(answers!.verdicts.length, 1);
  assert.equal(answers!.letters.length, inputs.questions.length);
});

Deno.test("answerVariants() begins to open before it asks, in a part of a study too, where no answer is stored", async () => {
  using study = await studyOf("SELECT count(*) FROM cow");
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const orders: string[][] = [];
  for (const index of [1, 2]) {
    const order: string[] = [];
    const scoring = waiting(() => Promise.resolve());
    const open: typeof openEngine = (...args) => {
      order.push("opens");
      return scoring(...args);
    };
    const progress = { ...SILENT, step: () => void order.push("asks") };
    const paths = { ...partStores(folder, { index, of: 2 }), below: folder };
    await answerVariants(inputs, paths, [BASE], { progress, open });
    orders.push(order.slice(0, 2));
    await Deno.mkdir(dirname(folder.mmluSamples), { recursive: true });
    await Deno.copyFile(paths.mmluSamples, folder.mmluSamples);
  }
  assert.deepEqual(orders, [["opens", "asks"], ["asks", "opens"]]);
});

Deno.test("answerVariants() judges before the next measure where the engine takes all cores", async () => {
  using study = await studyOf(SLOW, { engine: { device: "cpu" } });
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  let atFirst = 0;
  const open = waiting(() =>
    Promise.resolve(void (atFirst = Deno.statSync(folder.sqlVerdicts).size))
  );
  await answerVariants(inputs, folder, [BASE], { progress: SILENT, open });
  assert(atFirst > 0);
});

Deno.test("answerVariants() asks with no other examples where nothing can be judged", async () => {
  using study = await studyOf("SELECT nothing FROM nowhere", { sweep: { shots: [0, 1] } });
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const steps: string[] = [];
  const progress = { ...SILENT, step: (title: string) => void steps.push(title) };
  const answering = answerVariants(inputs, folder, [BASE], {
    progress,
    open: waiting(() => Promise.resolve()),
  });
  await assert.rejects(answering, /Cannot judge any of 1 examples/);
  assert.deepEqual(steps, ["base: text-to-SQL, 1 question, 1-shot"]);
});

Deno.test("answerVariants() stops judging when it is told to, and keeps no verdict of what it stopped", async () => {
  using study = await studyOf(SLOW.replace("4000000", "400000000"));
  const config = { ...study.config, spider: { ...study.config.spider, timeoutMs: LONGEST_MS } };
  const { inputs, folder } = await openStudy(config, { out: study.out, progress: SILENT });
  const stop = new AbortController();
  const open = waiting(() => Promise.resolve(stop.abort(new Error("told to stop"))));
  const started = performance.now();
  const options = { progress: SILENT, open, signal: stop.signal };
  await assert.rejects(answerVariants(inputs, folder, [BASE], options), {
    message: "told to stop",
  });
  assert(performance.now() - started < LONGEST_MS / 2, "it did not wait for the time limit");
  assert.equal(Deno.statSync(folder.sqlVerdicts).size, 0);
});

Deno.test("answerVariants() asks no more where nothing can be judged, and says why", async () => {
  using study = await studyOf("SELECT nothing FROM nowhere");
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  let stopped = false;
  const open = waiting(async (signal) => {
    await sleep(LONGEST_MS, signal).catch(() => stopped = true);
    signal.throwIfAborted();
  });
  await assert.rejects(answerVariants(inputs, folder, [BASE], { progress: SILENT, open }), {
    name: "UsageError",
    message: /^Cannot judge any of 1 examples/,
  });
  assert(stopped);
});

Deno.test("answerVariants() tells how far the verdicts are only when no other measure is told of", async () => {
  using study = await studyOf("SELECT count(*) FROM cow");
  const told: string[] = [];
  const progress = {
    ...SILENT,
    step: (title: string) => void told.push(title.split(":")[1]!.trim().split(",")[0]!),
    update: (_done: number, _total: number, unit: string) => void told.push(unit),
  };
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const judged = Promise.withResolvers<void>();
  const open = waiting(() => judged.promise);
  setTimeout(judged.resolve, 1_500);
  await answerVariants(inputs, folder, [BASE], { progress, open });
  assert(told.includes("multiple choice"), told.join());
  const behind = told.slice(told.indexOf("multiple choice"));
  assert(!behind.includes("verdicts"), told.join());
});
