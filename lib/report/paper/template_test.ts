import assert from "node:assert/strict";
import { renderTemplate, TemplateError, type TemplateValues } from "./template.ts";
import { literalText } from "./template_tokens.ts";

const FORMATS = { count: String };

function render(template: string, values: TemplateValues): string {
  return renderTemplate(template, { file: "t.typ", values, formats: FORMATS }).plain;
}

Deno.test("renderTemplate() fills texts, numbers by their format, and markup as it is", () => {
  const { typst, plain } = renderTemplate("{{a.b}} {{n|count}} {{m}}", {
    file: "t.typ",
    values: { a: { b: 'x "y" #z' }, n: 3, m: { typst: "#strong[w]", plain: "w" } },
    formats: FORMATS,
  });
  assert.equal(typst, '#"x \\"y\\" #z"; #"3"; #strong[w]');
  assert.equal(plain, 'x "y" #z 3 w');
});

Deno.test("renderTemplate() takes one part of a condition, nested ones as well", () => {
  const template = "{{#if a}}A{{#if b = x}}X{{else}}Y{{/if}}{{else}}B{{/if}}";
  assert.equal(render(template, { a: true, b: "x" }), "AX");
  assert.equal(render(template, { a: 1, b: "z" }), "AY");
  assert.equal(render(template, { a: 1, b: null }), "AY");
  for (const a of [false, 0, null, "", []]) assert.equal(render(template, { a, b: "x" }), "B");
});

Deno.test("renderTemplate() goes through a list, and tells an entry's place", () => {
  assert.equal(
    render(
      "{{#each list as v}}{{v.index|count}}{{v.name}}{{#if v.last}}.{{else}}, {{/if}}{{/each}}",
      {
        list: [{ name: "a" }, { name: "b" }],
      },
    ),
    "1a, 2b.",
  );
  assert.equal(
    render("{{#each list as v}}{{v}}{{/each}}{{v}}", { list: ["a", "b"], v: "c" }),
    "abc",
  );
});

Deno.test("renderTemplate() refuses a key that is not there by name and line, in conditions too", () => {
  for (const tag of ["{{a.c}}", "{{#if a.c}}{{/if}}", "{{#each a.c as v}}{{/each}}", "{{a.b.c}}"]) {
    assert.throws(
      () => render(`one\ntwo ${tag}`, { a: { b: "x" } }),
      (error: Error) =>
        error instanceof TemplateError &&
        /^Cannot write t\.typ, line 2: there is no value "a\.(?:b\.)?c" \("c" is missing\)$/
          .test(error.message),
      tag,
    );
  }
  assert.throws(() => render("{{constructor}}", {}), /there is no value "constructor"/);
});

Deno.test("renderTemplate() refuses numbers without a format, and formats of what is none", () => {
  assert.throws(() => render("{{n}}", { n: 3 }), /the number "n" wants a format: count/);
  assert.throws(() => render("{{n|percent}}", { n: 3 }), /wants a format/);
  assert.throws(() => render("{{t|count}}", { t: "3" }), /has a format and is no number/);
  assert.throws(() => render("{{t}}", { t: true }), /neither a text nor a number/);
  assert.throws(() => render("{{#each t as v}}{{/each}}", { t: "x" }), /"t" is no list/);
  assert.throws(() => render("{{#if t = x}}{{/if}}", { t: 3 }), /compared with a word/);
});

Deno.test("renderTemplate() gives a number the form of its word, by the language's own rule", () => {
  const template = "{{n|count wrong row/wrong rows}} {{n|form é/são}}";
  const of = (n: number, isOne?: (value: number) => boolean): string =>
    renderTemplate(template, {
      file: "t.typ",
      values: { n },
      formats: FORMATS,
      ...(isOne ? { isOne } : {}),
    }).plain;
  assert.deepEqual([0, 1, 2].map((n) => of(n)), [
    "0 wrong rows são",
    "1 wrong row é",
    "2 wrong rows são",
  ]);
  assert.equal(of(0, (value) => value < 2), "0 wrong row é");
  for (
    const tag of ["{{n|form}}", "{{n|form é}}", "{{n|count a/b/c}}", "{{n|count 3 rows/rows}}"]
  ) {
    assert.throws(() => render(tag, { n: 1 }), TemplateError, tag);
  }
  assert.throws(() => render("{{t|form is/are}}", { t: "x" }), /has a format and is no number/);
});

Deno.test("renderTemplate() refuses tags that are none, and parts without an end", () => {
  for (
    const tag of [
      "{{a b}}",
      "{{/if}}",
      "{{else}}",
      "{{#if a}}{{/each}}",
      "{{#unless a}}",
      "{{#if a}}{{else}}{{else}}{{/if}}",
    ]
  ) {
    assert.throws(() => render(tag, { a: "x" }), /is no tag that is known here/, tag);
  }
  assert.throws(
    () => render("{{#if a}}\n{{#if a}}{{/if}}", { a: "x" }),
    /line 1: "#if a" has no end/,
  );
});

Deno.test("literalText() has what is outside of tags, with its lines", () => {
  assert.deepEqual(literalText("a {{b 1\n|count}} c\nd{{e}}"), [
    { text: "a ", line: 1 },
    { text: " c", line: 2 },
    { text: "d", line: 3 },
  ]);
});
