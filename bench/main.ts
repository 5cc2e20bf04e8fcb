/**
 * Benchmarks: `deno task bench NAME [flags]`.
 *
 * @module
 */
import { UsageError } from "../lib/ground/mod.ts";
import { benchCpu } from "./cpu.ts";
import { benchGpu } from "./gpu.ts";
import { benchJudge } from "./judge.ts";
import { benchSweep } from "./sweep.ts";
import { benchTrain } from "./train.ts";

const BENCHMARKS: Readonly<
  Record<string, (args: readonly string[], print: (line: string) => void) => Promise<void>>
> = { cpu: benchCpu, gpu: benchGpu, judge: benchJudge, sweep: benchSweep, train: benchTrain };

function write(file: typeof Deno.stdout | typeof Deno.stderr, line: string): void {
  file.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [name = "", ...args] = Deno.args;
  try {
    const bench = BENCHMARKS[name];
    if (bench === undefined) {
      const names = Object.keys(BENCHMARKS).join(", ");
      throw new UsageError(`there is no benchmark "${name}": ${names}`);
    }
    await bench(args, (line) => write(Deno.stdout, line));
  } catch (error) {
    const { code } = error as { code?: string };
    const isWrongFlag = typeof code === "string" && code.startsWith("ERR_PARSE_ARGS");
    if (!(error instanceof UsageError) && !isWrongFlag) throw error;
    write(Deno.stderr, `error: ${(error as Error).message}`);
    Deno.exit(2);
  }
}
