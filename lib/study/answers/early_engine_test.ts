import assert from "node:assert/strict";
import type { Adapter, Engine, SpareThread } from "../../engine/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";
import { EarlyEngine } from "./early_engine.ts";
import type { openEngine } from "./open_engine.ts";
import { BASE, type NamedVariant } from "./sample_identity.ts";

const INPUTS = {} as ModelInputs;
const TUNED: NamedVariant = {
  name: "tuned",
  origin: { source: "tuned" },
  weights: { adapter: { modules: ["self_attn.q_proj"], terms: [] } as unknown as Adapter },
};

/** Opens engines that tell when they are closed, in the order in which they were opened. */
function counted(told: string[]): typeof openEngine {
  let count = 0;
  return (_inputs, variants) => {
    const number = ++count;
    told.push(`opened ${number} for ${variants.map(({ name }) => name)}`);
    const engine = {
      number,
      [Symbol.asyncDispose]: () => Promise.resolve(void told.push(`closed ${number}`)),
    };
    return Promise.resolve(engine as unknown as Engine);
  };
}

function early(told: string[], variants = [BASE, TUNED]): EarlyEngine {
  const opening = { inputs: INPUTS, variants, progress: SILENT };
  return new EarlyEngine(opening, undefined, counted(told));
}

Deno.test("EarlyEngine hands its engine out once, to whoever asks for the same adapters' kinds", async () => {
  const told: string[] = [];
  {
    await using engines = early(told);
    const other = { ...TUNED, name: "the same kind" };
    const first = await engines.open(INPUTS, [BASE, other], SILENT);
    assert.deepEqual(told, ["opened 1 for base,tuned"]);
    assert.equal((first as unknown as { number: number }).number, 1);
    await engines.open(INPUTS, [BASE, TUNED], SILENT);
  }
  assert.deepEqual(told, ["opened 1 for base,tuned", "opened 2 for base,tuned"]);
});

Deno.test("EarlyEngine warms its engine up, and hands it out although that fails", async () => {
  let warm = 0;
  const warming = {
    warmUp: () => Promise.reject(new Error(`cold ${++warm}`)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as unknown as Engine;
  const opening = { inputs: INPUTS, variants: [BASE], progress: SILENT };
  await using engines = new EarlyEngine(opening, undefined, () => Promise.resolve(warming));
  assert.equal(await engines.open(INPUTS, [BASE], SILENT), warming);
  assert.equal(warm, 1);
});

Deno.test("EarlyEngine closes its engine before it opens one for other adapters or another model", async () => {
  for (
    const [inputs, variants] of [[INPUTS, [BASE]], [{} as ModelInputs, [BASE, TUNED]]] as const
  ) {
    const told: string[] = [];
    await using engines = early(told);
    await engines.open(inputs, variants, SILENT);
    const names = variants.map(({ name }) => name);
    assert.deepEqual(told, ["opened 1 for base,tuned", "closed 1", `opened 2 for ${names}`]);
  }
});

Deno.test("EarlyEngine closes what nobody asked for, and opens nothing where nothing is given", async () => {
  const told: string[] = [];
  {
    await using _engines = early(told);
  }
  assert.deepEqual(told, ["opened 1 for base,tuned", "closed 1"]);
  told.length = 0;
  {
    await using engines = new EarlyEngine(undefined, undefined, counted(told));
    assert.deepEqual(told, []);
    await engines.open(INPUTS, [BASE], SILENT);
  }
  assert.deepEqual(told, ["opened 1 for base"]);
});

Deno.test("EarlyEngine tells whoever opens one why it cannot be opened", async () => {
  const reasons = ["said to nobody", "no device"];
  const fail = (): Promise<never> => Promise.reject(new Error(reasons.shift()));
  const opening = { inputs: INPUTS, variants: [BASE], progress: SILENT };
  await using engines = new EarlyEngine(opening, undefined, fail);
  await assert.rejects(engines.open(INPUTS, [BASE], SILENT), { message: "no device" });
});

Deno.test("EarlyEngine gives its thread to what it opens, early or later", async () => {
  const spare = {} as SpareThread;
  const given: unknown[] = [];
  const open: typeof openEngine = (_inputs, _variants, _progress, thread) => {
    given.push(thread);
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() } as unknown as Engine);
  };
  await using later = new EarlyEngine(undefined, spare, open);
  assert.deepEqual(given, []);
  await later.open(INPUTS, [BASE], SILENT);
  await using _early = new EarlyEngine(
    { inputs: INPUTS, variants: [BASE], progress: SILENT },
    spare,
    open,
  );
  assert.deepEqual(given, [spare, spare]);
});
