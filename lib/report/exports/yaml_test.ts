import assert from "node:assert/strict";
import { yamlText } from "./yaml.ts";

Deno.test("yamlText() quotes every text and escapes what a reader of YAML refuses", () => {
  const text = yamlText({ a: "yes", b: 'x"\n\u0085\u2028\ud800', c: "\u007f: #" });
  assert.equal(text, 'a: "yes"\nb: "x\\"\\n\\u0085\\u2028\ufffd"\nc: "\\u007f: #"\n');
});

Deno.test("yamlText() writes small numbers as numbers, and refuses what is none", () => {
  assert.equal(yamlText({ a: 1e-7, b: -2.5e-9, c: 0.25 }), "a: 1.0e-7\nb: -2.5e-9\nc: 0.25\n");
  assert.throws(() => yamlText({ a: NaN }), RangeError);
});

Deno.test("yamlText() indents mappings in lists, and says which are empty", () => {
  assert.equal(
    yamlText({ list: [{ a: 1, b: [true] }], none: [], nothing: {}, out: undefined }),
    "list:\n  - a: 1\n    b:\n      - true\nnone: []\nnothing: {}\n",
  );
});
