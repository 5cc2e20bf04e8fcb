import { createHash } from "node:crypto";
import { Tensor } from "onnxruntime-node";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { LINEAR_MODULES } from "../checkpoint/linear_modules.ts";
import { buildCpuGraph } from "../cpu/cpu_graph.ts";
import { bundleShape } from "../cuda/bundles/bundle_shape.ts";
import { CudaEngine } from "../cuda/cuda_engine.ts";
import { buildCudaGraph } from "../cuda/cuda_graph.ts";
import type { GraphRunner } from "../cuda/planned_runs.ts";
import type { Engine, Prompt } from "../engine.ts";
import { randomTokens } from "./reference.ts";

/** What adapters a graph takes. */
const ADAPTERS = {
  none: { loraModules: [], loraTerms: [] },
  two: { loraModules: ["self_attn.q_proj", "mlp.down_proj"], loraTerms: [] },
  all: { loraModules: LINEAR_MODULES, loraTerms: ["gain", "bias"] },
} as const;

/** Within the first, the windows of the tiny checkpoints hide keys; within the second they do not. */
const CONTEXT_LENGTHS = [512, 12] as const;

/**
 * SHA-256 of the bytes of every graph that the engine writes over a checkpoint,
 * by what it is for: device, adapters, half type, way of decoding, context.
 */
export function graphFingerprints(checkpoint: Checkpoint): Map<string, string> {
  const found = new Map<string, string>();
  for (const [adapters, sites] of Object.entries(ADAPTERS)) {
    for (const contextLength of CONTEXT_LENGTHS) {
      const options = { ...sites, contextLength };
      found.set(`cpu ${adapters} ${contextLength}`, sha256(buildCpuGraph(checkpoint, options)));
      const bundles = bundleShape(checkpoint.config, contextLength);
      for (const halfType of ["bfloat16", "float16"] as const) {
        for (const decoding of ["plain", "grouped", "bundled"] as const) {
          if (decoding === "bundled" && !bundles) continue;
          const graph = buildCudaGraph(checkpoint, {
            ...options,
            halfType,
            decoding,
            ...(decoding === "bundled" ? { bundles: bundles! } : {}),
          });
          const name = `cuda ${adapters} ${contextLength} ${halfType} ${decoding}`;
          found.set(name, sha256(graph));
        }
      }
    }
  }
  return found;
}

/** SHA-256 of all that the CUDA engine feeds to its graph while it generates and scores, by what it does. */
export async function feedFingerprints(checkpoint: Checkpoint): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { vocabSize } = checkpoint.config;
  const limits = { freeBytes: 10 ** 8, contextLength: 1024, sequences: 5, prefillTokens: 300 };
  for (const decoding of ["grouped", "bundled"] as const) {
    const runner = new RecordingRunner();
    await using engine = new CudaEngine(runner, checkpoint, { ...limits, decoding });
    for (const [name, call] of Object.entries(calls(engine, vocabSize))) {
      for await (const _ of call());
      found.set(`feeds ${decoding} ${name}`, runner.takeHash());
    }
  }
  return found;
}

type Calls = Readonly<Record<string, () => AsyncIterable<unknown>>>;

function calls(engine: Engine, vocabSize: number): Calls {
  const tokens = (count: number, seed: number): number[] => randomTokens(count, seed, vocabSize);
  const prompts: Prompt[] = [[300, 4], [256, 3], [0, 5], [37, 6], [37, 1]].flatMap(
    ([length, count], group) => {
      const prefix = tokens(length!, group + 1);
      return Array.from({ length: count! }, (_, i) => ({ prefix, suffix: tokens(1 + 7 * i, i) }));
    },
  );
  const texts = [2, 31, 600, 3, 257].map((length, i) => tokens(length, i + 77));
  return {
    generate: () => engine.generate(prompts, { maxNewTokens: 9 }),
    first: () => engine.generate(prompts, { maxNewTokens: 1 }),
    choices: () => engine.choiceLogProbs(prompts, [5, 6, 7]),
    texts: () => engine.textLogProbs(texts),
  };
}

/** Stands for a device: answers the same to everything, and remembers what it was fed. */
class RecordingRunner implements GraphRunner {
  #hash = createHash("sha256");

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    for (const [name, { type, dims, data }] of Object.entries(feeds).sort(byName)) {
      const values = data as BigInt64Array;
      this.#hash.update(`${name} ${type} ${dims}\n`);
      this.#hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    const rows = feeds.last!.dims[0]!;
    const steps = Number(feeds.decode_steps!.data[0]);
    const choices = feeds.choice_ids!.dims[0]!;
    const integers = (dims: number[]): Tensor =>
      new Tensor("int64", new BigInt64Array(dims.reduce((n, d) => n * d, 1)).fill(1n), dims);
    return Promise.resolve({
      first_tokens: integers([rows]),
      next_tokens: integers([steps, rows]),
      choice_log_probs: new Tensor("float32", new Float32Array(rows * choices), [rows, choices]),
    });
  }

  /** The hash of all since the last call. */
  takeHash(): string {
    const digest = this.#hash.digest("hex");
    this.#hash = createHash("sha256");
    return digest;
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

function byName([x]: readonly [string, unknown], [y]: readonly [string, unknown]): number {
  return x < y ? -1 : 1;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

// `deno run -A lib/engine/testing/graph_fingerprints.ts CHECKPOINT...` prints a line a graph and a
// line a list of feeds: the same lines before and after a change say that it changes nothing.
if (import.meta.main) {
  const encoder = new TextEncoder();
  for (const dir of Deno.args) {
    const checkpoint = await openCheckpoint(dir);
    const all = [...graphFingerprints(checkpoint), ...await feedFingerprints(checkpoint)];
    for (const [name, hash] of all) {
      Deno.stdout.writeSync(encoder.encode(`${dir.split("/").at(-1)} ${name} ${hash}\n`));
    }
  }
}
