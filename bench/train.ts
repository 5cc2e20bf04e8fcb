import { UsageError } from "../lib/ground/mod.ts";
import { runCommand, VENV_PYTHON } from "../lib/setup/mod.ts";

/** Exit code of Python's argparse for a wrong flag. */
const WRONG_FLAG = 2;

/**
 * Training throughput, plain TRL against ours: `deno task bench train cpu|gpu|gpus [flags]`, which
 * `training_bench.py` describes. Writes `results/bench/training.json` and `.md`.
 *
 * @throws {UsageError} If the flags are wrong.
 * @throws {Error} If a side fails.
 */
export async function benchTrain(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const script = new URL("training_bench.py", import.meta.url).pathname;
  const { code, lastLines } = await runCommand(VENV_PYTHON, [script, ...args], { onLine: print });
  if (code === WRONG_FLAG) throw new UsageError(lastLines.at(-1) ?? "wrong flags");
  if (code !== 0) throw new Error(`the training benchmark ended with code ${code}`);
}
