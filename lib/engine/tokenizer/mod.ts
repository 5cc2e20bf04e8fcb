/**
 * Texts to token ids and back: tokenizer, chat template, token audit.
 *
 * @module
 */
export { auditTokens, type TokenAudit } from "./audit_tokens.ts";
export { findChatTemplate } from "./chat_template.ts";
export {
  type Conversation,
  loadTokenizer,
  type Message,
  Tokenizer,
  type TokenizerOptions,
} from "./tokenizer.ts";
