import { counted } from "../../ground/mod.ts";
import { LETTERS } from "../../mmlu/mod.ts";
import type { StudyInputs } from "./inputs.ts";
import { samplePrompt } from "./sql_inputs.ts";

/**
 * What the token audit found, in words: the letters' ids, the begin token, the markers of the chat
 * template in the first question's prompt, the tokens that end an answer, and how much of that
 * prompt other questions share.
 */
export function tokenAuditFacts(inputs: StudyInputs): Record<string, string> {
  const { audit, tokenizer } = inputs;
  const { prefix, suffix } = tokenizer.encodeConversation(samplePrompt(inputs));
  const letters = audit.letterIds.map((id, i) => `${LETTERS[i]} ${id}`);
  const begin = audit.beginTokens.map((id) => tokenizer.decodeSpecial(id));
  const markers = Object.entries(audit.chatMarkers).map(([id, count]) =>
    [`${tokenizer.decodeSpecial(Number(id))} in the prompt`, counted(count, "time")] as const
  );
  const { chat } = inputs.config;
  return {
    "answer letters, one token each": letters.join(", "),
    "begin token": begin.length > 0 ? begin.join(" ") : "none",
    ...Object.fromEntries(markers),
    ...endFacts(inputs),
    "reasoning mode of the template": chat.thinking ? "on" : "off",
    "date in the template": chat.date,
    "tokens of the prompt": String(prefix.length + suffix.length),
    "of them shared with the database's other questions": String(prefix.length),
  };
}

/** Where an answer ends: the template's turn end beside the model's own end tokens. */
function endFacts({ checkpoint, endTokenIds, tokenizer }: StudyInputs): Record<string, string> {
  const shown = (id: number): string => `${tokenizer.decodeSpecial(id)} (${id})`;
  const ends = endTokenIds.map(shown).join(", ");
  const { turnEnd } = tokenizer;
  return {
    "end of a turn": turnEnd === undefined
      ? `none: answers end at ${ends}`
      : checkpoint.config.endTokenIds.includes(turnEnd)
      ? shown(turnEnd)
      : `${shown(turnEnd)}, which the model's configuration does not name; answers end there too`,
    "end tokens": ends,
  };
}
