import assert from "node:assert/strict";
import { UsageError } from "../ground/mod.ts";
import { parseQuestions } from "./parse_questions.ts";

function parse(text: string): ReturnType<typeof parseQuestions> {
  return parseQuestions(new TextEncoder().encode(text), "test/x_test.csv");
}

function failsWith(text: string | Uint8Array, ...parts: readonly string[]): void {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  assert.throws(() => parseQuestions(bytes, "test/x_test.csv"), (error: Error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

Deno.test("parseQuestions() keeps commas, quotes, line breaks, spaces and unicode", () => {
  const [row] = parse('"A ""quoted"" word,\nand a line?"," é , x",2π,日本,😀,D\r\n');
  assert.equal(row?.question, 'A "quoted" word,\nand a line?');
  assert.deepEqual(row?.choices, [" é , x", "2π", "日本", "😀"]);
  assert.equal(row?.answer, 3);
});

Deno.test("parseQuestions() passes over a header, a byte order mark and empty lines", () => {
  const rows = parse("\uFEFFquestion,A,B,C,D,answer\n\nOne?,a,b,c,d,A\n\n");
  assert.deepEqual(rows.map(({ question }) => question), ["One?"]);
});

Deno.test("parseQuestions() refuses a malformed row, naming file and line", () => {
  const good = '"One,\ntwo?",a,b,c,d,A\n';
  failsWith(`${good}Two?,a,b,c,A\n`, "test/x_test.csv line 3", "this one has 5 cells");
  failsWith(`${good}${good}Two?,a,b,c,d,E\n`, "line 5", 'must be A, B, C or D: "E"');
  failsWith(`${good}Two?,a,,c,d,A\n`, "line 3", "a cell is empty");
  failsWith(`${good}Two? "a,a,b,c,d,A\n`, "line 3", "not valid CSV");
  failsWith(`${good}"Two?,a,b,c,d,A`, "not valid CSV");
  failsWith(new Uint8Array([0x41, 0xff, 0x2c]), "its bytes are not valid UTF-8");
  failsWith("", "has no question");
  failsWith("Q\x1b]0;x\x07?,a,,c,d,A\n", "Q\\u001b]0;x\\u0007?,a,,c,d,A");
  failsWith("Q?,a,b,c,d,\u202eA\n", 'B, C or D: "\\u202eA"');
  failsWith("Q\0?,a,b,c,d,A\n", "it holds NUL characters");
});
