import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { pcg32 } from "../stats/mod.ts";
import { RESULT_FILES } from "./results/write_results.ts";
import { runMini } from "./testing/mini_run.ts";
import { type MiniStudy, writeMiniStudy } from "./testing/mini_study.ts";
import { assertNear, parsedLines } from "./testing/near.ts";
import { writeTinyAdapter } from "./testing/tiny_model.ts";
import { PLAN_FILE } from "./study_folder.ts";

/** Kills while answers are stored, and then while verdicts, numbers and files are made of them. */
const KILLS = { answering: 14, finishing: 6 };

/** The longest delay of a kill once there are as many answers as were drawn for it. */
const DELAY_MS = 25;

const STORES = ["sql", "mmlu", "written", "prose"];
const ANIMALS = ["cow", "hen", "pig", "goat", "duck", "horse", "dog", "cat"];

/** Two adapters from elsewhere at two scales, SQL with and without an example, letters by both ways. */
async function writeStudy(): Promise<MiniStudy> {
  const questions = (name: string): string =>
    Array.from({ length: 12 }, (_, i) => `${name} ${i}?,a,b,c,d,${"ABCD"[i % 4]}\n`).join("");
  const mini = await writeMiniStudy({
    spider: {
      "dev.json": ANIMALS.flatMap((name) => [
        { db_id: "farm", question: `Is there a ${name}?`, query: "SELECT count(*) FROM cow" },
        { db_id: "music", question: `Songs of a ${name}?`, query: "SELECT title FROM song" },
      ]),
    },
    mmlu: {
      "test/sociology_test.csv": questions("People"),
      "test/astronomy_test.csv": questions("Stars"),
      "test/philosophy_test.csv": questions("Thoughts"),
    },
  });
  const adapters = ["one", "two"].map((name) => ({ name, adapter: `${mini.root}/${name}` }));
  for (const [i, { adapter }] of adapters.entries()) {
    await writeTinyAdapter(adapter, { seed: 3 + i, rank: 4 });
  }
  const config = {
    ...mini.config,
    mmlu: { ...mini.config.mmlu, perCategory: 12 },
    training: { ...mini.config.training, recipes: [] },
    adapters,
    sweep: { ...mini.config.sweep, scales: [0.5, 1], shots: [0], written: 4 },
  };
  Deno.writeTextFileSync(mini.configPath, JSON.stringify(config));
  return { ...mini, config };
}

/** Starts the study as a process of its own. */
function start({ configPath, out }: MiniStudy): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "lib/study/testing/run_config.ts"].concat(
      [configPath, out],
    ),
    cwd: REPOSITORY_ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Answers that are stored. */
function stored(out: string): number {
  return STORES.map((name) => `${out}/samples/${name}.jsonl`).filter((path) => existsSync(path))
    .map((path) => Deno.readTextFileSync(path).split("\n").length - 1)
    .reduce((sum, lines) => sum + lines, 0);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Starts the study and kills it at a moment after its modules are loaded, unless it ends before that.
 *
 * @returns Whether it was killed, and how long it ran, in milliseconds.
 * @throws {AssertionError} If it ended with a fault.
 */
async function kill(
  study: MiniStudy,
  moment: () => Promise<void>,
): Promise<{ readonly killed: boolean; readonly ran: number }> {
  const child = start(study);
  const fault = new Response(child.stderr).text();
  const lines = child.stdout.getReader();
  await lines.read();
  const loaded = performance.now();
  let ended = false;
  const status = child.status.finally(() => (ended = true));
  await Promise.race([moment(), status]);
  if (!ended) child.kill("SIGKILL");
  const { code, signal } = await status;
  await lines.cancel();
  assert.ok(signal === "SIGKILL" || code === 0, await fault);
  return { killed: signal === "SIGKILL", ran: performance.now() - loaded };
}

/** The bytes of all files of a study that are no record of its inputs and answers. */
function resultFiles(out: string): Record<string, string> {
  const names = readdirSync(out).filter((name) => /\.(jsonl|json|md|svg)$/.test(name)).sort();
  return Object.fromEntries(names.map((name) => {
    const text = Deno.readTextFileSync(`${out}/${name}`);
    if (name !== RESULT_FILES.summary) return [name, text];
    // the state of the code's repository is of the moment
    const { provenance: { git: _git, ...provenance }, sum: _sum, ...rest } = JSON.parse(text);
    return [name, JSON.stringify({ ...rest, provenance })];
  }));
}

Deno.test("a study that is killed 20 times at random moments ends as one that never was", async () => {
  using study = await writeStudy();
  const whole = `${study.root}/whole`;
  const expected = await runMini(study.config, whole);
  const all = stored(whole);
  const random = pcg32(20);
  const thresholds = Array.from({ length: KILLS.answering }, () => Math.floor(random() * all))
    .sort((a, b) => a - b);

  const moments: number[] = [];
  for (const threshold of thresholds) {
    const delay = random() * DELAY_MS;
    let over = false;
    const { killed } = await kill(study, async () => {
      while (!over && stored(study.out) < threshold) await sleep(1);
      await sleep(delay);
    }).finally(() => (over = true));
    assert.ok(killed, `it ended before ${threshold} of ${all} answers were stored`);
    moments.push(stored(study.out));
  }
  assert.ok(moments[0]! < all, `the first kill came too late: ${moments} of ${all} were stored`);
  assert.ok(new Set(moments).size > KILLS.answering / 2, `stored at the kills: ${moments}`);

  // a whole run that has nothing left to ask, and kills while it judges, counts and writes
  const { ran } = await kill(study, () => new Promise(() => {}));
  for (let kills = 0, tries = 0; kills < KILLS.finishing; tries++) {
    assert.ok(tries < 10 * KILLS.finishing, "hardly a kill comes before the end");
    const delay = random() * ran;
    kills += Number((await kill(study, () => sleep(delay))).killed);
  }

  const { summary, outcome } = await runMini(study.config, study.out);
  assertNear(outcome, expected.outcome);
  const findings = (value: typeof summary): unknown => JSON.parse(JSON.stringify(value.findings));
  assertNear(findings(summary), findings(expected.summary));
  for (const file of [RESULT_FILES.prose, RESULT_FILES.flips]) {
    const [after, before] = [study.out, whole].map((out) =>
      parsedLines(Deno.readTextFileSync(`${out}/${file}`))
    );
    assertNear(after, before);
  }
  assert.equal(stored(study.out), all, "an answer is stored twice or not at all");

  // from what is stored, each file is made again, and none is asked
  const first = resultFiles(study.out);
  for (const name of Object.keys(first)) {
    if (![PLAN_FILE, "run.json"].includes(name)) Deno.removeSync(`${study.out}/${name}`);
  }
  await runMini(study.config, study.out);
  assert.deepEqual(resultFiles(study.out), first);
  assert.equal(stored(study.out), all);
});
