/**
 * Texts to token ids and back: tokenizer, chat template, token audit.
 *
 * @module
 */
export { type AuditOptions, auditTokens, type TokenAudit } from "./audit_tokens.ts";
export { findChatTemplate } from "./chat_template.ts";
export type { ChatMessage, Conversation } from "./conversation.ts";
export { checkTokenizerFiles, loadTokenizer, type LoadTokenizerOptions } from "./load_tokenizer.ts";
export { type TextParts, threadsFor } from "./parallel_encoding.ts";
export type { Prompt } from "./prompt.ts";
export { Tokenizer, type TokenizerOptions } from "./tokenizer.ts";
