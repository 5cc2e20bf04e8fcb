import { DataType, GraphScope, type ModelBuilder, valueInfo } from "./graph_builder.ts";

/**
 * `[b, c]` log-probabilities of the choices when wanted, else zeros: the sum
 * over the vocabulary is not free. The choices' own logits are taken from those
 * of the whole vocabulary, or computed by `chosenLogits` where those are rough.
 */
export function choiceScores(
  model: ModelBuilder,
  body: GraphScope,
  { logits, chosenLogits }: {
    /** `[b, vocabulary]` float32 */
    readonly logits: string;
    /** Adds `[b, c]` float32 logits of the choices to a scope. */
    readonly chosenLogits?: (scope: GraphScope) => string;
  },
): string {
  const wanted = new GraphScope(model);
  const normalizer = wanted.op("ReduceLogSumExp", [logits, model.int64([1])], {
    attributes: { keepdims: { int: 1 } },
  });
  const chosen = chosenLogits?.(wanted) ??
    wanted.op("Gather", [logits, "choice_ids"], { attributes: { axis: { int: 1 } } });
  const scores = wanted.op("Sub", [chosen, normalizer]);
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
