import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { OWN_KIND, parsePassages } from "./parse_passages.ts";

function parse(text: string): ReturnType<typeof parsePassages> {
  return parsePassages(new TextEncoder().encode(text), "mine.jsonl");
}

function refuses(text: string, ...parts: readonly string[]): void {
  assert.throws(() => parse(text), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

Deno.test("parsePassages() keeps the text exactly, and passes over empty lines", () => {
  const text = ' "Olá",\r\n\tdisse ela: 😀  ';
  const passages = parse(`\n${JSON.stringify({ id: "a", text })}\r\n  \n{"text":"x"}`);
  assert.equal(passages[0]?.text, text);
  assert.equal(passages.length, 2);
});

Deno.test("parsePassages() gives a passage without names those of its place", () => {
  assert.deepEqual(parse('{"text":"One."}\n\n{"text":"Two.","topic":"sea"}\n'), [
    { id: "mine-1", kind: OWN_KIND, topic: "mine-1", text: "One." },
    { id: "mine-3", kind: OWN_KIND, topic: "sea", text: "Two." },
  ]);
  assert.equal(parse('{"id":"x","text":"One."}')[0]?.topic, "x");
});

Deno.test("parsePassages() refuses unknown keys, by name", () => {
  refuses(
    '{"text":"One.","meta":{}}',
    'mine.jsonl, line 1: unknown key "meta"',
    "allowed are id, kind",
  );
  refuses('{"text":"One."}\n{"Text":"Two."}', 'line 2: unknown key "Text"', 'did you mean "text"?');
  refuses('{"text":"One.","topics":"x"}', 'did you mean "topic"?');
  refuses('{"text":"One.","__proto__":"x"}', 'unknown key "__proto__"');
});

Deno.test("parsePassages() refuses a text that is missing, empty or no text", () => {
  refuses('{"id":"a"}', 'line 1: "text" must be a text: it is missing');
  refuses('{"text":["One."]}', '"text" must be a text: current value is ["One."]');
  refuses('{"text":"x"}\n{"text":" \\n"}', 'line 2: "text" must be a text that is not empty');
  refuses('{"text":""}', 'line 1: "text" must be a text that is not empty');
  refuses('{"text":"a\\u0000b"}', "NUL character");
  refuses('{"text":"a\\ud800b"}', "lone surrogate");
});

Deno.test("parsePassages() refuses names that are not one line of text", () => {
  refuses(
    '{"text":"One.","id":7}',
    'line 1: "id" must be one line of text, not empty: current value is 7',
  );
  refuses('{"text":"One.","topic":" "}', '"topic" must be one line of text');
  refuses('{"text":"One.","kind":"a\\nb"}', '"kind" must be one line of text');
  refuses('{"text":"One.","language":null}', '"language" must be one line of text');
});

Deno.test("parsePassages() refuses lines that are not JSON objects, with their number", () => {
  refuses('{"text":"One."}\n\n{"text":', "mine.jsonl, line 3: it is not valid JSON");
  refuses('["One."]', "line 1: the whole must be an object");
  refuses('"One."', "line 1: the whole must be an object");
  refuses("null", "line 1: the whole must be an object");
  refuses("", "mine.jsonl has no passage");
});
