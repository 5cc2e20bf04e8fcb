import type { Frame } from "../execute/messages/frames.ts";
import { PackedRows } from "../execute/messages/packed_rows.ts";
import type { ComparisonRequest, ResultPair } from "./compare_results.ts";

/** What the comparer process is asked. */
export interface ComparerRequest extends ComparisonRequest {
  readonly steps: number;
}

interface Shape {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly start: number;
  readonly length: number;
}
interface Message {
  readonly order: ComparisonRequest["order"];
  readonly steps: number;
  /** Results that were sent, each once. */
  readonly results: readonly Shape[];
  /** Places in `results`: gold and prediction of each pair. */
  readonly official?: readonly [number, number];
  readonly written?: readonly [number, number];
}

/** A request as a frame's message and bytes. A result that is in both pairs is sent once. */
export function messageOfComparison(request: ComparerRequest): Frame {
  const sent: PackedRows[] = [];
  const placeOf = (rows: PackedRows): number => {
    const known = sent.indexOf(rows);
    return known >= 0 ? known : sent.push(rows) - 1;
  };
  const placesOf = (pair: ResultPair): readonly [number, number] => [
    placeOf(pair.gold),
    placeOf(pair.predicted),
  ];
  const { official, written, order, steps } = request;
  const pairs = {
    ...(official === undefined ? {} : { official: placesOf(official) }),
    ...(written === undefined ? {} : { written: placesOf(written) }),
  };
  let start = 0;
  const results = sent.map(({ rowCount, columnCount, bytes }) => {
    const shape = { rowCount, columnCount, start, length: bytes.length };
    start += bytes.length;
    return shape;
  });
  const bytes = new Uint8Array(start);
  for (const [index, shape] of results.entries()) bytes.set(sent[index]!.bytes, shape.start);
  const message: Message = { order, steps, results, ...pairs };
  return { message, bytes };
}

/** The request that a frame carries. */
export function comparisonOfFrame({ message, bytes }: Frame): ComparerRequest {
  const { order, steps, results, official, written } = message as Message;
  const rows = results.map(({ start, length, ...shape }) =>
    new PackedRows({ packed: bytes.subarray(start, start + length) }, shape)
  );
  const pairOf = ([gold, predicted]: readonly [number, number]): ResultPair => ({
    gold: rows[gold]!,
    predicted: rows[predicted]!,
  });
  return {
    order,
    steps,
    ...(official === undefined ? {} : { official: pairOf(official) }),
    ...(written === undefined ? {} : { written: pairOf(written) }),
  };
}
