import {
  ensureEmbeddedModel,
  ensurePythonEnv,
  ensureSample,
  VENV_PYTHON,
} from "../lib/setup/mod.ts";
import { loadConfig, REPOSITORY_ROOT, UsageError } from "../lib/runs/mod.ts";
import { terminalProgress } from "../lib/cli/terminal_progress.ts";

/**
 * Runs all tests of the project: `deno task test [FILTER]`. Makes ready what
 * they need (Python packages, embedded model, sample databases), runs Deno's
 * tests with the examples of the documentation, then Python's, and ends with
 * the line `N passed, N failed`.
 *
 * @module
 */

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** One test program: how it is started and how its last lines count. */
interface Suite {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();

function write(text: string): void {
  Deno.stderr.writeSync(encoder.encode(text));
}

/** Runs a suite with its output shown, and reads the counts out of it. */
async function runSuite({ title, command, args, env = {} }: Suite): Promise<Counts> {
  write(`\n== ${title}\n`);
  const child = new Deno.Command(command, {
    args: [...args],
    env: { ...env, NO_COLOR: "1" },
    cwd: REPOSITORY_ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    write(chunk);
    output += chunk;
  }
  const { code } = await child.status;
  const counts = countTests(output);
  // a suite that dies without a failed test (a syntax error, no test found) still failed
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Reads `12 passed | 1 failed | 2 ignored` (Deno) or `12 passed, 1 failed, 2 skipped` (pytest). */
export function countTests(output: string): Counts {
  const last = output.split("\n").filter((line) => /\d+ (passed|failed|skipped|error)/.test(line));
  const summary = last.at(-1) ?? "";
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
