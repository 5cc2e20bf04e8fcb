import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { realDataRoot } from "../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Engine, Prompt, Variant } from "../engine.ts";

/** A run that transformers computes for comparison; see `testdata/reference.py`. */
export interface ReferenceRun {
  readonly checkpoint: Checkpoint;
  readonly prompts: readonly Prompt[];
  readonly maxNewTokens: number;
  readonly choices: readonly number[];
  readonly variant?: Variant;
  /** Whether PEFT merges the variant's adapter; it cannot merge a bias into a layer without one. Yes when left out. */
  readonly merge?: boolean;
  /** Texts to score; none when left out. */
  readonly texts?: readonly (readonly number[])[];
}

/** Greedy tokens of each prompt, and log-probabilities (nats) of the choices as its next token. */
export interface Answers {
  readonly tokens: readonly (readonly number[])[];
  readonly logProbs: readonly (readonly number[])[];
  /** `[tokens - 1]` of each text. */
  readonly textLogProbs: readonly (readonly number[])[];
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PYTHON = `${ROOT}.venv/bin/python`;

/** The embedded model's folder. */
export const EMBEDDED_MODEL = `${ROOT}models/smollm2-135m-instruct`;

/** Mistral 7B v0.3's tokenizer; it is not part of the repository. */
export const MISTRAL_TOKENIZER = `${realDataRoot() ?? ROOT}/mistral-tokenizer`;

/** What goes into a test's name when the file that it needs is missing; "" when it is there. */
export function skipUnless(...paths: readonly string[]): string {
  const missing = paths.find((path) => !exists(path));
  if (!missing) return "";
  const name = missing.split("/").slice(-2).join("/");
  return ` [skipped: no ${name}]`;
}

/** Like {@linkcode skipUnless}, for tests against transformers. */
export function skipUnlessPython(...paths: readonly string[]): string {
  return skipUnless(PYTHON, ...paths);
}

/** Runs a script of `testdata/` in the training environment. */
export async function runPython(script: string, ...args: readonly string[]): Promise<void> {
  const path = fileURLToPath(new URL(`../testdata/${script}`, import.meta.url));
  const { success, stderr } = await new Deno.Command(PYTHON, {
    args: [path, ...args],
    // threads that wait in a loop make a busy machine many times slower
    env: { HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1", OMP_WAIT_POLICY: "PASSIVE" },
  }).output();
  if (!success) throw new Error(`${script} failed: ${new TextDecoder().decode(stderr)}`);
}

/** What transformers answers to each run, in float32. */
export async function referenceAnswers(runs: readonly ReferenceRun[]): Promise<Answers[]> {
  const folder = await Deno.makeTempDir();
  try {
    const job = runs.map(({ checkpoint, prompts, maxNewTokens, choices, variant, ...run }) => ({
      model: checkpoint.dir,
      prompts: prompts.map(({ prefix, suffix }) => [...prefix, ...suffix]),
      choices,
      max_new_tokens: maxNewTokens,
      end_ids: checkpoint.config.endTokenIds,
      ...(variant?.adapter ? { adapter: variant.adapter.dir, scale: variant.scale ?? 1 } : {}),
      ...(run.merge === undefined ? {} : { merge: run.merge }),
      texts: run.texts ?? [],
    }));
    await Deno.writeTextFile(`${folder}/job.json`, JSON.stringify(job));
    await runPython("reference.py", `${folder}/job.json`, `${folder}/result.json`);
    const results = JSON.parse(await Deno.readTextFile(`${folder}/result.json`)) as {
      tokens: number[][];
      log_probs: number[][];
      text_log_probs: number[][];
    }[];
    return results.map(({ tokens, log_probs, text_log_probs }) => ({
      tokens,
      logProbs: log_probs,
      textLogProbs: text_log_probs,
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What an engine answers to a run. */
export async function engineAnswers(
  engine: Engine,
  { prompts, maxNewTokens, choices, variant = {}, texts = [] }: Omit<ReferenceRun, "checkpoint">,
): Promise<Answers> {
  const tokens: (readonly number[])[] = [];
  for await (const completion of engine.generate(prompts, { maxNewTokens, variant })) {
    assert.equal(
      completion.finishReason,
      completion.tokens.length === maxNewTokens ? "length" : "stop",
    );
    assert.equal(tokens[completion.index], undefined);
    tokens[completion.index] = completion.tokens;
  }
  const logProbs: (readonly number[])[] = [];
  for await (const scores of engine.choiceLogProbs(prompts, choices, { variant })) {
    logProbs[scores.index] = scores.logProbs;
  }
  const textLogProbs: (readonly number[])[] = [];
  for await (const scores of engine.textLogProbs(texts, { variant })) {
    textLogProbs[scores.index] = scores.logProbs;
  }
  assert.equal(textLogProbs.filter(Boolean).length, texts.length);
  assert.equal(tokens.filter(Boolean).length, prompts.length);
  assert.equal(logProbs.filter(Boolean).length, prompts.length);
  return { tokens, logProbs, textLogProbs };
}

/** The largest difference of two lists of log-probabilities. */
export function largestDifference(x: Answers["logProbs"], y: Answers["logProbs"]): number {
  return Math.max(...x.flatMap((row, i) => row.map((value, j) => Math.abs(value - y[i]![j]!))));
}

/** Token ids that depend on nothing but the seed, from 3 to below `vocabSize`. */
export function randomTokens(count: number, seed: number, vocabSize: number): number[] {
  let state = seed * 7919 + 1;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return 3 + state % (vocabSize - 3);
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile || Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
