import type { ChatSettings } from "../ground/mod.ts";

/** One study, as a file in `config/` says it. Relative paths start at the repository's root. */
export interface StudyConfig {
  /** The study's name and that of its folder in `results/`: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Shown wherever a number of the study appears, such as "sample". */
  readonly label?: string;
  /** The one seed of all that is drawn, 0 to 2^32 - 1; 42 if left out. */
  readonly seed: number;
  readonly model: ModelConfig;
  readonly engine: EngineConfig;
  readonly chat: ChatSettings;
  readonly spider: SpiderConfig;
  readonly mmlu: MmluConfig;
  readonly training: TrainingConfig;
}

/** Which base model, and where it comes from. */
export interface ModelConfig {
  /** Its id on the Hugging Face hub, or any name for a model in a folder. */
  readonly id: string;
  /** `embedded`: the small default; `hub`: downloaded; `path`: a folder on this machine. */
  readonly source: "embedded" | "hub" | "path";
  /** The folder; with source `path`, and only then. */
  readonly path?: string;
  /** A branch, tag or commit on the hub; with source `hub` only. */
  readonly revision?: string;
}

/** What runs the model. */
export interface EngineConfig {
  /** `onnx` on this machine (default), or `server` for an OpenAI-compatible completions server. */
  readonly kind: "onnx" | "server";
  /** Where `onnx` runs, `cpu` if left out. */
  readonly device: "cpu" | "cuda";
  /**
   * Prompts answered at once (with a server: requests in flight), 1 to 4096; 16 if left out. It
   * changes the speed, not the result.
   */
  readonly batchSize: number;
  /** The server's address; with kind `server`, and only then. */
  readonly url?: string;
  /** The model's name on the server where that is not its id; with kind `server` only. */
  readonly servedModel?: string;
  /**
   * Names of adapters on the server by the recipe's name, for adapters that were loaded there by
   * hand; with kind `server` only.
   */
  readonly servedAdapters?: Readonly<Record<string, string>>;
}

/** The text-to-SQL half of a study. */
export interface SpiderConfig {
  /** The folder in Spider's layout. */
  readonly path: string;
  /** How many dev questions, drawn by seed; `null` (default) for all. */
  readonly limit: number | null;
  /** Examples shown before each question, 0 to 20; 3 if left out. */
  readonly shots: number;
  /** Where a completion is cut, 1 to 4096 tokens; 64 if left out. */
  readonly maxNewTokens: number;
  /** When a query is ended, 1 to 600,000 milliseconds; 5000 if left out. */
  readonly timeoutMs: number;
}

/** The multiple-choice half of a study. */
export interface MmluConfig {
  /** The folder in MMLU's layout. */
  readonly path: string;
  /**
   * Questions of each of the three categories, 1 to 1000; 50 if left out. `null` asks all test
   * questions of all subjects, those of the fourth category included.
   */
  readonly perCategory: number | null;
  /** Dev questions shown before each question, 0 to 5, as MMLU has five; 4 if left out. */
  readonly shots: number;
}

/** What the model is specialised on, and how. */
export interface TrainingConfig {
  /** How many training examples, drawn by seed; `null` (default) for all. */
  readonly examples: number | null;
  /** The LoRA configurations to compare, at least one, with names of their own. */
  readonly recipes: readonly Recipe[];
}

/** One LoRA configuration. */
export interface Recipe {
  /** Its name in tables and folders: letters, digits, `.`, `_`, `-`; "base" is taken. */
  readonly name: string;
  /** The optimizer's peak rate, above 0 and up to 1. */
  readonly learningRate: number;
  /** LoRA's rank, 1 to 1024; 16 if left out. */
  readonly rank: number;
  /** LoRA's alpha, above 0: the update is scaled by `alpha / rank`; 32 if left out. */
  readonly alpha: number;
  /** LoRA's dropout, 0 to below 1; 0.05 if left out. */
  readonly dropout: number;
  /** Which layers get an adapter; `q_proj` and `v_proj` if left out. */
  readonly targetModules: readonly TargetModule[] | "all-linear";
  /** Passes over the examples, 1 to 1000; 1 if left out. For less than one: `maxTokens`. */
  readonly epochs: number;
  /** Ends training after about so many tokens, if that is earlier. */
  readonly maxTokens?: number;
  /** Examples a step on the device, 1 to 4096; 4 if left out. */
  readonly batchSize: number;
  /** Steps whose gradients are added up before an update, 1 to 4096; 1 if left out. */
  readonly gradientAccumulation: number;
  /** Where a training text is cut, 8 to 131072 tokens; 512 if left out. */
  readonly maxLength: number;
  /** `nf4` holds the base weights in 4 bits and needs a GPU; `none` if left out. */
  readonly quantization: "none" | "nf4";
}

/** The linear layers of the supported architectures, by their name within a block. */
export type TargetModule =
  | "q_proj"
  | "k_proj"
  | "v_proj"
  | "o_proj"
  | "gate_proj"
  | "up_proj"
  | "down_proj";
