import type { GraphScope } from "./graph_scope.ts";
import { DataType } from "./onnx.ts";

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
  const type = { type: DataType.FLOAT, shape: ["b", "c"] };
  const [wanted, ofTargets, ofChoices] = [body.inner(), body.inner(), body.inner()];
  const all = wanted.op("LogSoftmax", [exactLogits?.(wanted) ?? logits], { axis: { int: 1 } });
  const target = ofTargets.gatherElements(all, ofTargets.unsqueeze(targets, 1));
  const choices = ofChoices.op("Gather", [all, "choice_ids"], { axis: { int: 1 } });
  const scores = wanted.choose(
    wanted.op("Greater", [wanted.op("Size", [targets]), wanted.int64(0)]),
    ofTargets.branch(target, type),
    ofChoices.branch(choices, type),
  );
  const unwanted = body.inner();
  const shape = unwanted.concat([unwanted.size(logits, 0), unwanted.shape("choice_ids")]);
  const zeros = unwanted.filled(shape);
  return body.choose("want_scores", wanted.branch(scores, type), unwanted.branch(zeros, type));
}
