import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../lib/ground/mod.ts";

/** How a notebook is executed. */
export interface ExecuteOptions {
  /** The Python of an environment that has `jupyter_client` and `nbformat`. */
  readonly python: string;
  /** Time limit of one cell, in seconds. */
  readonly cellSeconds: number;
  /** Further environment variables of the kernel. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A notebook whose kernel is up or on its way; disposing of it ends the kernel. */
export interface StartedNotebook extends AsyncDisposable {
  /**
   * Runs all cells and writes the executed copy; that only when every cell succeeded.
   *
   * @returns True if every cell succeeded.
   */
  run(): Promise<boolean>;
}

/**
 * Starts the kernel of a notebook that is to be executed without a browser, and runs no cell yet: a
 * kernel can start while another notebook runs.
 *
 * The kernel is the Deno that runs this process, described in a temporary folder: nothing is
 * installed into the user's home, and no other Deno on the machine is picked up. Progress and
 * failures go to this process's standard error, a line a cell.
 *
 * @param notebook Path of the notebook.
 * @param out Path of the executed copy.
 * @throws {UsageError} If there is no such Python.
 */
export async function startNotebook(
  notebook: string,
  out: string,
  { python, cellSeconds, env = {} }: ExecuteOptions,
): Promise<StartedNotebook> {
  const home = await mkdtemp(join(tmpdir(), "notebook-kernel-"));
  await mkdir(join(home, "kernels", "deno"), { recursive: true });
  await writeFile(
    join(home, "kernels", "deno", "kernel.json"),
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  const script = fileURLToPath(new URL("./run_notebook.py", import.meta.url));
  const words = ["--kernel", "deno", "--cell-seconds", String(cellSeconds), "--wait"];
  const command = new Deno.Command(python, {
    args: [script, notebook, out, ...words],
    env: {
      JUPYTER_PATH: home,
      JUPYTER_DATA_DIR: home,
      JUPYTER_CONFIG_DIR: join(home, "config"),
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
      PYTHONUNBUFFERED: "1",
      // Colour codes would be committed with the executed copies.
      NO_COLOR: "1",
      ...env,
    },
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
  });
  let runner: Deno.ChildProcess;
  try {
    runner = command.spawn();
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`Cannot execute notebooks as there is no program "${python}"`);
  }
  const input = runner.stdin.getWriter();
  // A runner that has ended already takes no more; its status says why.
  const closed = (): void => {};
  return {
    async run(): Promise<boolean> {
      await input.write(new TextEncoder().encode("go\n")).catch(closed);
      return (await runner.status).success;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await input.close().catch(closed);
      await runner.status;
      await rm(home, { recursive: true, force: true });
    },
  };
}
