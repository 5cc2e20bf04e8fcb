import assert from "node:assert/strict";
import fc from "fast-check";
import {
  kindOf,
  KINDS,
  NO_KIND,
  nothingText,
  type Selection,
  selectItems,
  type Source,
} from "./select.ts";
import type { View } from "./view.ts";

const VIEW: View = {
  tab: "sql",
  from: "a",
  to: "b",
  prompt: "",
  kind: "all",
  filters: new Map(),
  query: "",
  id: "",
  marks: "gold",
};

Deno.test("kindOf() names what became of a question", () => {
  const names = [[false, true], [true, false], [false, false], [true, true]]
    .map(([before, after]) => KINDS[kindOf(before!, after!)]!.name);
  assert.deepEqual(names, ["repaired", "broken", "still wrong", "still right"]);
});

Deno.test("nothingText() names filters and a search only where there are some", () => {
  const filters = new Map([["db", ["farm"]]]);
  assert.deepEqual(
    [
      VIEW,
      { ...VIEW, kind: "broken" },
      { ...VIEW, kind: "broken", filters },
      { ...VIEW, filters, query: "cow" },
    ].map(nothingText),
    [
      "There is no question.",
      "No question is of this kind.",
      "No question is of this kind and passes the filters.",
      "No question passes the filters and has what is searched for.",
    ],
  );
});

/** The same by looking at every question once for each number. */
function slowly(source: Source, view: View): Selection {
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean);
  const passes = (at: number, without: string): boolean =>
    source.kinds[at] !== NO_KIND &&
    (without === "kind" || view.kind === "all" || KINDS[source.kinds[at]!]!.name === view.kind) &&
    source.facets.every(({ key, names, codes }) =>
      key === without || (view.filters.get(key)?.includes(names[codes[at]!]!) ?? true)
    ) && words.every((word) => source.searched(at).includes(word));
  const all = source.ids.map((_, at) => at);
  return {
    shown: all.filter((at) => passes(at, "")),
    kinds: KINDS.map((_, kind) =>
      all.filter((at) => source.kinds[at] === kind && passes(at, "kind")).length
    ),
    facets: new Map(source.facets.map(({ key, names, codes }) => [
      key,
      names.map((_, code) => all.filter((at) => codes[at] === code && passes(at, key)).length),
    ])),
    answered: all.filter((at) => source.kinds[at] !== NO_KIND).length,
    narrowed: words.length > 0 || view.filters.size > 0,
  };
}

Deno.test("selectItems() counts as a slow twin does, each value as if its own facet were open", () => {
  const names = ["x", "y", "z"];
  const item = fc.record({
    kind: fc.integer({ min: 0, max: NO_KIND }),
    one: fc.integer({ min: 0, max: 2 }),
    two: fc.integer({ min: 0, max: 2 }),
    text: fc.constantFrom("cow", "cow song", "song"),
  });
  const chosen = fc.option(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), {
    nil: undefined,
  });
  const wanted = fc.record({
    kind: fc.constantFrom("all", ...KINDS.map(({ name }) => name)),
    one: chosen,
    two: chosen,
    query: fc.constantFrom("", "COW", "song cow", "none"),
  });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 30 }), wanted, (items, { one, two, ...rest }) => {
      const source: Source = {
        ids: items.map((_, at) => String(at)),
        kinds: Uint8Array.from(items, ({ kind }) => kind),
        facets: [
          { key: "one", title: "", names, codes: items.map((item) => item.one) },
          { key: "two", title: "", names, codes: items.map((item) => item.two) },
        ],
        searched: (at) => items[at]!.text,
      };
      const filters = new Map(
        Object.entries({ ...(one && { one }), ...(two && { two }) }),
      );
      const view = { ...VIEW, ...rest, filters };
      assert.deepEqual(selectItems(source, view), slowly(source, view));
    }),
  );
});
