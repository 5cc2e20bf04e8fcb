import { counted } from "../../ground/mod.ts";
import type { Conversation } from "./conversation.ts";
import { checkVocabulary, refusal } from "./check_vocabulary.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What the audit found; recorded with every run. */
export interface TokenAudit {
  /** Ids of " A", " B", " C", " D", and of the letters after them where questions have more choices. */
  readonly letterIds: readonly number[];
  /** Ids that open a plain prompt; empty for a model without a begin token. */
  readonly beginTokens: readonly number[];
  /** How often each special token id stands in the audited chat prompt. */
  readonly chatMarkers: Readonly<Record<number, number>>;
}

/** Options of {@linkcode auditTokens}. */
export interface AuditOptions {
  /** How many answer letters are asked for, from A on: 2 to 10; 4 if left out. */
  readonly letters?: number;
}

const LETTERS = [..."ABCDEFGHIJ"].map((letter) => ` ${letter}`);

/**
 * Checks, before a model is asked anything, the token traps that make a wrong
 * measurement look right: each answer letter is one token of its own after
 * "Answer:", their ids differ, a prompt has at most one begin token and only
 * at its start, and the chat prompt holds exactly the markers that its template
 * writes for such turns (a text with markers of its own, or special tokens added
 * twice, shows here). The model has an embedding for every id in it.
 *
 * @param sample A chat prompt as the study asks it; left out where only letters are scored.
 * @throws {UsageError} If anything is off, naming what and where.
 * @throws {RangeError} If the number of letters is none that questions may have.
 */
export function auditTokens(
  tokenizer: Tokenizer,
  sample?: Conversation,
  { letters = 4 }: AuditOptions = {},
): TokenAudit {
  if (!Number.isInteger(letters) || letters < 2 || letters > LETTERS.length) {
    throw new RangeError(`Cannot audit letters: there must be 2 to ${LETTERS.length}: ${letters}`);
  }
  const asked = LETTERS.slice(0, letters);
  const letterIds = asked.map((letter) => letterId(tokenizer, letter));
  checkVocabulary(tokenizer, letterIds);
  if (new Set(letterIds).size !== letters) {
    throw refusal(
      `the letters A-${asked.at(-1)!.trim()} have the ids ${letterIds}, which are not ${letters} ` +
        "different ones",
    );
  }
  const beginTokens = tokenizer.beginTokens;
  const [begin] = beginTokens;
  if (beginTokens.length > 1) {
    throw refusal(`the tokenizer puts ${beginTokens.length} special tokens round an empty text`);
  }
  return {
    letterIds,
    beginTokens,
    chatMarkers: sample ? auditChat(tokenizer, sample, begin) : {},
  };
}

/** Checks a chat prompt's begin token and markers; returns how often each special token stands in it. */
function auditChat(
  tokenizer: Tokenizer,
  sample: Conversation,
  begin: number | undefined,
): Record<number, number> {
  const prompt = tokenizer.encodeConversation(sample);
  const ids = [...prompt.prefix, ...prompt.suffix];
  if (begin !== undefined && (ids[0] !== begin || ids.lastIndexOf(begin) !== 0)) {
    const count = ids.filter((id) => id === begin).length;
    throw refusal(`the chat prompt has ${count} begin tokens; exactly one belongs at its start`);
  }
  const neutral = tokenizer.render(sample.messages.map(({ role }) => ({ role, content: "x" })));
  const expected = countSpecial(tokenizer, tokenizer.encode(neutral));
  const found = countSpecial(tokenizer, ids);
  for (const id of new Set([...Object.keys(expected), ...Object.keys(found)].map(Number))) {
    if (expected[id] !== found[id]) {
      throw refusal(
        `the special token ${JSON.stringify(tokenizer.decodeSpecial(id))} stands ` +
          `${counted(found[id] ?? 0, "time")} in the chat prompt, the template writes it ${
            counted(expected[id] ?? 0, "time")
          }`,
      );
    }
  }
  return found;
}

function letterId(tokenizer: Tokenizer, letter: string): number {
  const without = tokenizer.encode("Answer:");
  const ids = tokenizer.encode(`Answer:${letter}`);
  if (ids.length !== without.length + 1 || without.some((id, i) => id !== ids[i])) {
    throw refusal(`"${letter}" after "Answer:" is not one token of its own (ids ${ids})`);
  }
  return ids.at(-1)!;
}

function countSpecial(tokenizer: Tokenizer, ids: readonly number[]): Record<number, number> {
  const special = new Set(tokenizer.specialIds);
  const counts: Record<number, number> = {};
  for (const id of ids) if (special.has(id)) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}
