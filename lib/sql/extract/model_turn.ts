/** What a completion holds of the model's own answer. */
export interface ModelTurn {
  /** The text outside of reasoning parts, in order; white space alone is left out. */
  readonly parts: readonly string[];
  /** Whether the text ends inside a reasoning part that was opened. */
  readonly endsInReasoning: boolean;
}

// Where a chat model's turn ends or another turn begins.
const TURN_MARKER =
  "<\\|[^|<>\\n]{1,40}\\|>|<\uff5c[^\uff5c<>\\n]{1,40}\uff5c>|</?s>|<\\|turn>|<turn\\|>" +
  "|<(?:eos|bos|pad|unk|sep|eo[tdpma]|unused\\d{1,4})>|<(?:start|end)_of_turn>" +
  "|\\[/?INST\\]|(?-i:\\[(?:EOS|BOS|PAD)\\])";
// What models and their templates call the part that is not for the reader.
const REASONING = "(?:\\w{1,20}:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection" +
  "|scratch_?pad|analysis|rationale|inner_monologue|chain_of_thought)";
const MARKS = new RegExp(
  `(?<open><\\s?${REASONING}\\s?>|\\[THINK\\]|\u25c1think\u25b7` +
    "|<\\|begin_of_thought\\|>|<\\|start_thinking\\|>|<\\|channel>thought\\b)" +
    `|(?<close><\\s?/\\s?${REASONING}\\s?>|\\[/THINK\\]|\u25c1/think\u25b7` +
    `|<\\|end_of_thought\\|>|<\\|end_thinking\\|>|<channel\\|>)|${TURN_MARKER}`,
  "gi",
);
// What opens the answer behind the reasoning: the turn goes on.
const ANSWER_MARKER = /<\|(?:begin_of_solution|start_response)\|>/gi;
// A turn of the prompt's, where a completion comes with its prompt, and what opens the model's own.
const PROMPT_TURN =
  /^\s*(?:(?:<s>|<bos>|<\|begin_of_text\|>)\s*)?(?:<\|im_start\|>(?:system|user)\b|<\|start_header_id\|>(?:system|user)<\|end_header_id\|>|<start_of_turn>user\b|<\|turn>(?:system|user)\b|<\|(?:system|user)\|>|\[INST\])/i;
const OWN_TURN =
  /^[^]*(?:<\|im_start\|>assistant|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model|<\|turn>model|<\|assistant\|>|\[\/INST\])/i;
// Channels of the harmony format: what is not for the reader is reasoning.
const INNER_CHANNEL = /<\|channel\|>(?:analysis|commentary)[^<|\n]{0,80}<\|message\|>/gi;
const FINAL_CHANNEL =
  /<\|channel\|>final[^<|\n]{0,80}(?:<\|constrain\|>\w{0,20})?\s?<\|message\|>/gi;
// What a decoder leaves of these channels that leaves their markers out.
const BARE_CHANNELS = /^analysis[^]*assistantfinal/;
// A marker that the token limit cut.
const CUT_MARKER = /<\|[\w ]{0,40}$/;

/**
 * Finds the model's own turn in what it wrote, and in it the text outside of reasoning. A closing
 * tag without its opening one (chat templates open the part in the prompt) makes all text before it
 * reasoning; a part without its closing tag reaches to the end. The turn ends at the first marker of
 * another turn; a marker or a role name at the very start opens the model's own. Where the text
 * begins with the system's or the user's turn, it is a whole conversation, and its last answer is the
 * model's.
 *
 * One pass, linear in the text's length.
 */
export function modelTurn(completion: string): ModelTurn {
  const whole = completion
    .replace(/\r\n?/g, "\n")
    .replace(/[\ufeff\u200b\u200c\u200d\u2060]/g, "")
    .replace(BARE_CHANNELS, "")
    .replace(INNER_CHANNEL, "<think>")
    .replace(FINAL_CHANNEL, "</think>")
    .replace(ANSWER_MARKER, "")
    .replace(CUT_MARKER, "");
  const text = PROMPT_TURN.test(whole) ? whole.replace(OWN_TURN, "") : whole;
  let parts: string[] = [];
  let from = 0;
  let isReasoning = false;
  let hasReasoned = false;
  const turn = (endsInReasoning: boolean): ModelTurn => ({
    parts: parts.filter((part) => part.trim() !== ""),
    endsInReasoning,
  });
  for (const { index, 0: mark, groups } of text.matchAll(MARKS)) {
    const before = text.slice(from, index);
    if (groups!.close !== undefined) {
      if (!isReasoning) parts = [];
      isReasoning = false;
      hasReasoned = true;
      from = index + mark.length;
    } else if (isReasoning) {
      continue;
    } else if (groups!.open !== undefined) {
      parts.push(before);
      isReasoning = true;
    } else if (!hasReasoned && parts.length === 0 && opensTurn(before)) {
      from = index + mark.length;
    } else {
      parts.push(before);
      return turn(false);
    }
  }
  if (!isReasoning) parts.push(text.slice(from));
  return turn(isReasoning);
}

function opensTurn(text: string): boolean {
  return /^(?:assistant|model)?$/i.test(text.trim());
}
