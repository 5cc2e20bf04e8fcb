import assert from "node:assert/strict";
import { compareCodePoints, pythonSortText } from "./python_text.ts";

// Right-hand sides: Python 3.11, `str(x) + str(type(x))`.
const FLOATS: readonly (readonly [number, string])[] = [
  [1, "1.0"],
  [-0, "-0.0"],
  [0.1, "0.1"],
  [-2.5, "-2.5"],
  [100, "100.0"],
  [123456.789, "123456.789"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [1.5e16, "1.5e+16"],
  [1e22, "1e+22"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [0.000012345, "1.2345e-05"],
  [5e-324, "5e-324"],
  [1e100, "1e+100"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
];

Deno.test("pythonSortText() writes floats as Python does", () => {
  for (const [value, text] of FLOATS) assert.equal(pythonSortText(value), `${text}<class 'float'>`);
});

Deno.test("pythonSortText() writes the other types as Python does", () => {
  assert.equal(pythonSortText(null), "None<class 'NoneType'>");
  assert.equal(pythonSortText(-5n), "-5<class 'int'>");
  assert.equal(pythonSortText("it's"), "it's<class 'str'>");
  const bytes = new Uint8Array([0x00, 0x09, 0x0a, 0x0d, 0x41, 0x5c, 0x7f, 0xff]);
  assert.equal(pythonSortText(bytes), String.raw`b'\x00\t\n\rA\\\x7f\xff'<class 'bytes'>`);
  assert.equal(pythonSortText(new TextEncoder().encode("'")), `b"'"<class 'bytes'>`);
  assert.equal(pythonSortText(new TextEncoder().encode(`'"`)), `b'\\'"'<class 'bytes'>`);
});

Deno.test("compareCodePoints() puts an emoji after every character of the first plane", () => {
  assert.ok(compareCodePoints("\uffee", "\u{1f600}") < 0);
  assert.ok("\uffee" > "\u{1f600}", "JavaScript's own order is the other one");
  assert.ok(compareCodePoints("a", "ab") < 0);
  assert.equal(compareCodePoints("é", "é"), 0);
  assert.ok(compareCodePoints("b", "a") > 0);
});
