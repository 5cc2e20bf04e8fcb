/**
 * Executes or checks the notebooks, without a browser.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../lib/ground/mod.ts";
import { formatCounted } from "../lib/report/light.ts";
import { loadConfig } from "../lib/runs/mod.ts";
import { checkNotebook, notebookModule, readNotebook, writeNotebook } from "./check_notebook.ts";
import { type StartedNotebook, startNotebook } from "./execute_notebook.ts";
import { exportFigures } from "./notebooks_figures.ts";
import { readFlags, refused, say } from "./tool_lines.ts";

const HELP = `deno task notebooks [FILE.ipynb ...]   execute notebooks (all by default)

  --config FILE        the study that they open (default: config/sample.json)
  --data-root DIR      folder with spider/ and mmlu/ of that study, where they are elsewhere
  --smoke              open config/smoke.json, the same at the size of a test
  --out DIR            folder of the executed copies (default: results/notebooks, and of a study
                       that --config names results/notebooks/<name of the study>)
  --figures DIR        write their figures there too, 8.5 cm wide: SVG, PNG at 600 dpi, PDF
  --cell-seconds N     time limit of one cell (default: 1800)
  --check              execute nothing: check layout, types and lint of the committed notebooks
  --clean              execute nothing: strip outputs and counts, write the committed layout
  --help               this text
`;

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
    return refused(error);
  }
}

interface NotebooksRequest {
  readonly mode: "execute" | "check" | "clean" | "help";
  readonly files: readonly string[];
  readonly out: string;
  /** Where the figures go; none are written without. */
  readonly figures: string | undefined;
  readonly cellSeconds: number;
  /** What tells the kernel which study to open. */
  readonly env: Readonly<Record<string, string>>;
}

async function execute(
  files: readonly string[],
  { out, figures, cellSeconds, env }: NotebooksRequest,
): Promise<number> {
  const python = await findPython();
  const copyOf = (file: string): string => join(out, basename(file));
  const start = (file: string): Promise<StartedNotebook> =>
    startNotebook(file, copyOf(file), { python, cellSeconds, env });
  let drawn = 0;
  let ahead: StartedNotebook | undefined;
  try {
    for (const [index, file] of files.entries()) {
      await read(file);
      say(`notebook ${index + 1} of ${files.length}: ${file}`);
      await using current = ahead ?? await start(file);
      // Its kernel starts while this notebook runs, which may write it yet.
      const next = files[index + 1];
      ahead = next !== undefined && existsSync(next) ? await start(next) : undefined;
      if (!await current.run()) return 1;
      if (figures !== undefined) drawn += (await exportFigures(copyOf(file), figures)).length;
    }
  } finally {
    await ahead?.[Symbol.asyncDispose]();
  }
  say(`executed ${formatCounted(files.length, "notebook")} into ${out}`);
  if (figures !== undefined) {
    say(`wrote ${formatCounted(drawn, "file")} of figures into ${figures}`);
  }
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
      say(`deno ${command} of ${formatCounted(modules.length, "notebook")} as modules`);
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
  if (!failed) say(`checked ${formatCounted(files.length, "notebook")}`);
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
  return readFlags(() => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        "data-root": { type: "string" },
        out: { type: "string" },
        figures: { type: "string" },
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
    const study = studyOf(values);
    return {
      mode: values.help ? "help" : values.check ? "check" : values.clean ? "clean" : "execute",
      files: positionals,
      out: values.out ?? join(ROOT, "results", "notebooks", study.folder),
      figures: values.figures,
      cellSeconds: seconds(values["cell-seconds"]),
      env: study.env,
    };
  });
}

/** Which study the kernel opens, and the folder of its executed copies. */
function studyOf(
  { config, smoke, "data-root": data }: {
    readonly config?: string;
    readonly smoke: boolean;
    readonly "data-root"?: string;
  },
): { readonly env: Readonly<Record<string, string>>; readonly folder: string } {
  if (config !== undefined && smoke) {
    throw new UsageError("--config and --smoke exclude each other: give one of them");
  }
  if (config === undefined) {
    if (data !== undefined) throw new UsageError("--data-root needs the study: give --config too");
    return { env: smoke ? { LAB_SMOKE: "1" } : {}, folder: "" };
  }
  return {
    env: {
      LAB_CONFIG: resolve(config),
      ...(data === undefined ? {} : { LAB_STUDY_DATA: resolve(data) }),
    },
    folder: loadConfig(config).name,
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new UsageError(`--cell-seconds needs a number of seconds above 0: it is "${text}"`);
  }
  return value;
}
