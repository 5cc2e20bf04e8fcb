import type { Summary } from "../../runs/mod.ts";
import type { Failures } from "../examples/pick_failures.ts";
import type { StudyRows } from "../rows/row_types.ts";
import type { TrainingRow, UnstableRow } from "../rows/training_types.ts";
import type { PaperVariants } from "./paper_variants.ts";
import type { PaperWords } from "./paper_words.ts";

/** One turn of a prompt. */
export interface PromptTurn {
  /** Whose it is. */
  readonly role: "system" | "user" | "assistant";
  /** Its text. */
  readonly content: string;
}

/** All that a paper is made of; nothing else is read or computed for it. */
export interface PaperInputs {
  /** The study. */
  readonly summary: Summary;
  /** One row a training that left a loss log. */
  readonly trainings: readonly TrainingRow[];
  /** The trainings whose losses rose far above those of their beginning; none if left out. */
  readonly unstable?: readonly UnstableRow[];
  /** Drawn questions of the variant that `paperVariants` calls the main one. */
  readonly failures: Failures;
  /** The prompt of one quoted question, without the examples that are shown before it. */
  readonly prompt?: readonly PromptTurn[];
  /** Who signs it, a line each; nobody if empty. */
  readonly authors: readonly string[];
  /** Further threats to validity that the study's files do not tell, in their language. */
  readonly limits: readonly string[];
  /** Whether results of an earlier run on the same questions were known. */
  readonly repetition?: boolean;
}

/** What the parts of a paper are made with. */
export interface PaperContext {
  readonly inputs: PaperInputs;
  readonly rows: StudyRows;
  readonly variants: PaperVariants;
  readonly words: PaperWords;
}

/** Where data come from: the published set, the project's own sample of it, or the user's own. */
export type DataKind = "published" | "sample" | "own";

/** Where a study's data come from, as far as its summary tells. */
export function dataKinds(
  { config, provenance }: Summary,
): { readonly spider: DataKind; readonly mmlu: DataKind; readonly prose: DataKind } {
  const files = Object.keys(provenance.data);
  const kind = (path: string, sample: string, published: boolean): DataKind => {
    if (path === sample) return "sample";
    return published ? "published" : "own";
  };
  return {
    // the release alone has its training split in two files of these names
    spider: kind(
      config.spider.path,
      "spider_db/sample",
      files.includes("spider/train_spider.json"),
    ),
    mmlu: kind(
      config.mmlu.path,
      "mmlu_db/sample",
      config.mmlu.title === undefined && files.some((name) => /^mmlu\/test\/.*_test\./.test(name)),
    ),
    prose: kind(config.prose.path, "prose_db/sample", false),
  };
}
