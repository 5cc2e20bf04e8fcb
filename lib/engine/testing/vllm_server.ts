import { ensureVllm, VLLM_ENV } from "./vllm_env.ts";
import type { Progress } from "../../ground/mod.ts";

/** For tests: a vLLM that serves; ends when disposed of. */
export interface VllmServer extends AsyncDisposable {
  readonly url: string;
}

/** The most tokens of a prompt and what follows it that the server takes. */
export const MAX_MODEL_LEN = 2048;

const START_LIMIT_MS = 300_000;

/**
 * For tests: installs vLLM for the CPU if it is not there, serves a model with
 * it in float32, and waits until it answers. Its output goes to
 * `.cache/vllm/serve.log`.
 *
 * @throws {Error} If it ends, or does not answer within five minutes.
 */
export async function startVllm(
  modelDir: string,
  progress: Progress,
  { lora = true }: {
    /** Whether it takes adapters. */
    readonly lora?: boolean;
  } = {},
): Promise<VllmServer> {
  const program = await ensureVllm(progress);
  const port = freePort();
  const cores = navigator.hardwareConcurrency;
  const logPath = `${VLLM_ENV}/serve.log`;
  progress.step("vLLM: starting");
  const log = await Deno.open(logPath, { write: true, create: true, truncate: true });
  const child = new Deno.Command("nice", {
    args: [
      ...["-n", "5", program, "serve", modelDir, "--dtype", "float32"],
      ...["--max-model-len", String(MAX_MODEL_LEN)],
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...(lora ? ["--enable-lora", "--max-lora-rank", "16"] : []),
    ],
    env: {
      VLLM_ALLOW_RUNTIME_LORA_UPDATING: "1",
      VLLM_CPU_KVCACHE_SPACE: "1",
      // by default it keeps one core back, which on a small machine is half of them
      VLLM_CPU_NUM_OF_RESERVED_CPU: "0",
      VLLM_CPU_OMP_THREADS_BIND: `0-${cores - 1}`,
      OMP_NUM_THREADS: String(cores),
      VLLM_NO_USAGE_STATS: "1",
      HF_HUB_OFFLINE: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let ended = false;
  const status = child.status.then(({ code }) => {
    ended = true;
    return code;
  });
  const output = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const bytes of stream) await log.write(bytes);
  }));
  const server: VllmServer = {
    url: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose](): Promise<void> {
      if (!ended) child.kill("SIGTERM");
      await status;
      await output;
      log.close();
    },
  };
  const start = performance.now();
  while (!await answers(port)) {
    if (ended || performance.now() - start > START_LIMIT_MS) {
      await server[Symbol.asyncDispose]();
      throw new Error(`Cannot start vLLM (code ${await status}): see ${logPath}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  progress.note(`vLLM answers after ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return server;
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
