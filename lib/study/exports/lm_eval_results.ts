import { statSync } from "node:fs";
import { join } from "node:path";
import { sha256Of } from "../../ground/mod.ts";
import { choiceShots } from "../../report/mod.ts";
import { modelTitle, type Summary } from "../../runs/mod.ts";
import { PLAN_FILE } from "../study_folder.ts";
import { BASE } from "../answers/sample_identity.ts";
import type { StoredAnswers } from "../results/read_answers.ts";
import { type DataTexts } from "./data_texts.ts";
import { FILTER, type LmEvalTask, lmEvalTaskForms } from "./lm_eval_samples.ts";
import type { ExportedStudy } from "./open_export.ts";
import { mean } from "../numbers/groups.ts";

/**
 * A study's answers in the files that lm-evaluation-harness 0.4 writes with `--log_samples`, as texts
 * by path: for each variant a folder with `results_<time>.json` and a `samples_<task>_<time>.jsonl` a
 * task.
 *
 * The tasks are this project's own, with names that no task of the harness has: prompts and the set
 * of questions differ, so that the numbers are not those of the harness's `mmlu`.
 *
 * @param texts The data's texts; {@linkcode NO_TEXTS} leaves contexts and gold statements empty.
 * @returns Each text is made when it is read, and not kept: those of many variants with all of MMLU's
 * prompts have gigabytes together.
 *
 * Source: `save_results_aggregated` and `save_results_samples` of lm_eval/loggers/evaluation_tracker.py
 * and lm_eval/result_schema.py, 0.4.13.
 */
export function lmEvalFiles(
  study: ExportedStudy,
  texts: DataTexts,
): Readonly<Record<string, string>> {
  const time = writtenAt(study);
  const id = time.toISOString().replace("Z", "000").replaceAll(":", "-");
  // the files are read variant by variant: of one alone the samples are held
  let made: { readonly of: StoredAnswers; readonly tasks: readonly LmEvalTask[] } | undefined;
  const tasksOf = (variant: StoredAnswers): readonly LmEvalTask[] => {
    made = made?.of === variant ? made : {
      of: variant,
      tasks: lmEvalTaskForms(variant, texts)
        .map((form) => ({ ...form, samples: form.makeSamples() })),
    };
    return made.tasks;
  };
  const files: Record<string, string> = {};
  const file = (path: string, get: () => string): void => {
    Object.defineProperty(files, path, { get, enumerable: true });
  };
  for (const variant of study.variants) {
    const name = modelName(study, variant);
    const folder = sanitized(name);
    file(`${folder}/results_${id}.json`, () => {
      const tasks = tasksOf(variant);
      return `${JSON.stringify(results(study, variant, { tasks, name, time }), null, 2)}\n`;
    });
    for (const [index, { name: task }] of lmEvalTaskForms(variant, texts).entries()) {
      file(
        `${folder}/samples_${task}_${id}.jsonl`,
        () =>
          tasksOf(variant)[index]!.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""),
      );
    }
  }
  return files;
}

/** When the study's plan was written, or, where nothing says so, its answers. */
function writtenAt({ folder, summary, variants }: ExportedStudy): Date {
  const planned = new Date(summary?.plan.written ?? NaN);
  if (Number.isFinite(planned.getTime())) return planned;
  const files = [PLAN_FILE, "verdicts", "letters", "prose", "answers"]
    .flatMap((name) => [name, `${name}.jsonl`, `${name}.parquet`]);
  const times = [folder, ...files.map((name) => join(folder, name))].flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? [stat.mtimeMs] : [];
  });
  return new Date(times.length > 0 && variants.length > 0 ? Math.max(...times) : 0);
}

function modelName({ name, summary }: ExportedStudy, variant: StoredAnswers): string {
  const model = summary ? modelTitle(summary.config) : name;
  return variant.name === BASE.name ? model : `${model}/${variant.name}`;
}

/** As the harness makes a folder's name of a model's; a name of dots alone would be another folder. */
function sanitized(name: string): string {
  return name.replaceAll(/["<>:/|\\?*[\]]+|\p{Cc}|^\.+$/gu, "__");
}

function results(
  { summary, name: study }: ExportedStudy,
  variant: StoredAnswers,
  { tasks, name, time }: {
    readonly tasks: readonly LmEvalTask[];
    readonly name: string;
    readonly time: Date;
  },
): Readonly<Record<string, unknown>> {
  const byTask = <T>(make: (task: LmEvalTask) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((task) => [task.name, make(task)]));
  const known = tasks.map((task) => [task.name, shotsOf(task, summary)] as const)
    .filter(([, shots]) => shots !== undefined);
  return {
    results: byTask(metrics),
    group_subtasks: byTask(() => []),
    configs: byTask((task) => taskConfig(task, summary)),
    versions: byTask(() => summary?.taskVersion ?? null),
    "n-shot": Object.fromEntries(known),
    higher_is_better: byTask(({ higherIsBetter }) => higherIsBetter),
    "n-samples": byTask(({ samples, measure }) => ({
      original: summary?.counts[measure]?.asked ?? samples.length,
      effective: samples.length,
    })),
    config: {
      model: "lab",
      model_args: modelArgs(variant, name, summary),
      ...(summary && {
        model_dtype: summary.provenance.dtype,
        batch_size: String(summary.config.engine.batchSize),
        device: summary.config.engine.device,
        random_seed: summary.config.seed,
        fewshot_seed: summary.config.seed,
      }),
      limit: null,
      bootstrap_iters: 0,
      gen_kwargs: null,
    },
    ...(summary?.provenance.git.commit ? { git_hash: summary.provenance.git.commit } : {}),
    date: time.getTime() / 1000,
    model_source: "lab",
    model_name: name,
    model_name_sanitized: sanitized(name),
    task_hashes: byTask(({ samples }) =>
      sha256Of(samples.map((one) => one.doc_hash + one.prompt_hash + one.target_hash).join(""))
    ),
    lab: {
      study,
      variant: variant.name,
      ...(summary?.label === undefined ? {} : { label: summary.label }),
      ...(summary && { configHash: summary.configHash, prompts: summary.provenance.prompts }),
    },
  };
}

/** In the harness's form for a PEFT adapter; a factor on it and 4-bit weights have no form there. */
function modelArgs(variant: StoredAnswers, name: string, summary: Summary | undefined): string {
  const origin = summary?.variants.find((one) => one.name === variant.name)?.origin;
  const model = summary?.config.model.id ?? name;
  const adapter = variant.name === BASE.name ? [] : [`peft=${origin?.source ?? variant.name}`];
  const scale = origin?.scale === undefined || origin.scale === 1
    ? []
    : [`lab_scale=${origin.scale}`];
  const weights = summary?.config.engine.weights === "int4" ? ["lab_weights=int4"] : [];
  return [`pretrained=${model}`, ...weights, ...adapter, ...scale].join(",");
}

function shotsOf({ measure, shots }: LmEvalTask, summary: Summary | undefined): number | undefined {
  if (shots !== undefined) return shots;
  if (measure === "prose") return 0;
  if (summary === undefined || measure === "sql") return summary?.counts.sql?.shots;
  // the harness has one number a task
  const shown = choiceShots(summary);
  return shown?.fewest === shown?.most ? shown?.most : undefined;
}

function taskConfig(
  task: LmEvalTask,
  summary: Summary | undefined,
): Readonly<Record<string, unknown>> {
  const { name, outputType, higherIsBetter, measure } = task;
  const paths = summary && {
    sql: summary.config.spider.path,
    mmlu: summary.config.mmlu.path,
    prose: summary.config.prose.path,
  };
  const shots = shotsOf(task, summary);
  return {
    task: name,
    // the harness's form for files of one's own
    ...(paths && { dataset_path: "json", dataset_kwargs: { data_dir: paths[measure] } }),
    output_type: outputType,
    ...(shots === undefined ? {} : { num_fewshot: shots }),
    ...(measure === "sql" && summary
      ? {
        generation_kwargs: {
          do_sample: false,
          max_gen_toks: summary.config.spider.maxNewTokens,
        },
      }
      : {}),
    repeats: 1,
    metric_list: Object.entries(higherIsBetter).map(([metric, better]) => ({
      metric,
      aggregation: "mean",
      higher_is_better: better,
    })),
    metadata: { version: summary?.taskVersion ?? null },
  };
}

function metrics(task: LmEvalTask): Readonly<Record<string, unknown>> {
  const values = Object.keys(task.higherIsBetter).flatMap((metric) => {
    const own = task.samples.map((sample) => Number(sample[metric]));
    return [[`${metric},${FILTER}`, mean(own)], [`${metric}_stderr,${FILTER}`, meanStderr(own)]];
  });
  return {
    name: task.name,
    alias: task.name,
    sample_len: task.samples.length,
    ...Object.fromEntries(values),
  };
}

/** As the harness takes it: by n - 1, and "N/A" for one value. */
function meanStderr(values: readonly number[]): number | "N/A" {
  if (values.length < 2) return "N/A";
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
