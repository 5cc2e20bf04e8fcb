import { isCode, tokenize } from "../text/tokens.ts";
import { wordOf } from "./clauses.ts";

/** A node of a parse tree, as node-sql-parser makes it: an object with whatever fields it has. */
export type Node = Readonly<Record<string, unknown>>;

interface SqlParser {
  astify(sql: string, options: { readonly database: string }): unknown;
}
interface ParserModule {
  readonly default: { readonly Parser: new () => SqlParser };
}

// The grammar runs in this process without a time limit, so it sees no text of hostile length.
const MAX_CHARACTERS = 20_000;

// Golds come again with every prediction of a study, and predictions with every wording.
const MAX_REMEMBERED = 2_000;

let parser: Promise<SqlParser> | undefined;
const remembered = new Map<string, Node | undefined>();

/**
 * Parses one SELECT statement, or returns `undefined` if the grammar does not read it. It is the
 * grammar for MySQL: that one knows INTERSECT and EXCEPT, which node-sql-parser's grammar for SQLite
 * does not, and takes text in double quotes for a string, as Spider's golds mean it. It reads all
 * 1,034 golds of Spider's dev split.
 */
export async function parseStatement(sql: string): Promise<Node | undefined> {
  if (sql.length > MAX_CHARACTERS) return undefined;
  if (remembered.has(sql)) return remembered.get(sql);
  parser ??= loadParser();
  const tree = parsedBy(await parser, sql);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(sql, tree);
  return tree;
}

function parsedBy(loaded: SqlParser, sql: string): Node | undefined {
  try {
    const tree = loaded.astify(prepared(sql), { database: "mysql" });
    const first = Array.isArray(tree) ? tree[0] : tree;
    return isNode(first) && first.type === "select" ? first : undefined;
  } catch {
    // The grammar's own error says what it expected, never what is wrong for SQLite.
    return undefined;
  }
}

/** Whether a field of a node is a node itself. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A table may be named like a word that MySQL reserves and SQLite does not (`show`).
function prepared(sql: string): string {
  const tokens = tokenize(sql.trim().replace(/;\s*$/, "")).filter((token) =>
    token.kind !== "comment"
  );
  let before = "";
  return tokens.map((token) => {
    const isTable = (before === "from" || before === "join") && token.kind === "word" &&
      wordOf(token) !== "select";
    if (isCode(token)) before = wordOf(token);
    return isTable ? `\`${token.text}\`` : token.text;
  }).join("");
}

// Loaded when the first wrong prediction needs it: a grammar takes a moment.
async function loadParser(): Promise<SqlParser> {
  const module = await import("node-sql-parser/build/mysql.js") as unknown as ParserModule;
  return new module.default.Parser();
}
