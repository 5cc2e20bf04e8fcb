import { ensureDeepEvalPython } from "../custom_metrics/python_env.ts";
import {
  ensureEmbeddedModel,
  ensurePythonEnv,
  ensureSample,
  VENV_PYTHON,
} from "../lib/setup/mod.ts";
import { REPOSITORY_ROOT, UsageError } from "../lib/ground/mod.ts";

import { loadConfig } from "../lib/runs/mod.ts";
import { terminalProgress } from "../lib/cli/terminal_progress.ts";

/**
 * Runs all tests of the project: `deno task test [FILTER]`. Makes ready what
 * they need (Python packages, embedded model, sample databases), runs Deno's
 * tests with the examples of the documentation, then Python's, and ends with
 * the line `N passed, N failed`.
 *
 * @module
 */

/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** One test program and how it is started. */
export interface Suite {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its exit code for "no test of that name", which is no failure. */
  readonly noneFound?: number;
}

const encoder = new TextEncoder();

function write(text: string): void {
  Deno.stderr.writeSync(encoder.encode(text));
}

/** Runs a suite with its output shown, and reads the counts out of it. */
export async function runSuite(
  { title, command, args, env = {}, noneFound }: Suite,
  show: (text: string) => void = write,
): Promise<Counts> {
  show(`\n== ${title}\n`);
  const child = new Deno.Command(command, {
    args: [...args],
    env: { ...env, NO_COLOR: "1" },
    cwd: REPOSITORY_ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    show(chunk);
    output += chunk;
  }
  const { code } = await child.status;
  const counts = countTests(output);
  // a suite that dies without a failed test (a syntax error, a crash) still failed
  const died = code !== 0 && code !== noneFound;
  if (died && (counts?.failed ?? 0) === 0) return { passed: 0, skipped: 0, ...counts, failed: 1 };
  return counts ?? { passed: 0, failed: code === noneFound ? 0 : 1, skipped: 0 };
}

/** The line that ends a suite: Deno's, or pytest's with or without its frame. */
const SUMMARY =
  /^(?:(?:ok|FAILED) \| \d+ passed|(?:=+ )?\d+ (?:passed|failed|skipped|errors?)\b.* in )/;

/**
 * Reads `ok | 12 passed | 1 failed | 2 ignored` (Deno) or `12 passed, 1 failed,
 * 2 skipped in 3s` (pytest).
 *
 * @returns `undefined` if the suite did not come to its last line.
 */
export function countTests(output: string): Counts | undefined {
  const summary = output.split("\n").findLast((line) => SUMMARY.test(line));
  if (summary === undefined) return undefined;
  const read = (pattern: RegExp): number => Number(summary.match(pattern)?.[1] ?? 0);
  return {
    passed: read(/(\d+) passed/),
    failed: read(/(\d+) failed/) + read(/(\d+) errors?/),
    skipped: read(/(\d+) (?:ignored|skipped)/),
  };
}

async function main(args: readonly string[]): Promise<number> {
  const progress = terminalProgress(
    { write, terminal: Deno.stderr.isTerminal() },
    () => performance.now(),
  );
  await ensurePythonEnv(progress);
  await ensureDeepEvalPython(progress);
  await ensureEmbeddedModel(progress);
  await ensureSample(loadConfig(`${REPOSITORY_ROOT}/config/sample.json`), progress);
  const filter = args[0];
  const deno = ["test", "-A", "--doc", "--quiet", ...(filter ? ["--filter", filter] : [])];
  const suites: Suite[] = [
    { title: "TypeScript", command: Deno.execPath(), args: deno },
    {
      title: "Python: training",
      command: VENV_PYTHON,
      args: ["-m", "pytest", "-q", "training", ...(filter ? ["-k", filter] : [])],
      ...(filter ? { noneFound: 5 } : {}),
    },
  ];
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    const counts = await runSuite(suite);
    for (const key of ["passed", "failed", "skipped"] as const) total[key] += counts[key];
  }
  if (total.skipped > 0) write(`\n${total.skipped} skipped: their names say why\n`);
  Deno.stdout.writeSync(encoder.encode(`${total.passed} passed, ${total.failed} failed\n`));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    write(`error: ${error.message}\n`);
    Deno.exit(2);
  }
}
