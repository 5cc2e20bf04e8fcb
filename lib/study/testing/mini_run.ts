import { cpSync } from "node:fs";
import { storeLine } from "../../runs/_store_lines.ts";
import { UsageError } from "../../ground/mod.ts";

import { type SqlSample, type StudyConfig, type Summary } from "../../runs/mod.ts";
import { SILENT } from "../../ground/mod.ts";
import { type MiniStudy, type MiniStudyFiles, writeMiniStudy } from "./mini_study.ts";
import { parsedLines } from "./near.ts";
import { TINY_TOKENIZER_CONFIG, writeTinyAdapter } from "./tiny_model.ts";
import { openModelInputs } from "../inputs/model_inputs.ts";
import { openStudy } from "../open_study.ts";
import { runPipeline } from "../run_pipeline.ts";
import { RESULT_FILES } from "../results/write_results.ts";

/** A template that writes the day and the reasoning mode, so that both are inputs. */
export const DATED_TEMPLATE =
  "{{ strftime_now('%d %b %Y') }}{% if enable_thinking %}think{% endif %}" +
  TINY_TOKENIZER_CONFIG.chat_template;

/** What a run of a study came to. */
export interface MiniRun {
  readonly summary: Summary;
  readonly notes: readonly string[];
  /** All numbers and outcomes, without what made them; to be compared with `assertNear`. */
  readonly outcome: readonly unknown[];
}

/** For tests: a mini study with an adapter from elsewhere, which has run once. */
export async function writeRunStudy(
  files: MiniStudyFiles = {},
): Promise<MiniStudy & { readonly first: MiniRun; readonly adapter: string }> {
  const mini = await writeMiniStudy({
    ...files,
    model: {
      "tokenizer_config.json": { ...TINY_TOKENIZER_CONFIG, chat_template: DATED_TEMPLATE },
      ...files.model,
    },
  });
  const adapter = await writeTinyAdapter(`${mini.out}/training/qv`);
  return { ...mini, adapter, first: await runMini(mini.config, mini.out) };
}

/** Runs a study into a folder, in this process; its adapter has to lie there. */
export async function runMini(config: StudyConfig, out: string): Promise<MiniRun> {
  const notes: string[] = [];
  const progress = { ...SILENT, note: (text: string) => void notes.push(text) };
  const study = await openStudy(config, { out, progress });
  const summary = await runPipeline(study, { progress });
  const outcome = [RESULT_FILES.verdicts, RESULT_FILES.letters]
    .map((file) => parsedLines(Deno.readTextFileSync(`${out}/${file}`)));
  return { summary, notes, outcome: [JSON.parse(JSON.stringify(summary.variants)), ...outcome] };
}

/** What a run that is refused says, in one line; undefined where it is not refused. */
export async function refusal(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/** Puts a text in the place of the base model's answer to a question, as if it had said so. */
export async function plantAnswer(
  { config, model, out }: MiniStudy,
  id: string,
  text: string,
): Promise<void> {
  const { tokenizer } = await openModelInputs(config, model);
  const path = `${out}/samples/sql.jsonl`;
  const lines = Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => {
    const { sum: _sum, ...sample } = JSON.parse(line) as SqlSample & { readonly sum: string };
    if (sample.id !== id || sample.variant !== "base") return `${line}\n`;
    return storeLine({ ...sample, tokens: tokenizer.encode(text), text, finishReason: "stop" });
  });
  Deno.writeTextFileSync(path, lines.join(""));
}

/** The same study in a folder of its own. */
export function copyStudy<Study extends MiniStudy>(study: Study): Study {
  const root = Deno.makeTempDirSync({ prefix: "mini-study-" });
  cpSync(study.root, root, { recursive: true });
  const moved = JSON.parse(JSON.stringify(study).replaceAll(study.root, root)) as Study;
  return { ...moved, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

/** How many records a study's stores hold. */
export function storedRecords(out: string): { readonly sql: number; readonly mmlu: number } {
  const lines = (file: string): number =>
    Deno.readTextFileSync(`${out}/samples/${file}.jsonl`).split("\n").length - 1;
  return { sql: lines("sql"), mmlu: lines("mmlu") };
}
