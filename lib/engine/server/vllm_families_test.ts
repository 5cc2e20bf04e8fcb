import assert from "node:assert/strict";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openCpuEngine } from "../cpu/cpu_engine.ts";
import {
  type Answers,
  EMBEDDED_MODEL,
  engineAnswers,
  largestDifference,
  referenceAnswers,
  runPython,
} from "../testing/reference.ts";
import { partedTokenizer, PATTERNS } from "../testing/parted_tokenizer.ts";
import { whyNoVllm, writeProgress } from "../testing/vllm_env.ts";
import { startVllm } from "../testing/vllm_server.ts";
import { loadTokenizer } from "../tokenizer/load_tokenizer.ts";
import { openServerEngine } from "./server_engine.ts";

const FAMILIES = ["llama3", "mistral_window", "qwen2", "qwen3", "smollm3", "gemma3"] as const;
const skipped = whyNoVllm();
/** Nats a token, the mean over a text; float32 on all sides, in other orders of summation. */
const TOLERANCE = 1e-3;

const SENTENCES: readonly string[] = [
  "The tide had gone out so far that the boats lay on their sides in the mud.",
  "Para cozer um ovo, ponha-o em água fria e conte seis minutos a partir da fervura.",
  "def half(values):\n    return [value / 2 for value in values]\n",
  "SELECT count(*) FROM singer WHERE age > 30 GROUP BY country ORDER BY 1 DESC",
];

for (const family of FAMILIES) {
  Deno.test({
    name: `a real vLLM scores texts by ${family} as transformers and the ONNX engine do${skipped}`,
    ignore: skipped !== "",
    async fn(): Promise<void> {
      const checkpoint = await openCheckpoint(`${await checkpoints()}/${family}`);
      const tokenizer = await loadTokenizer(checkpoint.dir);
      // with all of them in one text, longer than a window
      const texts = [...SENTENCES, SENTENCES.join("\n").repeat(3)].map((text) =>
        tokenizer.encode(text)
      );
      const run = { prompts: [], maxNewTokens: 1, choices: [], texts };
      const [expected] = await referenceAnswers([{ ...run, checkpoint }]);
      await using onnx = await openCpuEngine(checkpoint, { contextLength: 2048 });
      await using server = await startVllm(checkpoint.dir, writeProgress, { lora: false });
      await using vllm = await openServerEngine({
        url: server.url,
        modelId: family,
        checkpoint,
        tokenizer,
        concurrency: 4,
      });
      for (const [name, engine] of [["the ONNX engine", onnx], ["vLLM", vllm]] as const) {
        const { textLogProbs } = await engineAnswers(engine, run);
        const ofToken = largestDifference(textLogProbs, expected!.textLogProbs);
        const ofText = Math.max(
          ...textLogProbs.map((row, i) => Math.abs(mean(row) - mean(expected!.textLogProbs[i]!))),
        );
        const line = `${family}, ${name} beside transformers: a text's mean differs by at most ` +
          `${ofText.toExponential(1)} nats a token, a token by ${ofToken.toExponential(1)}`;
        writeProgress.note(line);
        assert.ok(ofText < TOLERANCE && ofToken > 0, line);
      }
      // or the comparison would say little
      assert.ok(spread(expected!.textLogProbs) > 1);
    },
  });
}

let folder: Promise<string> | undefined;

function checkpoints(): Promise<string> {
  return folder ??= (async (): Promise<string> => {
    const dir = await Deno.makeTempDir({ prefix: "vllm_families_" });
    await runPython("served_checkpoints.py", EMBEDDED_MODEL, dir);
    // by a Qwen2 model's type vLLM takes Qwen2's own tokenizer, whatever file lies there
    const qwen2 = { ...await partedTokenizer(PATTERNS["Qwen2"]!), normalizer: { type: "NFC" } };
    await Deno.writeTextFile(`${dir}/qwen2/tokenizer.json`, JSON.stringify(qwen2));
    return dir;
  })();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(rows: Answers["textLogProbs"]): number {
  const values = rows.flat();
  return Math.max(...values) - Math.min(...values);
}
