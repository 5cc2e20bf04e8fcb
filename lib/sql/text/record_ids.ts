import { printable, UsageError } from "../../ground/mod.ts";

type Fields = Readonly<Record<string, unknown>>;

const OF_WHAT =
  "(?:question|example|instance|sample|item|query|task|data|dataset|record|entry|problem|prompt|custom|doc)?";
const ID = new RegExp(`^(?:${OF_WHAT}u?id|qid)$`);
const PLACE = new RegExp(`^${OF_WHAT}(?:index|idx)$`);
// Keys that name something other than the example.
const OF_OTHERS =
  /^(?:db|database|schema|model|run|variant|request|response|completion|session|user|batch|job)(?:id|idx|index)$/;
const LOOKS_LIKE_ID = /^(?:ids?|idx|index|uuid|guid|number|num|no|nr|place|position|row|line)$/;

/**
 * The ids of a prediction record, as texts: the number 3 and the text "3" are one id. `index` and its
 * kin are places in the example file, written `#3`.
 *
 * Recognised, in any spelling of case and hyphens: `id`, `qid`, `index`, `idx`, and `id` or `index`
 * of a question, example, instance, sample, item, query, task and the like (`question_id`).
 *
 * @returns None, one, or several if the record has several keys of the kind.
 * @throws {UsageError} If such a key has a value of another type, or there is none but a key that
 * looks like an id: what is not recognised is never read as absent.
 */
export function predictionIds(record: Fields, place: string): readonly string[] {
  const ids: string[] = [];
  for (const [key, value] of Object.entries(record)) {
    const kind = kindOf(key);
    if (kind !== undefined) ids.push(idText(value, kind, `${place}: "${printable(key)}"`));
  }
  const unknown = Object.keys(record).find(looksLikeId);
  if (ids.length === 0 && unknown !== undefined) {
    throw new UsageError(
      `Cannot read ${place}: the key "${printable(unknown)}" is not known as an id: ` +
        'name it "id", or "index" for a place in the example file',
    );
  }
  return ids;
}

/** The ids that an example record brings along; a value of another type is none. */
export function exampleIds(record: Fields): readonly string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    const kind = kindOf(key);
    if (kind === undefined) return [];
    try {
      return [idText(value, kind, key)];
    } catch {
      return [];
    }
  });
}

// A field longer than this is no id.
const MAX_FIELD = 100;

/**
 * The whole numbers and short texts of a record and, as `key.key`, of the objects in it, as texts: one
 * of them may be an id under a name that is not known. What is known to be of something else is left
 * out.
 */
export function shortFields(record: Fields): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  const add = (name: string, value: unknown): void => {
    if (OF_OTHERS.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""))) return;
    if (Number.isSafeInteger(value)) fields[name] = String(value);
    else if (typeof value === "string" && value.length <= MAX_FIELD) fields[name] = value.trim();
  };
  for (const [key, value] of Object.entries(record)) {
    add(key, value);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    for (const [inner, own] of isObject ? Object.entries(value) : []) add(`${key}.${inner}`, own);
  }
  return fields;
}

/** Whether a record has a key that is known as an id or an index. */
export function hasIdKey(record: Fields): boolean {
  return Object.keys(record).some((key) => kindOf(key) !== undefined);
}

function kindOf(key: string): "id" | "place" | undefined {
  const name = key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (ID.test(name)) return "id";
  return PLACE.test(name) ? "place" : undefined;
}

function looksLikeId(key: string): boolean {
  const words = key.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  return !OF_OTHERS.test(words.join("")) && LOOKS_LIKE_ID.test(words.at(-1)!);
}

function idText(value: unknown, kind: "id" | "place", place: string): string {
  const isWhole = Number.isSafeInteger(value) && (value as number) >= 0;
  const text = isWhole ? String(value) : typeof value === "string" ? value.trim() : "";
  if (kind === "place") {
    if (/^\d{1,15}$/.test(text)) return `#${Number(text)}`;
    throw new UsageError(`Cannot read ${place} must be a whole number from 0: ${shown(value)}`);
  }
  if (text !== "") return text;
  throw new UsageError(
    `Cannot read ${place} must be a text or a whole number from 0: ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  const json = printable(JSON.stringify(value));
  return json.length <= 60 ? json : `${json.slice(0, 59)}…`;
}
