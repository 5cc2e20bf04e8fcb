import type { SearchSection } from "../search_sections.ts";

/**
 * The parts that have every word of a query, in any letter case, the nearest first: a word in the
 * heading counts most, then one in the page's title, then how often the text has it (3 times at
 * most). A query of several words counts as a word of its own where it stands as it is written. Parts
 * of equal score keep their order.
 *
 * @param limit How many are given at most.
 */
export function rankSections(
  sections: readonly SearchSection[],
  query: string,
  limit: number,
): SearchSection[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const phrase = words.join(" ");
  const found: { readonly section: SearchSection; readonly score: number }[] = [];
  for (const section of sections) {
    const [, page, heading, text] = section.map((part) => part.toLowerCase());
    const scoreOf = (word: string): number =>
      (heading!.includes(word) ? 8 : 0) + (page!.includes(word) ? 4 : 0) +
      Math.min(text!.split(word).length - 1, 3);
    const scores = words.map(scoreOf);
    if (scores.includes(0)) continue;
    const own = words.length > 1 ? 2 * scoreOf(phrase) : 0;
    found.push({ section, score: scores.reduce((sum, score) => sum + score, own) });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, limit)
    .map(({ section }) => section);
}

/** The words of a query, in small letters. */
export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

/**
 * The text around the words as they were written together, or else around the first that it has, cut
 * at spaces; its beginning if it has none.
 */
export function excerpt(text: string, words: readonly string[], length: number): string {
  const lower = text.toLowerCase();
  const places = [words.join(" "), ...words].map((word) => lower.indexOf(word));
  const first = places.find((place) => place >= 0) ?? 0;
  if (text.length <= length) return text;
  const start = first < length / 2 ? 0 : text.indexOf(" ", first - length / 2) + 1;
  const end = text.lastIndexOf(" ", start + length);
  const shown = text.slice(start, end > start ? end : start + length);
  return (start > 0 ? "… " : "") + shown + (start + shown.length < text.length ? " …" : "");
}
