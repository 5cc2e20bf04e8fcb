/// <reference lib="dom" />
import { breakable, button, countText, el, nameText, refill } from "./dom.ts";
import type { Facet, Selection } from "./select.ts";
import type { View } from "./view.ts";

/** So many values of a facet are shown until more are asked for. */
const FEW = 7;

/** Facets that are shown whole. */
const EXPANDED = new Set<string>();

/** Shows the facets, each with its most frequent values and how many questions each would leave. */
export function drawFacets(
  host: HTMLElement,
  facets: readonly Facet[],
  { view, selection, onValue, redraw }: {
    readonly view: View;
    readonly selection: Selection;
    readonly onValue: (facet: string, value: string) => void;
    readonly redraw: () => void;
  },
): void {
  const focused = document.activeElement?.id;
  refill(
    host,
    ...facets.flatMap((facet) => {
      const chosen = view.filters.get(facet.key) ?? [];
      const counts = selection.facets.get(facet.key)!;
      const values = facet.names
        .map((name, code) => ({
          name,
          shown: facet.verbatim ? name : nameText(name),
          rule: facet.rules?.[code],
          count: counts[code]!,
          chosen: chosen.includes(name),
        }))
        .filter(({ count, chosen }) => count > 0 || chosen)
        .sort((a, b) => b.count - a.count);
      // one value tells nothing apart
      if (facet.names.length < 2 || values.length === 0) return [];
      const all = EXPANDED.has(facet.key) || values.length <= FEW + 1;
      const most = Math.max(...values.map(({ count }) => count));
      const shown = values.filter(({ chosen }, at) => all || at < FEW || chosen);
      return [el(
        "section",
        { class: "facet", "aria-labelledby": `facet-${facet.key}` },
        el("h2", { id: `facet-${facet.key}` }, facet.title),
        facet.hint !== undefined && el("p", { class: "quiet" }, facet.hint),
        el(
          "ul",
          {},
          ...shown.map((value) =>
            el("li", {}, valueButton(facet.key, value, most, () => onValue(facet.key, value.name)))
          ),
        ),
        !all && button(
          { class: "more", id: `more-${facet.key}` },
          () => {
            EXPANDED.add(facet.key);
            redraw();
          },
          `all ${countText(values.length)}`,
        ),
      )];
    }),
  );
  // what was drawn anew keeps the focus
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function valueButton(
  facet: string,
  { name, shown, rule, count, chosen }: {
    readonly name: string;
    readonly shown: string;
    readonly rule: string | undefined;
    readonly count: number;
    readonly chosen: boolean;
  },
  most: number,
  onClick: () => void,
): HTMLButtonElement {
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${most === 0 ? 0 : 100 * count / most}%`;
  return button(
    {
      class: "value",
      id: `value-${facet}-${name}`,
      "aria-pressed": String(chosen),
      "data-facet": facet,
      "data-value": name,
      title: rule,
    },
    onClick,
    el("span", { class: "name" }, ...breakable(shown)),
    el("span", { class: "count" }, countText(count)),
    bar,
  );
}
