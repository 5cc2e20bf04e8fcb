import { DataType, GraphScope, type ModelBuilder, valueInfo } from "./graph_builder.ts";

/**
 * `[b, c]` log-probabilities of the choices when wanted, else zeros: the sum
 * over the vocabulary is not free.
 *
 * The choices and what they are normalised by come from the same float32
 * logits. Log-softmax takes the largest logit off first, so a value is at most
 * 0 and the probabilities of some choices add up to at most 1: a logit of 20
 * minus a rounded log-sum-exp could be above.
 */
export function choiceScores(
  model: ModelBuilder,
  body: GraphScope,
  { logits, exactLogits }: {
    /** `[b, vocabulary]` float32, as the greedy choice uses them. */
    readonly logits: string;
    /** Adds `[b, vocabulary]` float32 logits to a scope, where `logits` were rounded on their way. */
    readonly exactLogits?: (scope: GraphScope) => string;
  },
): string {
  const wanted = new GraphScope(model);
  const logProbs = wanted.op("LogSoftmax", [exactLogits?.(wanted) ?? logits], {
    attributes: { axis: { int: 1 } },
  });
  const scores = wanted.op("Gather", [logProbs, "choice_ids"], {
    attributes: { axis: { int: 1 } },
  });
  const unwanted = new GraphScope(model);
  const shape = unwanted.op("Concat", [
    unwanted.op("Shape", [logits], { attributes: { end: { int: 1 } } }),
    unwanted.op("Shape", ["choice_ids"]),
  ], { attributes: { axis: { int: 0 } } });
  const zeros = unwanted.op("ConstantOfShape", [shape]);
  const branch = (scope: GraphScope, name: string): ReturnType<GraphScope["toSubgraph"]> =>
    scope.toSubgraph([], [valueInfo(name, DataType.FLOAT, ["b", "c"])]);
  return body.op("If", ["want_scores"], {
    attributes: {
      then_branch: { graph: branch(wanted, scores) },
      else_branch: { graph: branch(unwanted, zeros) },
    },
  });
}
