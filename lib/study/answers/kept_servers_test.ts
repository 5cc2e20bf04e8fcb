import assert from "node:assert/strict";
import { openCpuEngine } from "../../engine/cpu/cpu_engine.ts";
import { type Engine, ServerEngine, type ServerFacts } from "../../engine/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import type { StudyInputs } from "../inputs/inputs.ts";
import { openStudy } from "../open_study.ts";
import { buildSummary } from "../results/build_summary.ts";
import { type MiniStudy, writeMiniStudy } from "../testing/mini_study.ts";
import { answerVariants } from "./answer_variants.ts";
import { keepServer, keptServers } from "./kept_servers.ts";
import type { openEngine } from "./open_engine.ts";
import { BASE } from "./sample_identity.ts";

const FACTS: ServerFacts = {
  url: "http://key@127.0.0.1:8000",
  name: "org/name",
  names: ["org/name", "other"],
  scoring: "allowed_token_ids",
};

/** An engine of this machine that says that it is a server. */
class Served extends ServerEngine {
  readonly #engine: Engine;

  constructor(engine: Engine, facts: ServerFacts) {
    super({} as never, { facts } as never);
    this.#engine = engine;
  }

  override async *generate(
    ...[prompts, options]: Parameters<ServerEngine["generate"]>
  ): ReturnType<ServerEngine["generate"]> {
    yield* this.#engine.generate(prompts, options);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
  }
}

function serving(facts: ServerFacts): typeof openEngine {
  return async ({ checkpoint }) => new Served(await openCpuEngine(checkpoint), facts);
}

Deno.test("a study's summary says which servers answered, and a run says that it is another one", async () => {
  const dev = [
    { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" },
    { db_id: "farm", question: "How many cows are there?", query: "SELECT count(*) FROM cow" },
  ];
  using study = await writeMiniStudy({
    spider: { "dev.json": dev },
    config: {
      measures: ["sql"],
      training: { recipes: [] },
      engine: { kind: "server", url: "http://127.0.0.1:9/v1" },
    },
  });
  const { inputs, folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  const first = { ...FACTS, version: "0.25.1", maxModelLen: 4096 };
  let answers = await answerVariants(inputs, folder, [BASE], { progress, open: serving(first) });
  const text = "org/name, version 0.25.1, at most 4096 tokens, letters by allowed_token_ids";
  assert.deepEqual(notes.filter((note) => /server/.test(note)), [`server: ${text}`]);

  // all is stored: no server is asked, and the one that answered stays
  answers = await answerVariants(inputs, folder, [BASE], { progress, open: serving(FACTS) });
  const { servers } = (await buildSummary(inputs, folder, answers)).provenance;
  const { url: _url, names: _names, ...recorded } = first;
  assert.deepEqual(servers, [recorded]);

  // one of the two answers is lost, and another server gives it
  notes.length = 0;
  const [line] = (await Deno.readTextFile(folder.sqlSamples)).split("\n");
  await Deno.writeTextFile(folder.sqlSamples, `${line}\n`);
  await answerVariants(inputs, folder, [BASE], { progress, open: serving(FACTS) });
  assert.deepEqual(notes.filter((note) => /server/.test(note)), [
    "server: org/name, its version unknown, letters by allowed_token_ids",
    `answers that are stored came of another server: ${text}`,
  ]);
  assert.deepEqual(keptServers(folder).map(({ version }) => version), ["0.25.1", undefined]);

  // where no answer is left, none came of the others
  notes.length = 0;
  await Deno.remove(folder.sqlSamples);
  await answerVariants(inputs, folder, [BASE], { progress, open: serving(first) });
  assert.deepEqual(notes.filter((note) => /server/.test(note)), [`server: ${text}`]);
  assert.deepEqual(keptServers(folder), [recorded]);
});

Deno.test("keepServer() keeps a server once, the last one last, and refuses a damaged file by name", async () => {
  using study = await writeMiniStudy({ config: { training: { recipes: [] } } });
  const { folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  await Deno.mkdir(`${study.out}/samples`, { recursive: true });
  assert.deepEqual(keptServers(folder), []);
  const keep = (version: string, answered: boolean): void =>
    keepServer(folder, { ...FACTS, version }, { answered, progress: SILENT });
  keep("0", false);
  keep("1", false);
  for (const version of ["1", "2", "2", "1"]) keep(version, true);
  assert.deepEqual(keptServers(folder).map(({ version }) => version), ["2", "1"]);
  const path = `${study.out}/samples/servers.json`;
  await Deno.writeTextFile(path, '[{ "name": "org/name" }]');
  assert.throws(() => keptServers(folder), {
    name: "UsageError",
    message: /servers\.json.*scoring/,
  });
  const answering = answerVariants(await inputsOf(study), folder, [BASE], {
    progress: SILENT,
    open: () => Promise.reject(new Error("it is asked")),
  });
  await assert.rejects(answering, { name: "UsageError", message: /servers\.json/ });
});

Deno.test("keepServer() says that answers from before are of a server that was not written down", async () => {
  using study = await writeMiniStudy({ config: { training: { recipes: [] } } });
  const { folder } = await openStudy(study.config, { out: study.out, progress: SILENT });
  await Deno.mkdir(`${study.out}/samples`, { recursive: true });
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  keepServer(folder, FACTS, { answered: true, progress });
  assert.equal(
    notes.at(-1),
    "answers that are stored came of a server that was not written down",
  );
  assert.deepEqual(keptServers(folder).map(({ name }) => name), ["not written down", "org/name"]);
});

async function inputsOf({ config, out }: MiniStudy): Promise<StudyInputs> {
  return (await openStudy(config, { out, progress: SILENT })).inputs;
}
