import type { InferenceSession, Tensor } from "onnxruntime-node";

/** What a message holds of a tensor: its element type, its elements and its shape. */
export interface SentTensor {
  readonly type: Tensor.Type;
  readonly data: Exclude<Tensor.DataType, string[]>;
  readonly dims: readonly number[];
}

/** An input of a run: its tensor, or the number of one that the last run had too. */
export interface SentFeed {
  readonly number: number;
  readonly sent?: SentTensor;
}

/** What the thread is asked. */
export type SessionRequest =
  | {
    readonly kind: "load";
    readonly options: InferenceSession.SessionOptions;
  }
  | {
    readonly kind: "open";
    readonly path: string;
    readonly options: InferenceSession.SessionOptions;
  }
  | {
    readonly kind: "run";
    readonly feeds: Readonly<Record<string, SentFeed>>;
    readonly outputs: readonly string[];
  }
  | { readonly kind: "release"; readonly profiled: boolean };

/** What it answers, request by request in their order. */
export type SessionReply =
  | { readonly outputs: Readonly<Record<string, SentTensor>> }
  | { readonly error: string };
