import { type Checkpoint, openCheckpoint } from "../engine/checkpoint.ts";
import { auditTokens, type TokenAudit } from "../engine/audit_tokens.ts";
import { loadTokenizer, type Tokenizer } from "../engine/tokenizer.ts";
import { loadMmlu, type MmluData, type MmluQuestion, selectSuite } from "../mmlu/mod.ts";
import type { StudyConfig } from "../runs/config.ts";
import { fromRoot } from "../runs/repository_root.ts";
import { UsageError } from "../runs/usage_error.ts";
import {
  loadSpider,
  sampleExamples,
  selectShots,
  type SpiderData,
  type SpiderExample,
  sqlPrompt,
} from "../spider/mod.ts";
import { checkpointHashes } from "./checkpoint_hashes.ts";

/** All that a study reads, opened and checked before any model is asked anything. */
export interface StudyInputs {
  readonly config: StudyConfig;
  readonly spider: SpiderData;
  /** The fixed examples of every prompt, from the training split. */
  readonly shots: readonly SpiderExample[];
  /** The drawn dev questions, in file order, those of missing databases included. */
  readonly drawn: readonly SpiderExample[];
  /** The drawn questions whose database is there: the ones that are asked. */
  readonly asked: readonly SpiderExample[];
  readonly mmlu: MmluData;
  /** The multiple-choice suite. */
  readonly questions: readonly MmluQuestion[];
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  readonly audit: TokenAudit;
  /** SHA-256 of what the study reads, by name; part of the run's identity. */
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * Opens a study's data, checkpoint and tokenizer, draws its questions by its
 * seed, and audits the tokens.
 *
 * @param modelDir The folder of the base model.
 * @throws {UsageError} If anything is missing, damaged or does not fit.
 */
export async function openInputs(config: StudyConfig, modelDir: string): Promise<StudyInputs> {
  const spider = await loadSpider(fromRoot(config.spider.path));
  const shots = selectShots(spider.train, spider.schemas, {
    count: config.spider.shots,
    seed: config.seed,
  });
  const missing = new Set(spider.missingDatabases.map(({ dbId }) => dbId));
  const count = Math.min(config.spider.limit ?? spider.dev.length, spider.dev.length);
  const drawn = sampleExamples(spider.dev, { count, seed: config.seed });
  const asked = drawn.filter(({ dbId }) => !missing.has(dbId));
  const [first] = asked;
  if (!first) {
    throw new UsageError(
      `Cannot ask any question of "${config.spider.path}": all of its databases are missing`,
    );
  }
  const mmlu = await loadMmlu(fromRoot(config.mmlu.path));
  const questions = selectSuite(mmlu, {
    perCategory: config.mmlu.perCategory,
    seed: config.seed,
  });
  const checkpoint = await openCheckpoint(modelDir);
  const tokenizer = await loadTokenizer(modelDir);
  const audit = auditTokens(tokenizer, sqlPrompt(first, { schemas: spider.schemas, shots }));
  const hashes = {
    ...prefixed("spider/", spider.hashes),
    ...prefixed("mmlu/", mmlu.hashes),
    ...prefixed("model/", await checkpointHashes(checkpoint)),
  };
  return {
    config,
    spider,
    shots,
    drawn,
    asked,
    mmlu,
    questions,
    checkpoint,
    tokenizer,
    audit,
    hashes,
  };
}

function prefixed(
  prefix: string,
  hashes: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [prefix + name, hash]));
}
