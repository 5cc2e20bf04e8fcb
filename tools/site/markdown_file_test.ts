import assert from "node:assert/strict";
import { anchorOf, markdownFile } from "./markdown_file.ts";
import { pageBody } from "./page_body.ts";
import { searchSections } from "./search_sections.ts";

/** Headings, and the anchors that GitHub's rule gives them. */
const ANCHORS: readonly (readonly [string, string])[] = [
  ["Getting Started", "getting-started"],
  ["What's new in 2.0?", "whats-new-in-20"],
  ["`deno task ok`", "deno-task-ok"],
  ["4. Keep it as a study", "4-keep-it-as-a-study"],
  ["A & B", "a--b"],
  ["training.recipes[].earlyStopping", "trainingrecipesearlystopping"],
  ["snake_case and kebab-case", "snake_case-and-kebab-case"],
  ["Größe – naïve 日本", "größe--naïve-日本"],
];

Deno.test("markdownFile() gives headings the anchors that GitHub gives them", () => {
  for (const [heading, anchor] of ANCHORS) {
    const { headings } = markdownFile("a.md", `# T\n\n## ${heading}\n`);
    assert.equal(headings[1]!.anchor, anchor, heading);
  }
  assert.equal(anchorOf("UPPER Case"), "upper-case");
});

Deno.test("markdownFile() numbers headings of one name from the second on", () => {
  const { headings } = markdownFile("a.md", "# Added\n\n## Fixed\n\n## Added\n\n### *Added*\n");
  assert.deepEqual(headings.map(({ anchor }) => anchor), ["added", "fixed", "added-1", "added-2"]);
});

Deno.test("markdownFile() finds links with their lines, and HTML that is no comment", () => {
  const text =
    "# T\n\n<!-- kept -->\n\nsee [a](b.md#c) and\n![p](d.svg), <b>bold</b>\n\n    [no](e.md)\n";
  const { title, links, html } = markdownFile("a.md", text);
  assert.equal(title, "T");
  assert.deepEqual(links, [
    { href: "b.md#c", image: false, line: 5 },
    { href: "d.svg", image: true, line: 6 },
  ]);
  assert.deepEqual(html, ["<b>", "</b>"]);
});

Deno.test("pageBody() passes no HTML on, and has what was written as text", () => {
  const page = markdownFile(
    "a.md",
    '# T <i>\n\n<script>alert(1)</script>\n\n`<b>` and "q" [x](y.md)\n\n```html\n<img src=x>\n```\n',
  );
  const body = pageBody(page, (href) => `${href}"><u>`);
  assert.doesNotMatch(body, /<(?:i|script|b|img|u)\b/);
  assert.match(body, /&lt;b&gt;|&#60;b&#62;/);
  assert.match(body, /&#60;img src=x&#62;/);
});

Deno.test("pageBody() makes no address of a variant's name, and links that are written", () => {
  const page = markdownFile("a.md", "# T\n\nqv-lr2e-3@0.5 and https://example.org/a\n");
  const body = pageBody(page, (href) => href);
  assert.match(
    body,
    /<p><span class="whole">qv-lr2e-3@0\.5<\/span> and <a href="https:\/\/example\.org\/a">/,
  );
});

Deno.test("pageBody() says which columns of a table may be broken", () => {
  const long = "a description that takes more than sixty characters, whatever it says";
  const page = markdownFile("a.md", `| k | n | what |\n| - | -: | - |\n| a | 1 | ${long} |\n`);
  const body = pageBody(page, (href) => href);
  assert.match(body, /<td class="short">a<\/td><td class="short right">1<\/td><td class="long">/);
});

Deno.test("searchSections() has a page from heading to heading, without marks", () => {
  const text =
    "# T\n\nFirst `code` & *more*.\n\n## B\n\n- [link](x.md)\n\n| a |\n| - |\n| cell |\n";
  assert.deepEqual(searchSections(markdownFile("docs/a.md", text)), [
    ["docs/a.html", "T", "T", "First code & more."],
    ["docs/a.html#b", "T", "B", "link a cell"],
  ]);
  const twice = searchSections(markdownFile("docs/a.md", "# T\n\n- ## B\n\n## B\n\ntext\n"));
  assert.deepEqual(twice[1], ["docs/a.html#b-1", "T", "B", "text"]);
  const [only] = searchSections(markdownFile("results/a.md", "# T\n\ntext\n"));
  assert.deepEqual(only, ["results/a.html", "T", "T", ""]);
});
