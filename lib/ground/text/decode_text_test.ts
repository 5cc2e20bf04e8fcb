import assert from "node:assert/strict";
import { decodeText, readBytes } from "./decode_text.ts";
import { UsageError } from "../usage_error.ts";

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at++) {
    view.setUint16(2 * at, text.charCodeAt(at), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

Deno.test("decodeText() reads UTF-8 with and without its mark", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.equal(decodeText(bytes("café\r\n"), "f"), "café\r\n");
  assert.equal(decodeText(bytes("\ufeffcafé"), "f"), "café");
  assert.equal(decodeText(new Uint8Array(), "f"), "");
});

Deno.test("decodeText() reads UTF-16 of both byte orders by its mark", () => {
  for (const littleEndian of [true, false]) {
    assert.equal(decodeText(utf16("\ufeffcafé 😀", littleEndian), "f"), "café 😀");
  }
});

Deno.test("decodeText() refuses what it would have to guess, naming the file", () => {
  const wrong = [
    utf16("SELECT 1", true),
    utf16("\ufeff\0\0SELECT", true),
    new Uint8Array([0, 0, 0xfe, 0xff, 0, 0, 0, 65]),
    new Uint8Array([65, 0xe9, 66]),
    new Uint8Array([0xff, 0xfe, 65]),
  ];
  for (const bytes of wrong) {
    assert.throws(() => decodeText(bytes, "pred.txt"), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, /^Cannot read pred\.txt: .*UTF-8$/);
      return true;
    });
  }
});

Deno.test("readBytes() names a file that is not there and a folder", () => {
  const folder = Deno.makeTempDirSync();
  assert.throws(() => readBytes(`${folder}/none`), /there is no such file/);
  assert.throws(() => readBytes(folder), /it is a folder/);
  Deno.writeFileSync(`${folder}/a`, utf16("\ufeffa", true));
  assert.equal(decodeText(readBytes(`${folder}/a`), "a"), "a");
  Deno.removeSync(folder, { recursive: true });
});
