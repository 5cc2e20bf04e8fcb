import type { View } from "./view.ts";

/** The kinds of flips: their place is their code. */
export const KINDS = [
  { name: "repaired", sign: "▲" },
  { name: "broken", sign: "▼" },
  { name: "still wrong", sign: "✕" },
  { name: "still right", sign: "✓" },
] as const;

/** The code of a question that not both variants have an answer to. */
export const NO_KIND = KINDS.length;

/** The kind of a flip by whether each answer is right. */
export function kindOf(rightBefore: boolean, rightAfter: boolean): number {
  if (rightBefore) return rightAfter ? 3 : 1;
  return rightAfter ? 0 : 2;
}

/** What questions are told apart by. */
export interface Facet {
  readonly key: string;
  readonly title: string;
  /** What the values are of, where that needs saying. */
  readonly hint?: string;
  /** Whether the values' names are shown as they are, underscores too. */
  readonly verbatim?: true;
  /** The values' names, by code. */
  readonly names: readonly string[];
  /** What a value means, by code, where that needs saying. */
  readonly rules?: readonly (string | undefined)[];
  /** `[questions]`: the code of each question's value. */
  readonly codes: ArrayLike<number>;
}

/** The questions of one measure with what two variants made of them. */
export interface Source {
  /** The questions' ids. */
  readonly ids: readonly string[];
  /** `[questions]`: kinds, {@linkcode NO_KIND} without two answers. */
  readonly kinds: Uint8Array;
  readonly facets: readonly Facet[];
  /** What a search looks at, in lower case. */
  readonly searched: (at: number) => string;
}

/** What is shown of a source, and how many there are of everything. */
export interface Selection {
  /** The places of the shown questions. */
  readonly shown: readonly number[];
  /** Questions by kind, as if no kind were chosen. */
  readonly kinds: readonly number[];
  /** Questions by value, as if none of the facet's values were chosen. */
  readonly facets: ReadonlyMap<string, readonly number[]>;
  /** Questions that both variants answered. */
  readonly answered: number;
  /** Whether anything but a kind is chosen. */
  readonly narrowed: boolean;
}

/** Why no question is shown, by what was chosen. */
export function nothingText({ kind, filters, query }: View): string {
  const wanted = [
    ...(kind === "all" ? [] : ["is of this kind"]),
    ...(filters.size === 0 ? [] : ["passes the filters"]),
    ...(query.trim() === "" ? [] : ["has what is searched for"]),
  ];
  return wanted.length === 0 ? "There is no question." : `No question ${wanted.join(" and ")}.`;
}

/** The questions that a view lets through, counted in one pass over all of them. */
export function selectItems(source: Source, view: View): Selection {
  const { facets, kinds } = source;
  const wantedKind = KINDS.findIndex(({ name }) => name === view.kind);
  const words = view.query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const wanted = facets.map(({ key, names }) => {
    const chosen = view.filters.get(key);
    return chosen && names.map((name) => chosen.includes(name));
  });
  const codes = facets.map((facet) => facet.codes);
  const shown: number[] = [];
  const kindCounts = KINDS.map(() => 0);
  const counts = facets.map(({ names }) => names.map(() => 0));
  let answered = 0;
  for (let at = 0; at < kinds.length; at++) {
    const kind = kinds[at]!;
    if (kind === NO_KIND) continue;
    answered++;
    // where one thing alone keeps a question out, it counts for the other values of that thing
    let failed = wantedKind >= 0 && kind !== wantedKind ? 1 : 0;
    let failedAt = failed === 1 ? -1 : -2;
    for (let f = 0; f < codes.length && failed < 2; f++) {
      const allowed = wanted[f];
      if (!allowed || allowed[codes[f]![at]!]) continue;
      failed++;
      failedAt = f;
    }
    if (failed > 1) continue;
    if (words.length > 0) {
      const text = source.searched(at);
      if (!words.every((word) => text.includes(word))) continue;
    }
    if (failed === 0) shown.push(at);
    if (failed === 0 || failedAt === -1) kindCounts[kind]!++;
    for (let f = 0; f < codes.length; f++) {
      if (failed === 0 || failedAt === f) counts[f]![codes[f]![at]!]!++;
    }
  }
  return {
    shown,
    kinds: kindCounts,
    facets: new Map(facets.map(({ key }, f) => [key, counts[f]!])),
    answered,
    narrowed: words.length > 0 || wanted.some((chosen) => chosen !== undefined),
  };
}
