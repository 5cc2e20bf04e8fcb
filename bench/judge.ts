/**
 * Times the judge against the official script on the same pairs, each run a process of its own:
 *
 *     deno task bench judge --official DIR [--python PROGRAM] [--spider DIR] [--verdicts FILE]
 *       [--repeat N]
 *
 * `DIR` holds the script (`evaluation.py` of taoyds/test-suite-sql-eval), `PROGRAM` is a Python with
 * its packages (sqlparse, nltk with its data). Without `--official` the project's own stand-in of the same
 * pattern is timed, which does less work, and the line says so. The script opens databases writable,
 * so it gets copies. It has no classes of errors, so the judge is timed without and with them. Runs
 * alternate, and the median of each side counts.
 *
 * @module
 */
import { copySync, ensureFile, median, rightCount } from "./_bench_support.ts";
import { parseArgs } from "node:util";
import { REPOSITORY_ROOT, UsageError } from "../lib/ground/mod.ts";
import { officialVerdicts, spiderRoot } from "../lib/sql/mod.ts";

const DEFAULT_REPEAT = 5;

interface Side {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly seconds: number[];
  right: string;
}

/**
 * Runs the benchmark and gives its lines to `print`.
 *
 * @throws {UsageError} If Spider, the predictions or the script are not where they should be.
 */
export async function benchJudge(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      official: { type: "string" },
      python: { type: "string", default: "python3" },
      spider: { type: "string" },
      verdicts: { type: "string" },
      repeat: { type: "string", default: String(DEFAULT_REPEAT) },
    },
  });
  const spider = values.spider ?? spiderRoot();
  if (spider === undefined) throw new UsageError("bench judge: give --spider DIR or LAB_DATA_ROOT");
  if (values.verdicts !== undefined) Deno.env.set("LAB_OFFICIAL_VERDICTS", values.verdicts);
  const examples = officialVerdicts();
  if (examples === undefined) throw new UsageError("bench judge: give --verdicts FILE");
  const repeat = Number(values.repeat);
  if (!Number.isSafeInteger(repeat) || repeat < 1) {
    throw new UsageError(`bench judge: --repeat must be a whole number above 0: ${values.repeat}`);
  }
  if (values.official !== undefined) ensureFile(`${values.official}/evaluation.py`);

  const folder = Deno.makeTempDirSync({ prefix: "lab-bench-" });
  try {
    copySync(`${spider}/database`, `${folder}/database`, examples.map(({ db_id }) => db_id));
    const oneLine = (sql: string): string => sql.trim().split(/\s+/).join(" ");
    const [system] = Object.keys(examples[0]!.predictions);
    Deno.writeTextFileSync(
      `${folder}/gold.txt`,
      examples.map(({ gold, db_id }) => `${oneLine(gold)}\t${db_id}\n`).join(""),
    );
    Deno.writeTextFileSync(
      `${folder}/pred.txt`,
      examples.map(({ predictions }) => `${oneLine(predictions[system!]!.sql)}\n`).join(""),
    );
    const files = [`${folder}/gold.txt`, `${folder}/pred.txt`, `${folder}/database`];
    const theirs = opponent(values, files);
    const judge = (name: string, more: readonly string[]): Side => ({
      name,
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", `${REPOSITORY_ROOT}/bench/judge_once.ts`, ...files, ...more],
      cwd: REPOSITORY_ROOT,
      seconds: [],
      right: "",
    });
    const ours = judge("this judge", []);
    const sides = [theirs, ours, judge("this judge, with classes of errors", ["classes"])];
    for (let round = 0; round < repeat; round++) {
      for (const side of sides) await timeOnce(side);
    }
    const ratio = (of: (seconds: readonly number[]) => number): string =>
      (of(theirs.seconds) / of(ours.seconds)).toFixed(1);
    print(`${examples.length} pairs, predictions of ${system}, median of ${repeat} runs in turn`);
    for (const side of sides) {
      const runs = side.seconds.map((seconds) => seconds.toFixed(2)).join(", ");
      print(`${side.name}: ${median(side.seconds).toFixed(2)} s (${runs}), ${side.right}`);
    }
    const best = ratio((seconds) => Math.min(...seconds));
    print(`this judge is ${ratio(median)} times as fast (${best} by the fastest run of each)`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function opponent(
  { official, python }: { readonly official?: string; readonly python: string },
  files: readonly string[],
): Side {
  const [gold, predictions, databases] = files as [string, string, string];
  const common = { command: python, seconds: [], right: "" };
  if (official === undefined) {
    const script = `${REPOSITORY_ROOT}/bench/reference_evaluator.py`;
    const name = "stand-in for the official script (not the script itself)";
    return { ...common, name, args: [script, ...files], cwd: REPOSITORY_ROOT };
  }
  const flags = ["--gold", gold, "--pred", predictions, "--db", databases, "--etype", "exec"];
  const args = ["-W", "ignore", "evaluation.py", ...flags];
  return { ...common, name: "official script", args, cwd: official };
}

async function timeOnce(side: Side): Promise<void> {
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(side.command, {
    args: [...side.args],
    cwd: side.cwd,
  }).output();
  side.seconds.push((performance.now() - started) / 1_000);
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${side.name} ended with code ${code}: ${text.decode(stderr)}`);
  side.right = rightCount(text.decode(stdout));
}
