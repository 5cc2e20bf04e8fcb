/** Bytes 128 to 255 of code page 437, in which a zip file's names are where nothing else is said. */
const CP437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/**
 * The name of a zip file's entry, with `/` between its folders.
 *
 * UTF-8 where it is that, also where the entry does not say so, since macOS does not; else code
 * page 437. A backslash is taken for a slash, as `unzip` takes it: it is how some programs on
 * Windows write folders, and a name on no other system has one.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, 4.4.17 and appendix D
 */
export function zipName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    name = Array.from(bytes, (byte) => byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])
      .join("");
  }
  return name.replaceAll("\\", "/");
}
