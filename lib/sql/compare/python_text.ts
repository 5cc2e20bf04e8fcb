import type { SqlValue } from "../value.ts";

/**
 * A value as Python's `str(value) + str(type(value))` writes it. The official script sorts the
 * values of a row by this text, so its verdict depends on it in rare cases (`1` against `1.0`).
 *
 * Source: taoyds/test-suite-sql-eval, exec_eval.py; https://docs.python.org/3/library/stdtypes.html
 */
export function pythonSortText(value: SqlValue): string {
  if (value === null) return "None<class 'NoneType'>";
  if (typeof value === "bigint") return `${value}<class 'int'>`;
  if (typeof value === "number") return `${pythonFloat(value)}<class 'float'>`;
  if (typeof value === "string") return `${value}<class 'str'>`;
  return `${pythonBytes(value)}<class 'bytes'>`;
}

/** Orders two texts by code points, as Python does (JavaScript's `<` goes by UTF-16 units). */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA === unitB) continue;
    // Surrogates stand for code points above every other unit.
    const surrogateA = unitA >= 0xd800 && unitA <= 0xdfff;
    const surrogateB = unitB >= 0xd800 && unitB <= 0xdfff;
    if (surrogateA !== surrogateB) return surrogateA ? 1 : -1;
    return unitA - unitB;
  }
  return a.length - b.length;
}

/** Python's shortest text of a double: an exponent below 1e-4 and from 1e16 on. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  // Both languages write the shortest digits that read back as the same double.
  const [mantissa, exponentText] = value.toExponential().split("e") as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

function pythonBytes(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === quote || char === "\\") text += `\\${char}`;
    else if (char === "\t") text += "\\t";
    else if (char === "\n") text += "\\n";
    else if (char === "\r") text += "\\r";
    else if (byte < 0x20 || byte >= 0x7f) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += char;
  }
  return `b${quote}${text}${quote}`;
}
