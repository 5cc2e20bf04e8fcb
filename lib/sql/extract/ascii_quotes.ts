const SPACES = /[\u00a0\u2000-\u200a\u202f\u3000]/;
const ODD = /[\u2018-\u201f\u00b4\u00a0\u2000-\u200a\u202f\u3000]/;

// What may close each opening quote; the last character of `closing` is the ASCII quote.
const SINGLE = { ascii: "'", closing: "\u2018\u2019\u00b4'" } as const;
const DOUBLE = { ascii: '"', closing: '\u201c\u201d"' } as const;
const TYPOGRAPHIC: Readonly<Record<string, typeof SINGLE | typeof DOUBLE>> = {
  "\u2018": SINGLE,
  "\u2019": SINGLE,
  "\u201a": SINGLE,
  "\u201b": SINGLE,
  "\u00b4": SINGLE,
  "\u201c": DOUBLE,
  "\u201d": DOUBLE,
  "\u201e": DOUBLE,
  "\u201f": DOUBLE,
};

/**
 * Puts ASCII quotes and spaces in the place of typographic ones where SQL wants quotes; inside of a
 * literal they are text and stay.
 */
export function asciiQuotes(text: string): string {
  if (!ODD.test(text)) return text;
  const out: string[] = [];
  let closing: string | undefined;
  for (const char of text) {
    if (closing === undefined) {
      const opened = TYPOGRAPHIC[char];
      if (opened !== undefined) {
        out.push(opened.ascii);
        closing = opened.closing;
      } else {
        out.push(SPACES.test(char) ? " " : char);
        if (char === "'" || char === '"' || char === "`") closing = char;
      }
    } else if (closing.includes(char)) {
      out.push(closing.length > 1 ? closing.at(-1)! : char);
      closing = undefined;
    } else {
      out.push(char);
    }
  }
  return out.join("");
}
