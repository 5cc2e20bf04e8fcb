import assert from "node:assert/strict";
import { fenced, markdownRows, plainLine } from "./markdown.ts";
import { hashOfView, type View, viewOfHash, withValue } from "./view.ts";

const START: View = {
  tab: "sql",
  from: "base",
  to: "tuned",
  prompt: "3-shot",
  kind: "broken",
  filters: new Map(),
  query: "",
  id: "",
  marks: "gold",
};

Deno.test("viewOfHash() gives back every view that hashOfView() wrote", () => {
  const view: View = {
    tab: "choices",
    from: "a&b=c",
    to: "ü #%",
    prompt: "0-shot",
    kind: "still wrong",
    filters: new Map([["class", ["join", "order_limit"]], ["database", ["x y"]]]),
    query: "'; DROP",
    id: "dev-7",
    marks: "other",
  };
  assert.deepEqual(viewOfHash(hashOfView(view, 2), START), view);
  assert.deepEqual(viewOfHash(hashOfView(view, 1), START), { ...view, prompt: "3-shot" });
  assert.deepEqual(viewOfHash("", START), START);
  assert.equal(viewOfHash("#tab=other", START).tab, "sql");
});

Deno.test("viewOfHash() takes names that every object has as it takes others", () => {
  for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    const { filters } = viewOfHash(`#f.${key}=x&f.${key}=y`, START);
    assert.deepEqual(filters, new Map([[key, ["x", "y"]]]));
    assert.deepEqual(withValue(withValue(START, key, "x"), key, "x").filters, new Map());
  }
});

Deno.test("withValue() chooses a value, and takes it back", () => {
  const one = withValue(START, "class", "join");
  const two = withValue(one, "class", "value");
  assert.deepEqual(two.filters, new Map([["class", ["join", "value"]]]));
  assert.deepEqual(withValue(withValue(two, "class", "join"), "class", "value").filters, new Map());
});

Deno.test("fenced() and markdownRows() let no text out of its place", () => {
  assert.equal(fenced("a\n```\nb", "sql"), "````sql\na\n```\nb\n````");
  assert.equal(plainLine("a | <b>\n*c*"), "a \\| \\<b\\> \\*c\\*");
  assert.equal(markdownRows([["x|"], ["1"]]), "| x\\| |\n| --- |\n| 1 |");
});
