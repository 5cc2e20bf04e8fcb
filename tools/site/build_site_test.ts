import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { REPOSITORY_ROOT } from "../../lib/ground/mod.ts";
import { buildSite } from "./build_site.ts";
import type { SiteRoots } from "./collect_files.ts";
import { main } from "../site.ts";
import { smallRepository } from "./testing/small_repository.ts";
import { writeSite } from "./write_site.ts";

const ROOTS: SiteRoots = { files: ["README.md"], folders: ["docs"] };

Deno.test("buildSite() finds no fault in the project's own documents", () => {
  assert.deepEqual(buildSite(REPOSITORY_ROOT).faults, []);
});

Deno.test("buildSite() writes no address that leads to no file or anchor of the site", () => {
  const { texts, copies } = buildSite(REPOSITORY_ROOT);
  const files = new Set([...texts.keys(), ...copies]);
  const idsOf = (file: string): Set<string> =>
    new Set([...texts.get(file)!.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!));
  const ids = new Map(
    [...texts.keys()].filter((file) => file.endsWith(".html"))
      .map((file) => [file, idsOf(file)]),
  );
  let checked = 0;
  for (const [file, text] of texts) {
    if (!file.endsWith(".html")) continue;
    for (const [, address] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^(?:https?|mailto|data):/.test(address!)) continue;
      const [place, anchor] = decodeURIComponent(address!).split("#");
      const path = place === "" ? file : posix.join(posix.dirname(file), place!);
      assert.ok(files.has(path), `${file} leads to ${address}`);
      if (anchor) assert.ok(ids.get(path)?.has(anchor), `${file} leads to ${address}`);
      checked++;
    }
  }
  assert.ok(checked > 1_000, `${checked} addresses`);
});

Deno.test("buildSite() has every document, and the files that they link to", () => {
  const { texts, copies } = buildSite(REPOSITORY_ROOT);
  for (const { name } of Deno.readDirSync(`${REPOSITORY_ROOT}/docs`)) {
    if (name.endsWith(".md")) assert.ok(texts.has(`docs/${name.replace(/md$/, "html")}`), name);
  }
  for (const page of ["index.html", "CONTRIBUTING.html", "CHANGELOG.html"]) {
    assert.ok(texts.has(page), page);
  }
  assert.ok(copies.includes("results/recorded/sample/browse.html"));
  assert.ok(copies.some((path) => path.endsWith(".svg")));
});

Deno.test("buildSite() says which page is not in English", () => {
  const { texts } = buildSite(REPOSITORY_ROOT);
  const marked = [...texts].filter(([, text]) => text.includes('<article lang="pt-BR">'));
  assert.deepEqual(marked.map(([address]) => address), ["docs/em_portugues.html"]);
});

Deno.test("buildSite() has a source for each letter that docs/others.md cites", () => {
  const page = buildSite(REPOSITORY_ROOT).texts.get("docs/others.html")!;
  const lettersOf = (part: string, pattern: RegExp): string[] =>
    [...new Set([...part.matchAll(pattern)].map(([, letter]) => letter!))].sort();
  const [cited, sources] = page.split('id="sources"') as [string, string];
  const letters = lettersOf(cited, /\[([a-z])\]/g);
  assert.ok(letters.length > 20, `${letters.length} letters`);
  // "[x]" in front of an item would be a ticked box
  assert.deepEqual(lettersOf(sources, /<li>(?:<p>)?\[([a-z])\]/g), letters);
});

Deno.test("buildSite() takes no command of the documents for what a program prints", () => {
  const { texts } = buildSite(REPOSITORY_ROOT);
  const command =
    /<div class="code output"><pre[^>]*><code>((?:deno|npx|export|ln|\.venv\/)[^\n]*)/g;
  const found = [...texts].flatMap(([address, text]) =>
    [...text.matchAll(command)].map(([, line]) => `${address}: ${line}`)
  );
  assert.deepEqual(found, []);
});

Deno.test("buildSite() gives the same bytes for the same files", () => {
  assert.deepEqual(buildSite(REPOSITORY_ROOT), buildSite(REPOSITORY_ROOT));
});

Deno.test("buildSite() names each wrong link with its file and line", () => {
  using repository = smallRepository({
    "README.md": "# T\n\n[a](docs/a.md#one) [b](docs/gone.md)\n[c](docs/a.md#ome) [d](docs)\n",
    "docs/a.md":
      "# A\n\n## One\n\n[up](../../x.md) [bin](b.parquet) <br>\n\n![w](https://x.org/a.png)\n" +
      "[root](/README.md) [f](file:///etc/passwd) [%](%zz.md) [own](#two) [%%](a.md#%zz)\n![doc](a.md)\n",
    "docs/b.parquet": "",
  });
  const { faults } = buildSite(repository.root, { ...ROOTS, files: ["README.md", "GONE.md"] });
  assert.deepEqual(
    faults,
    [
      'README.md:3: "docs/gone.md" leads to no file',
      'README.md:4: "docs" leads to a folder without a README.md',
      'README.md:4: "docs/a.md#ome" leads to no heading of docs/a.md: is it "#one"?',
      'docs/a.md:9: "a.md" is no PNG or SVG file of the project',
      'docs/a.md:5: "../../x.md" leaves the project',
      'docs/a.md:5: "b.parquet" leads to a kind of file that no page can show',
      'docs/a.md:7: "https://x.org/a.png" is no PNG or SVG file of the project',
      'docs/a.md:8: "#two" leads to no heading of docs/a.md',
      'docs/a.md:8: "%zz.md" has a broken %',
      'docs/a.md:8: "a.md#%zz" has a broken %',
      'docs/a.md:8: "/README.md" does not begin at its page',
      'docs/a.md:8: "file:///etc/passwd" is neither a file nor an address of the web',
      "docs/a.md: HTML is not shown: <br>",
      'the site begins with "GONE.md", which is no file',
    ].sort(),
  );
});

Deno.test("buildSite() follows links to pages, folders and sources outside of docs", () => {
  using repository = smallRepository({
    "README.md": "# T\n\n[folder](data/) [code](lib/a.ts) [self](#t)\n",
    "data/README.md": "# Data\n\n[back](../README.md#t) [docs](../docs/a.md)\n",
    "docs/a.md": "No title here.\n\n### One\n\n#### Two\n",
    "lib/a.ts": "const a = 1 < 2;\n",
  });
  const { texts, faults } = buildSite(repository.root, ROOTS);
  assert.deepEqual(faults, []);
  const front = texts.get("index.html")!;
  assert.match(front, /<a href="data\/README\.html">folder<\/a> <a href="lib\/a\.ts\.html">code/);
  assert.match(front, /<a href="#t">self/);
  assert.match(texts.get("data/README.html")!, /<a href="\.\.\/index\.html#t">back/);
  assert.match(texts.get("lib/a.ts.html")!, /const a = 1 &#60; 2;/);
  assert.match(texts.get("docs/a.html")!, /<h1 class="file">docs\/a\.md<\/h1>/);
  assert.match(texts.get("docs/a.html")!, /<h2 id="one">[\s\S]*<h3 id="two">/);
});

Deno.test("buildSite() describes a figure by its own title, and any other picture by its text", () => {
  using repository = smallRepository({
    "README.md": "# T\n\n![typed](docs/a.svg) ![other](docs/b.svg)\n",
    "docs/a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>a &lt; b: a loss</title></svg>',
    "docs/b.svg": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
  });
  const { texts, faults } = buildSite(repository.root, ROOTS);
  assert.deepEqual(faults, []);
  const alts = [...texts.get("index.html")!.matchAll(/ alt="([^"]*)"/g)].map(([, alt]) => alt);
  assert.deepEqual(alts, ["a &#60; b: a loss", "other"]);
});

Deno.test("buildSite() shuts long tables of a study's report alone, and marks what is recommended", () => {
  const rows = Array.from({ length: 13 }, (_, i) => `| v${i} | ${i === 3 ? "recommended" : ""} |`);
  const table = `| model | recommended |\n| --- | --- |\n${rows.join("\n")}\n`;
  const short = `| model | n |\n| --- | --- |\n| v3 (recommended) | 1 |\n`;
  const words = "| word | what it means |\n| --- | --- |\n| recommended | it passed |\n";
  using repository = smallRepository({
    "README.md": `# T\n\n[s](results/s/summary.md)\n\n${table}`,
    "results/s/summary.md": `## S\n\n${table}\n${short}\n${words}`,
  });
  const { texts } = buildSite(repository.root, { ...ROOTS, folders: [] });
  const summary = texts.get("results/s/summary.html")!;
  assert.equal(summary.match(/<details class="folded"><summary>Table of 13 rows</g)?.length, 1);
  assert.deepEqual(
    [...summary.matchAll(/<tr class="recommended"><td[^>]*>([^<]*)/g)].map(([, cell]) => cell),
    ["v3", "v3 (recommended)"],
  );
  assert.ok(!texts.get("index.html")!.includes('class="folded"'));
});

Deno.test("writeSite() takes away what it wrote before and has no more, and nothing else", () => {
  using repository = smallRepository({
    "README.md": "# T\n\n[a](docs/a.md)\n",
    "docs/a.md": "# A\n",
  });
  using place = smallRepository({});
  const { root } = repository;
  writeSite(buildSite(root, ROOTS), place.root, root);
  assert.ok(existsSync(`${place.root}/docs/a.html`));
  Deno.writeTextFileSync(`${place.root}/mine.txt`, "kept");
  Deno.removeSync(`${root}/docs/a.md`);
  Deno.writeTextFileSync(`${root}/README.md`, "# T\n");
  writeSite(buildSite(root, ROOTS), place.root, root);
  assert.ok(!existsSync(`${place.root}/docs/a.html`));
  assert.equal(Deno.readTextFileSync(`${place.root}/mine.txt`), "kept");
});

Deno.test("writeSite() refuses a folder that has files of something else", () => {
  using place = smallRepository({ "mine.txt": "kept" });
  const site = { texts: new Map([["mine.txt", "lost"]]), copies: [], faults: [] };
  assert.throws(() => writeSite(site, place.root, place.root), {
    name: "UsageError",
    message: /it has files that are of no site: name an empty folder/,
  });
  assert.equal(Deno.readTextFileSync(`${place.root}/mine.txt`), "kept");
});

Deno.test("deno task site ends with 2 for a wrong flag or folder, and checks without writing", () => {
  using place = smallRepository({ "mine.txt": "" });
  assert.equal(main(["--outt", "x"]), 2);
  assert.equal(main(["--out", place.root]), 2);
  assert.equal(main(["--check", "--out", `${place.root}/new`]), 0);
  assert.ok(!existsSync(`${place.root}/new`));
});

Deno.test("what is written below results is no source: no check, test or lint reads it", async () => {
  const folder = `${REPOSITORY_ROOT}/results/scratch/exclusion-${Deno.pid}`;
  Deno.mkdirSync(folder, { recursive: true });
  try {
    Deno.writeTextFileSync(`${folder}/site.js`, "/** ```ts\n * nowhere();\n * ``` */\nvar a;\n");
    for (const args of [["lint", folder], ["test", "--doc", "--no-lock", folder]]) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: REPOSITORY_ROOT,
        env: { NO_COLOR: "1" },
      }).output();
      assert.match(new TextDecoder().decode(stderr), /No (?:target files|test modules) found/);
      assert.equal(code, 1);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
