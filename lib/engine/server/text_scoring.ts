import { UsageError } from "../../ground/mod.ts";
import { requestCompletion } from "./completion_request.ts";
import type { RequestOptions, ServerClient } from "./server_client.ts";

/**
 * Scores a text: the log-probability of each of its tokens given those before.
 * vLLM gives them with a completion's prompt, as `prompt_logprobs`; the one
 * token that is generated beside them is not looked at.
 *
 * @returns `[text.length - 1]`, nats.
 * @throws {UsageError} If the answer lacks a token's log-probability.
 *
 * Source: vLLM 0.32.0, entrypoints/openai/completion/protocol.py
 */
export async function scoreText(
  client: ServerClient,
  { model, text }: { readonly model: string; readonly text: readonly number[] },
  options: RequestOptions,
): Promise<number[]> {
  const { promptLogProbs } = await requestCompletion(
    client,
    { model, prompt: text, max_tokens: 1, ignore_eos: true, prompt_logprobs: 0 },
    options,
  );
  return text.slice(1).map((id, i) => {
    const logProb = promptLogProbs?.[i + 1]?.get(id);
    if (logProb !== undefined && logProb <= 0 && Number.isFinite(logProb)) return logProb;
    throw new UsageError(
      `Cannot use the server at ${client.root}: its answer gives ` +
        `${logProb ?? "no log-probability"} for token ${i + 2} of a text: ` +
        "use vLLM with --logprobs-mode raw_logprobs (its default)",
    );
  });
}
