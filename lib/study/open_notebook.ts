import { fromRoot, type Progress, REPOSITORY_ROOT, SILENT } from "../ground/mod.ts";
import { loadConfig } from "../runs/mod.ts";
import { notebookProgress } from "./notebook_progress.ts";
import { type OpenStudy, openStudy } from "./open_study.ts";
import type { PhaseOptions } from "./training/train_recipes.ts";

/** A study as the notebooks have it. */
export interface NotebookStudy extends OpenStudy {
  /** How its phases tell what they do: in the output of the cell. */
  readonly options: PhaseOptions;
}

/**
 * Opens the study that the notebooks show, made ready with all that its phases need, whatever the
 * working directory is.
 *
 * It is `config/sample.json`; with `LAB_SMOKE` set, `config/smoke.json`, the same at the size of a
 * test. `LAB_RESULTS` names another results folder than `results/<name of the study>`, relative to
 * the repository's root.
 *
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openNotebookStudy(): Promise<NotebookStudy> {
  const progress = kernelProgress();
  const name = set("LAB_SMOKE") === undefined ? "sample" : "smoke";
  const config = loadConfig(`${REPOSITORY_ROOT}/config/${name}.json`);
  const results = set("LAB_RESULTS");
  const out = results === undefined ? undefined : fromRoot(results);
  const study = await openStudy(config, { out, training: true, progress });
  return { ...study, options: { progress } };
}

/** Progress as text below the running cell; none outside of a Jupyter kernel. */
function kernelProgress(): Progress {
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter; // throws where there is no kernel
  } catch {
    return SILENT;
  }
  return notebookProgress({
    write: (line) => void jupyter.broadcast("stream", { name: "stdout", text: `${line}\n` }),
    now: () => performance.now(),
  });
}

function set(variable: string): string | undefined {
  const value = Deno.env.get(variable);
  return value === "" ? undefined : value;
}
