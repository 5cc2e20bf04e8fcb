/** What the page shows: all of it is in its address, behind "#". */
export interface View {
  readonly tab: "sql" | "choices";
  /** Names of variants. */
  readonly from: string;
  readonly to: string;
  /** The name of a text-to-SQL prompt. */
  readonly prompt: string;
  /** The kind of flip, or "all". */
  readonly kind: string;
  /** Chosen values by the key of their facet; facets without one let all through. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  /** What is searched for. */
  readonly query: string;
  /** The question that is open, or "". */
  readonly id: string;
  /** What predicted statements are marked against. */
  readonly marks: "gold" | "other";
}

/** Facets stand in the address behind this. */
export const FACET = "f.";

/** What else an address may have. */
export const ADDRESS_KEYS = ["tab", "from", "to", "prompt", "kind", "q", "id", "marks"] as const;

/** The view that an address says; what it does not say is as in `start`. */
export function viewOfHash(hash: string, start: View): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  // a map: an address may name any key, also one that every object has
  const filters = new Map<string, string[]>();
  for (const [name, value] of given) {
    if (!name.startsWith(FACET)) continue;
    const key = name.slice(FACET.length);
    filters.set(key, [...filters.get(key) ?? [], value]);
  }
  const tab = given.get("tab");
  return {
    tab: tab === "sql" || tab === "choices" ? tab : start.tab,
    from: given.get("from") ?? start.from,
    to: given.get("to") ?? start.to,
    prompt: given.get("prompt") ?? start.prompt,
    kind: given.get("kind") ?? start.kind,
    filters,
    query: given.get("q") ?? "",
    id: given.get("id") ?? "",
    marks: given.get("marks") === "other" ? "other" : "gold",
  };
}

/** The address of a view, from "#" on. */
export function hashOfView(view: View, prompts: number): string {
  const said = new URLSearchParams({ tab: view.tab, from: view.from, to: view.to });
  if (prompts > 1) said.set("prompt", view.prompt);
  said.set("kind", view.kind);
  for (const [key, values] of view.filters) {
    for (const value of values) said.append(FACET + key, value);
  }
  if (view.query !== "") said.set("q", view.query);
  if (view.id !== "") said.set("id", view.id);
  if (view.marks !== "gold") said.set("marks", view.marks);
  return `#${said}`;
}

/** The view with one value of a facet chosen, or no longer chosen. */
export function withValue(view: View, facet: string, value: string): View {
  const chosen = view.filters.get(facet) ?? [];
  const next = chosen.includes(value)
    ? chosen.filter((other) => other !== value)
    : [...chosen, value];
  const others = [...view.filters].filter(([key]) => key !== facet);
  return { ...view, filters: new Map(next.length === 0 ? others : [...others, [facet, next]]) };
}
