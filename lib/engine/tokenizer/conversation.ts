import { UsageError } from "../../ground/mod.ts";

/** One turn of a conversation. */
export interface ChatMessage {
  /** Who says it. */
  readonly role: "system" | "user" | "assistant";
  /** What is said. */
  readonly content: string;
}

/** A conversation whose last message begins with text that other prompts share. */
export interface Conversation {
  /** The turns, the last one the user's. */
  readonly messages: readonly ChatMessage[];
  /** Characters at the start of the last message that are shared, as is all that comes before it. */
  readonly sharedLength: number;
}

/** A conversation whose system message, if it has one, stands at the head of the first user message. */
export function mergeSystemMessage(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== "system" || !first) return messages;
  return [{ ...first, content: `${system.content}\n\n${first.content}` }, ...rest];
}

/**
 * Whether a chat template refuses a system message, or leaves it out.
 *
 * @param render Writes messages in the template; throws where it refuses them.
 * @throws {UsageError} If it leaves out what the user says.
 */
export function refusesSystem(render: (messages: readonly ChatMessage[]) => string): boolean {
  const user: ChatMessage = { role: "user", content: "user text" };
  if (!render([user]).includes(user.content)) {
    throw new UsageError(
      "Cannot write a chat prompt: the model's chat template leaves out what the user says",
    );
  }
  const system: ChatMessage = { role: "system", content: "system text" };
  try {
    return !render([system, user]).includes(system.content);
  } catch {
    return true;
  }
}
