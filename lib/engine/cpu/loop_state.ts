import { DataType, type GraphScope, markNotFinite } from "../graph/mod.ts";

/** The loop's state in order, with its element type and shape; the caches follow it. */
export const LOOP_STATE = [
  ["tokens", DataType.INT64, ["t"]],
  ["positions", DataType.INT64, ["t"]],
  ["slot_token", DataType.INT64, ["b", "s"]],
  ["slot_position", DataType.INT64, ["b", "s"]],
  ["token_slot", DataType.INT64, ["t"]],
  ["last_token", DataType.INT64, ["w"]],
  ["done", DataType.BOOL, ["w"]],
  ["recent_position", DataType.INT64, ["b", "r"]],
] as const;

/** One of {@linkcode LOOP_STATE}. */
export type StateName = typeof LOOP_STATE[number][0];

/**
 * `[b]` index of the largest of each row, the first among equals. ONNX Runtime's
 * ArgMax visits element by element while ReduceMax is vectorised: so the best
 * block is found by its maximum, then the place within it.
 */
function largestLogit(body: GraphScope, logits: string, vocabSize: number): string {
  const size = blockSize(vocabSize);
  const count = vocabSize / size;
  const blocks = body.reshape(logits, [-1, size]);
  const maxima = body.reduce("Max", blocks, 1);
  const block = body.argMax(body.reshape(maxima, [-1, count]));
  const firstBlocks = body.mul(body.range(body.shape(block)), body.int64(count));
  const place = body.argMax(body.gather(blocks, body.add(firstBlocks, block)));
  return body.add(body.mul(block, body.int64(size)), place);
}

/** The divisor of the vocabulary's size that is nearest to its root; 1 for a prime. */
function blockSize(vocabSize: number): number {
  let size = Math.floor(Math.sqrt(vocabSize));
  while (vocabSize % size !== 0) size--;
  return size;
}

/** Greedy choice of the next token, and the state in which each sequence has that one token to process. */
export function nextState(
  body: GraphScope,
  { logits, vocabSize, state, endIds }: {
    readonly logits: string;
    readonly vocabSize: number;
    readonly state: Readonly<Record<StateName, string>>;
    readonly endIds: string;
  },
): { emitted: string; goOn: string; state: Omit<Record<StateName, string>, "recent_position"> } {
  const best = largestLogit(body, logits, vocabSize);
  const column = (x: string): string => body.unsqueeze(x, 1);
  const toInt = (x: string): string => body.cast(x, DataType.INT64);
  const toBool = (x: string): string => body.cast(x, DataType.BOOL);
  const marked = markNotFinite(body, { tokens: best, logits });
  const matches = toInt(body.op("Equal", [column(marked), endIds]));
  const ended = toBool(body.reduce("Max", matches, 1));
  const done = body.op("Or", [state.done, ended]);
  const allDone = toBool(body.op("ReduceMin", [toInt(done)], { keepdims: { int: 0 } }));
  const last = body.gather(state.positions, state.last_token);
  const position = body.add(last, body.int64(1));
  const rows = body.range(body.shape(best));
  const copy = (): string => body.op("Identity", [rows]);
  return {
    // the end id becomes -1, the mark of logits that are not finite stays
    emitted: body.op("Where", [done, body.op("Min", [marked, body.int64(-1)]), best]),
    goOn: body.op("Not", [allDone]),
    state: {
      tokens: best,
      positions: position,
      slot_token: column(rows),
      slot_position: column(position),
      token_slot: copy(),
      last_token: copy(),
      done,
    },
  };
}
