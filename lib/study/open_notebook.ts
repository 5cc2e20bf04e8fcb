import { fromRoot, type Progress, REPOSITORY_ROOT, SILENT, UsageError } from "../ground/mod.ts";
import { applyDataRoot, loadConfig, type StudyConfig } from "../runs/mod.ts";
import { notebookProgress } from "./notebook_progress.ts";
import { type OpenStudy, openStudy } from "./open_study.ts";
import type { PhaseOptions } from "./training/train_recipes.ts";

/** A study as the notebooks have it. */
export interface NotebookStudy extends OpenStudy {
  /**
   * The options of a phase, asked for in the cell that runs it: what the phase does is then told
   * below that cell, in one text that overwrites itself.
   */
  readonly options: () => Promise<PhaseOptions>;
}

/**
 * Opens the study that the notebooks show, made ready with all that its phases need, whatever the
 * working directory is.
 *
 * It is `config/sample.json`. `LAB_CONFIG` names another study's file and `LAB_STUDY_DATA` the folder
 * with `spider/` and `mmlu/` where its data are not where the file says; `LAB_SMOKE` takes
 * `config/smoke.json`, the same at the size of a test. `LAB_RESULTS` names another results folder than
 * `results/<name of the study>`. Paths are relative to the repository's root.
 *
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openNotebookStudy(): Promise<NotebookStudy> {
  const config = namedConfig();
  const results = set("LAB_RESULTS");
  const out = results === undefined ? undefined : fromRoot(results);
  const progress = await cellProgress();
  const study = await openStudy(config, { out, training: true, progress });
  return { ...study, options: async () => ({ progress: await cellProgress() }) };
}

function namedConfig(): StudyConfig {
  const [config, smoke, data] = ["LAB_CONFIG", "LAB_SMOKE", "LAB_STUDY_DATA"].map(set);
  if (config !== undefined && smoke !== undefined) {
    throw new UsageError("LAB_CONFIG and LAB_SMOKE exclude each other: set one of them");
  }
  if (config === undefined) {
    if (data !== undefined) throw new UsageError("LAB_STUDY_DATA needs a study: set LAB_CONFIG");
    const name = smoke === undefined ? "sample" : "smoke";
    return loadConfig(`${REPOSITORY_ROOT}/config/${name}.json`);
  }
  const study = loadConfig(fromRoot(config));
  return data === undefined ? study : applyDataRoot(study, fromRoot(data));
}

/** Progress in a text of its own below the running cell; none outside of a Jupyter kernel. */
async function cellProgress(): Promise<Progress> {
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter; // throws where there is no kernel
  } catch {
    return SILENT;
  }
  const send = (kind: "display_data" | "update_display_data", text: string): Promise<void> =>
    jupyter.broadcast(kind, {
      data: { "text/plain": text },
      metadata: {},
      transient: { display_id: id },
    });
  const id = crypto.randomUUID();
  await send("display_data", "");
  return notebookProgress({
    show: newestOnly((text) => send("update_display_data", text)),
    now: () => performance.now(),
  });
}

/** Sends one text after the other, and of those that wait the newest alone. */
function newestOnly(send: (text: string) => Promise<void>): (text: string) => void {
  let waiting: string | undefined;
  let sent: Promise<void> = Promise.resolve();
  return (text) => {
    const isFirst = waiting === undefined;
    waiting = text;
    if (!isFirst) return;
    sent = sent.then(() => {
      const newest = waiting!;
      waiting = undefined;
      return send(newest);
    });
  };
}

function set(variable: string): string | undefined {
  const value = Deno.env.get(variable);
  return value === "" ? undefined : value;
}
