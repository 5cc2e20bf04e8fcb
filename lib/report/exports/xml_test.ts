import assert from "node:assert/strict";
import { JSDOM } from "jsdom";
import { xmlDocument } from "./xml.ts";

Deno.test("xmlDocument() gives back any text to a reader of XML, what has no character as its number", () => {
  const text = "<a b='c'>&amp;]]>\t\r\n\"quoted\" \u00e9 \u{1f600}";
  const document = xmlDocument({
    name: "root",
    attributes: { given: text, left: undefined, n: 3 },
    content: [{ name: "leaf", content: `${text}\u0000\u001b\ud800\uffff` }],
  });
  const { documentElement: root } =
    new JSDOM(document, { contentType: "application/xml" }).window.document;
  assert.equal(root.getAttribute("given"), text);
  assert.equal(root.getAttribute("n"), "3");
  assert.ok(!root.hasAttribute("left"));
  assert.equal(root.textContent!.trim(), `${text}\\u0000\\u001b\\ud800\\uffff`);
});
