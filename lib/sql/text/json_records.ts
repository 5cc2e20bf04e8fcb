import { printable, refuseDoubledKeys, UsageError } from "../../ground/mod.ts";

/** One record of a JSON file. */
export interface PlacedRecord {
  /** The record: an object, or a text that is the whole record. */
  readonly value: Readonly<Record<string, unknown>> | string;
  /** Where it stands, for messages: the file and the line, record or key. */
  readonly place: string;
  /** Its key in the file's one object; absent in arrays and JSON lines. */
  readonly key?: string;
}

/**
 * Reads the records of a JSON file: an array, JSON lines, one record, or one object whose keys are
 * ids. A file that is no JSON by its first character (a list of statements) has none.
 *
 * @param isRecord Whether an object that is the whole file is one record; else its keys are ids.
 * @returns The records in their order, or `undefined` if the file is no JSON.
 * @throws {UsageError} If the JSON is broken, a key stands twice, or a record is no object and no
 * text; the message, one line, says where.
 */
export function readJsonRecords(
  text: string,
  source: string,
  isRecord: (value: Readonly<Record<string, unknown>>) => boolean,
): readonly PlacedRecord[] | undefined {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[" && first !== '"') return undefined;
  const whole = parse(text);
  if ("reason" in whole) {
    if (first === "[") throw notJson(source, whole.reason);
    return readLines(text, source, first);
  }
  refuseDoubledKeys(text, source);
  const { value } = whole;
  if (Array.isArray(value)) {
    return value.map((item, index) => placed(item, `${source}: record ${index}`));
  }
  if (typeof value === "string" || isRecord(value as Record<string, unknown>)) {
    return [placed(value, `${source}: line 1`)];
  }
  // a null is a record that says nothing: an answer that did not come
  return Object.entries(value as Record<string, unknown>).map(([key, item]) => ({
    ...placed(item ?? {}, `${source}: key "${printable(key)}"`),
    key,
  }));
}

function readLines(text: string, source: string, first: string): PlacedRecord[] | undefined {
  const records: PlacedRecord[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const place = `${source}: line ${index + 1}`;
    const parsed = parse(line);
    if ("reason" in parsed) {
      // SQL may begin with a name in quotes; then it is a list of statements.
      if (first === '"') return undefined;
      const comma = line.trimEnd().endsWith(",") ? " (JSON lines have no comma between them)" : "";
      throw notJson(place, parsed.reason + comma);
    }
    refuseDoubledKeys(line, place);
    records.push(placed(parsed.value, place));
  }
  return records;
}

function parse(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: printable((error as Error).message.replaceAll(/\s+/g, " ")) };
  }
}

function notJson(place: string, reason: string): UsageError {
  return new UsageError(`Cannot read ${place}: not valid JSON: ${reason}`);
}

function placed(value: unknown, place: string): PlacedRecord {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject && typeof value !== "string") {
    const found = Array.isArray(value) ? "an array" : JSON.stringify(value);
    throw new UsageError(`Cannot read ${place}: it must be an object or a text: ${found}`);
  }
  return { value: value as PlacedRecord["value"], place };
}
