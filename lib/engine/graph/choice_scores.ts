import {
  type Attribute,
  DataType,
  GraphScope,
  type ModelBuilder,
  valueInfo,
} from "./graph_builder.ts";

/**
 * `[b, c]` log-probabilities of the choices when wanted, else zeros: the sum
 * over the vocabulary is not free. Where there are `targets`, `[b]` a token a
 * row, theirs are taken, `[b, 1]`.
 *
 * The choices and what they are normalised by come from the same float32
 * logits. Log-softmax takes the largest logit off first, so a value is at most
 * 0 and the probabilities of some choices add up to at most 1: a logit of 20
 * minus a rounded log-sum-exp could be above.
 */
export function choiceScores(
  model: ModelBuilder,
  body: GraphScope,
  { logits, targets, exactLogits }: {
    /** `[b, vocabulary]` float32, as the greedy choice uses them. */
    readonly logits: string;
    /** `[b]` int64, or `[0]` where the choices are wanted */
    readonly targets: string;
    /** Adds `[b, vocabulary]` float32 logits to a scope, where `logits` were rounded on their way. */
    readonly exactLogits?: (scope: GraphScope) => string;
  },
): string {
  const wanted = new GraphScope(model);
  const logProbs = wanted.op("LogSoftmax", [exactLogits?.(wanted) ?? logits], {
    attributes: { axis: { int: 1 } },
  });
  const branch = (scope: GraphScope, name: string): Attribute => ({
    graph: scope.toSubgraph([], [valueInfo(name, DataType.FLOAT, ["b", "c"])]),
  });
  const [ofTargets, ofChoices] = [new GraphScope(model), new GraphScope(model)];
  const columns = ofTargets.op("Unsqueeze", [targets, model.int64([1])]);
  const along = { attributes: { axis: { int: 1 } } };
  const target = ofTargets.op("GatherElements", [logProbs, columns], along);
  const choices = ofChoices.op("Gather", [logProbs, "choice_ids"], along);
  const scores = wanted.op("If", [
    wanted.op("Greater", [wanted.op("Size", [targets]), model.int64(0)]),
  ], {
    attributes: {
      then_branch: branch(ofTargets, target),
      else_branch: branch(ofChoices, choices),
    },
  });
  const unwanted = new GraphScope(model);
  const shape = unwanted.op("Concat", [
    unwanted.op("Shape", [logits], { attributes: { end: { int: 1 } } }),
    unwanted.op("Shape", ["choice_ids"]),
  ], { attributes: { axis: { int: 0 } } });
  const zeros = unwanted.op("ConstantOfShape", [shape]);
  return body.op("If", ["want_scores"], {
    attributes: {
      then_branch: branch(wanted, scores),
      else_branch: branch(unwanted, zeros),
    },
  });
}
