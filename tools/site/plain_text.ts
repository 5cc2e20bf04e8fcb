import type { Token } from "marked";

/** Characters that Markdown may have by name; any other is written as it is. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** The text of Markdown as it is read: without marks, comments and addresses, code included. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map(textOf).join("").replaceAll(/\s+/g, " ").trim();
}

function textOf(token: Token): string {
  switch (token.type) {
    case "html":
    case "def":
      return "";
    case "space":
    case "br":
    case "hr":
      return " ";
    case "code":
      return `${token.text} `;
    case "list":
      return token.items.map(textOf).join("");
    case "table":
      return [token.header, ...token.rows].flat()
        .map((cell: { readonly tokens: Token[] }) => `${plainText(cell.tokens)} `).join("");
  }
  const inner = "tokens" in token ? token.tokens : undefined;
  if (inner !== undefined && token.type !== "image") {
    return inner.map(textOf).join("") + (BLOCKS.includes(token.type) ? " " : "");
  }
  const text = "text" in token ? String(token.text) : "";
  // code has no characters by name
  return token.type === "codespan" ? text : withoutEntities(text);
}

const BLOCKS: readonly string[] = ["paragraph", "heading", "blockquote", "list_item"];

function withoutEntities(text: string): string {
  return text.replaceAll(/&#?\w+;/g, (entity) => ENTITIES[entity] ?? entity);
}
