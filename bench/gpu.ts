import { parseArgs } from "node:util";
import { type Decoding, openCheckpoint } from "../lib/engine/mod.ts";
import { UsageError } from "../lib/ground/mod.ts";
import { GpuBench } from "./gpu_bench.ts";
import { gpuTable } from "./gpu_table.ts";

const PARTS = ["make", "ours", "growth", "mmlu_all", "lora", "memory", "judge", "rival", "vllm"];

/**
 * The GPU benchmark: this engine against transformers' `generate` and vLLM, on the same
 * random weights and the same prompts, in one run.
 *
 *     deno task bench gpu [--shape mistral-7b] [--checkpoint DIR] [--out results/bench/gpu.json]
 *         [--python .venv/bin/python] [--vllm-python PYTHON] [--only make,ours,rival,...]
 *         [--profile PREFIX] [--prefill-tokens N] [--decoding plain|grouped|bundled]
 *
 * Without `--only` it does everything: weights are made when the folder is not
 * there, our side is measured, the tokens of both sides are judged, then
 * transformers' side is measured at the best of several batch sizes and vLLM's at
 * the better of two, if the Python given for it (else that of transformers) has it.
 * Results of a part are merged into the file, so that parts can be run one at a time.
 *
 * @throws {UsageError} If a part is unknown.
 */
export async function benchGpu(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      shape: { type: "string", default: "mistral-7b" },
      checkpoint: { type: "string" },
      out: { type: "string", default: "results/bench/gpu.json" },
      python: { type: "string", default: ".venv/bin/python" },
      "vllm-python": { type: "string" },
      only: { type: "string", default: PARTS.join() },
      profile: { type: "string" },
      "prefill-tokens": { type: "string" },
      decoding: { type: "string" },
    },
  });
  const only = flags.only.split(",");
  const unknown = only.find((part) => !PARTS.includes(part));
  if (unknown) {
    throw new UsageError(`Cannot run part "${unknown}": parts are ${PARTS.join(", ")}`);
  }
  const folder = flags.checkpoint ?? `models/random-${flags.shape}`;
  const settings = {
    out: flags.out,
    python: flags.python,
    vllmPython: flags["vllm-python"] ?? flags.python,
    print,
    engine: {
      ...(flags.decoding ? { decoding: flags.decoding as Decoding } : {}),
      ...(flags.profile ? { profile: flags.profile } : {}),
      ...(flags["prefill-tokens"] ? { prefillTokens: Number(flags["prefill-tokens"]) } : {}),
    },
  };
  const isMade = await Deno.stat(`${folder}/config.json`).then(() => true, () => false);
  if (only.includes("make") && !isMade) await GpuBench.make(settings, flags.shape, folder);
  const bench = await GpuBench.open(await openCheckpoint(folder), settings);
  const plain = ["ours", "growth", "mmlu_all"].filter((part) => only.includes(part));
  if (plain.length > 0) await bench.measureBase(plain);
  if (only.includes("lora")) await bench.measureAdapter();
  if (only.includes("memory")) await bench.measureScarceMemory();
  if (only.includes("judge")) await bench.measureJudgement();
  if (only.includes("rival")) await bench.measureRival();
  if (only.includes("vllm")) await bench.measureVllm();
  print(gpuTable(bench.results));
}

if (import.meta.main) {
  await benchGpu(Deno.args, (line) => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  });
}
