/** A part of a text, and whether the other text has it at this place too. */
export interface TextPart {
  readonly text: string;
  readonly differs: boolean;
}

/** Longer comparisons are left out: their marks would take seconds and help nobody. */
const MOST_STEPS = 4_000_000;

const TOKEN = /\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\w+|<>|[<>!=]=|\|\||./gsu;

/**
 * Marks in a statement what another one has not: the tokens that are in no longest common
 * subsequence of both. White space never differs, and letters outside of quotes are alike in both
 * cases.
 *
 * @returns The whole text in parts; `undefined` if the statements are too long to compare.
 */
export function markTokens(text: string, other: string): TextPart[] | undefined {
  const tokens = text.match(TOKEN) ?? [];
  const own = tokens.map(comparable);
  const those = (other.match(TOKEN) ?? []).map(comparable).filter((token) => token !== "");
  const places = own.flatMap((token, at) => token === "" ? [] : [at]);
  if (places.length * those.length > MOST_STEPS) return undefined;
  const common = commonPlaces(places.map((at) => own[at]!), those);
  const kept = new Set(common.map((place) => places[place]!));
  const parts: { text: string; differs: boolean }[] = [];
  tokens.forEach((token, at) => {
    const blank = own[at] === "";
    const last = parts.at(-1);
    // a space between two marked tokens is marked with them
    const differs = blank
      ? last?.differs === true && at + 1 < tokens.length && !kept.has(at + 1)
      : !kept.has(at);
    if (last && last.differs === differs) last.text += token;
    else parts.push({ text: token, differs });
  });
  return parts;
}

function comparable(token: string): string {
  if (/^\s*$/.test(token)) return "";
  return /^['"`]/.test(token) ? token : token.toLowerCase();
}

/** The places in `a` of a longest common subsequence of both. */
function commonPlaces(a: readonly string[], b: readonly string[]): number[] {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1]! + 1
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const places: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      places.push(i++);
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return places;
}
