/**
 * Executes or checks the notebooks, without a browser.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../lib/ground/mod.ts";
import { checkNotebook, notebookModule, readNotebook, writeNotebook } from "./check_notebook.ts";
import { executeNotebook } from "./execute_notebook.ts";

const HELP = `deno task notebooks [FILE.ipynb ...]   execute notebooks (all by default)

  --out DIR            folder of the executed copies (default: results/notebooks)
  --smoke              execute at smoke size: LAB_SMOKE=1 is set for the kernel
  --cell-seconds N     time limit of one cell (default: 1800)
  --check              execute nothing: check layout, types and lint of the committed notebooks
  --clean              execute nothing: strip outputs and counts, write the committed layout
  --help               this text
`;

const KERNEL_ENV = { full: {}, smoke: { LAB_SMOKE: "1" } } as const;
const ROOT = fileURLToPath(new URL("../", import.meta.url));

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * Runs the command.
 *
 * @returns 0, or 1 where a notebook failed, or 2 where the command is wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const request = parse(args);
    if (request.mode === "help") {
      say(HELP.trimEnd());
      return 0;
    }
    const files = request.files.length > 0 ? request.files : await committedNotebooks();
    if (request.mode === "check") return await check(files);
    if (request.mode === "clean") return await clean(files);
    return await execute(files, request);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`error: ${error.message}`);
    return 2;
  }
}

interface NotebooksRequest {
  readonly mode: "execute" | "check" | "clean" | "help";
  readonly files: readonly string[];
  readonly out: string;
  readonly cellSeconds: number;
  readonly size: "full" | "smoke";
}

async function execute(
  files: readonly string[],
  { out, cellSeconds, size }: NotebooksRequest,
): Promise<number> {
  const python = await findPython();
  for (const [index, file] of files.entries()) {
    await read(file);
    say(`notebook ${index + 1} of ${files.length}: ${file}`);
    const options = { python, cellSeconds, env: KERNEL_ENV[size] };
    if (!await executeNotebook(file, join(out, basename(file)), options)) return 1;
  }
  say(`executed ${files.length} notebooks into ${out}`);
  return 0;
}

async function check(files: readonly string[]): Promise<number> {
  let failed = false;
  // Beside notebooks/, so that imports relative to a notebook hold in its module too.
  const folder = await Deno.makeTempDir({ dir: ROOT, prefix: ".notebooks-" });
  try {
    const modules: string[] = [];
    for (const file of files) {
      const text = await read(file);
      for (const problem of checkNotebook(text)) {
        failed = true;
        say(`${file}: ${problem}`);
      }
      const path = join(folder, `${basename(file, ".ipynb")}.ts`);
      await Deno.writeTextFile(path, notebookModule(readNotebook(text)));
      modules.push(path);
    }
    for (const command of ["check", "lint"]) {
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: [command, "--quiet", ...modules],
        cwd: ROOT,
        stdout: "inherit",
        stderr: "inherit",
      }).output();
      failed ||= !success;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  if (!failed) say(`checked ${files.length} notebooks`);
  return failed ? 1 : 0;
}

async function clean(files: readonly string[]): Promise<number> {
  for (const file of files) {
    await Deno.writeTextFile(file, writeNotebook(readNotebook(await read(file))));
  }
  say(`cleaned ${files.length} notebooks`);
  return 0;
}

async function committedNotebooks(): Promise<readonly string[]> {
  const folder = join(ROOT, "notebooks");
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) files.push(join(folder, entry.name));
  }
  return files.sort();
}

async function read(file: string): Promise<string> {
  try {
    const text = await Deno.readTextFile(file);
    readNotebook(text);
    return text;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`Cannot open the notebook as there is no such file: "${file}"`);
    }
    if (error instanceof SyntaxError) throw new UsageError(`"${file}": ${error.message}`);
    throw error;
  }
}

async function findPython(): Promise<string> {
  const named = Deno.env.get("LAB_PYTHON");
  if (named !== undefined) return named;
  for (const path of [["bin", "python"], ["Scripts", "python.exe"]]) {
    const python = join(ROOT, ".venv", ...path);
    try {
      await Deno.stat(python);
      return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new UsageError(
    `Cannot execute notebooks as there is no Python environment at "${join(ROOT, ".venv")}": ` +
      `run deno task setup, or name a Python in LAB_PYTHON`,
  );
}

function parse(args: readonly string[]): NotebooksRequest {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: "string", default: join(ROOT, "results", "notebooks") },
        smoke: { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        clean: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        "cell-seconds": { type: "string", default: "1800" },
      },
    });
    if (values.check && values.clean) {
      throw new UsageError("--check and --clean exclude each other: give one of them");
    }
    return {
      mode: values.help ? "help" : values.check ? "check" : values.clean ? "clean" : "execute",
      files: positionals,
      out: values.out,
      cellSeconds: seconds(values["cell-seconds"]),
      size: values.smoke ? "smoke" : "full",
    };
  } catch (error) {
    // node:util throws a TypeError for an unknown or incomplete flag.
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new UsageError(`--cell-seconds needs a number of seconds above 0: it is "${text}"`);
  }
  return value;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
