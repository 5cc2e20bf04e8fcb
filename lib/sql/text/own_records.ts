import { printable, UsageError } from "../../ground/mod.ts";
import type { PlacedRecord } from "./json_records.ts";
import { exampleIds } from "./record_ids.ts";

/** The records of one variant, where they are a study's own; all of any other file. */
export function ofVariant(
  records: readonly PlacedRecord[],
  source: string,
  variant: string | undefined,
): readonly PlacedRecord[] {
  const names = [...new Set(records.flatMap(({ value }) => ownVariant(value) ?? []))];
  if (variant === undefined) {
    if (names.length < 2) return ofOnePrompt(records, source);
    throw new UsageError(
      `Cannot read ${source}: it has answers of ${names.length} variants, name one ` +
        `(judge: --variant NAME, compare: FILE::NAME): ${printable(names.join(", "))}`,
    );
  }
  if (names.includes(variant)) {
    return ofOnePrompt(records.filter(({ value }) => ownVariant(value) === variant), source);
  }
  throw new UsageError(
    `Cannot read ${source}: it has no answers of "${printable(variant)}": ` +
      (names.length === 0
        ? "its records name no variant"
        : `there are ${printable(names.join(", "))}`),
  );
}

/** The same records, if none of a study's own answers a question that another one answers by other words. */
function ofOnePrompt(records: readonly PlacedRecord[], source: string): readonly PlacedRecord[] {
  const prompts = new Map<string, unknown>();
  for (const { value } of records) {
    if (typeof value === "string" || !isOwnSample(value)) continue;
    const { promptHash } = value;
    const [id] = exampleIds(value);
    if (id === undefined) continue;
    if ((prompts.get(id) ?? promptHash) !== promptHash) {
      throw new UsageError(
        `Cannot read ${source}: its study asked "${printable(id)}" by several prompts, with ` +
          "other numbers of examples shown, and what of each is right stands in its summary.md: to " +
          "judge one of them, give a file with its lines alone",
      );
    }
    prompts.set(id, promptHash);
  }
  return records;
}

/** The variant that a record of this project's own files is of. */
function ownVariant(value: PlacedRecord["value"]): string | undefined {
  if (typeof value === "string" || typeof value.variant !== "string") return undefined;
  return isOwnSample(value) || isOwnVerdict(value) ? value.variant : undefined;
}

/** A line of a study's `samples/sql.jsonl`. */
export function isOwnSample(record: Readonly<Record<string, unknown>>): boolean {
  return typeof record.promptHash === "string" && typeof record.text === "string";
}

/** A line of a study's `verdicts.jsonl`, or of `evaluate`'s. */
export function isOwnVerdict(record: Readonly<Record<string, unknown>>): boolean {
  return typeof record.official === "boolean" && typeof record.status === "string";
}
