/** What opens and closes a tag, and what stands in it. */
const TAG = /\{\{\s*(.*?)\s*\}\}/gs;

/** The text of a template that stands there whatever the values are, each piece with its line. */
export function literalText(template: string): { readonly text: string; readonly line: number }[] {
  return tokensOf(template)
    .flatMap(({ kind, text, line }) =>
      kind === "tag" ? [] : text.split("\n").map((part, i) => ({ text: part, line: line + i }))
    )
    .filter(({ text }) => text !== "");
}

/** What a template is made of, in its order: a text, or what stands in the brackets of a tag. */
export interface Token {
  readonly kind: "text" | "tag";
  readonly text: string;
  /** Where it begins. */
  readonly line: number;
}

/** Reads a template as far as its tags: what they mean is not asked here. */
export function tokensOf(template: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  let line = 1;
  const push = (kind: Token["kind"], text: string, source = text): void => {
    tokens.push({ kind, text, line });
    line += source.split("\n").length - 1;
  };
  for (const match of template.matchAll(TAG)) {
    push("text", template.slice(end, match.index));
    push("tag", match[1]!, match[0]);
    end = match.index + match[0].length;
  }
  push("text", template.slice(end));
  return tokens.filter(({ kind, text }) => kind === "tag" || text !== "");
}
