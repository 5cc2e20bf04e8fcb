import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a notebook is executed. */
export interface ExecuteOptions {
  /** The Python of an environment that has `jupyter_client` and `nbformat`. */
  readonly python: string;
  /** Time limit of one cell, in seconds. */
  readonly cellSeconds: number;
  /** Further environment variables of the kernel. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Executes a notebook without a browser and writes the executed copy.
 *
 * The kernel is the Deno that runs this process, described in a temporary folder: nothing is
 * installed into the user's home, and no other Deno on the machine is picked up. Progress and
 * failures go to this process's standard error, a line a cell.
 *
 * @param notebook Path of the notebook.
 * @param out Path of the executed copy; written only when every cell succeeded.
 * @returns True if every cell succeeded.
 */
export async function executeNotebook(
  notebook: string,
  out: string,
  { python, cellSeconds, env = {} }: ExecuteOptions,
): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), "notebook-kernel-"));
  try {
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
    const { success } = await new Deno.Command(python, {
      args: [script, notebook, out, "--kernel", "deno", "--cell-seconds", String(cellSeconds)],
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
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    return success;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
