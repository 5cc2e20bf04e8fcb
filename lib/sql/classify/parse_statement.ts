/** A node of a parse tree, as node-sql-parser makes it: an object with whatever fields it has. */
export type Node = Readonly<Record<string, unknown>>;

interface SqlParser {
  astify(sql: string, options: { readonly database: string }): unknown;
}
interface ParserModule {
  readonly default: { readonly Parser: new () => SqlParser };
}

// The grammars run in this process without a time limit, so they see no text of hostile length.
const MAX_CHARACTERS = 20_000;

let parsers: Promise<readonly (readonly [string, SqlParser])[]> | undefined;

/**
 * Parses one SELECT statement, or returns `undefined` if neither grammar reads it. The grammar for
 * MySQL comes first, since it knows INTERSECT and EXCEPT and takes text in double quotes for a
 * string as SQLite does with Spider's golds; the one for SQLite reads the rest (a table named
 * `show`). Of Spider's 1,034 dev golds they read all.
 */
export async function parseStatement(sql: string): Promise<Node | undefined> {
  parsers ??= loadParsers();
  const text = sql.trim().replace(/;\s*$/, "");
  if (text.length > MAX_CHARACTERS) return undefined;
  for (const [database, parser] of await parsers) {
    try {
      const tree = parser.astify(text, { database });
      const first = Array.isArray(tree) ? tree[0] : tree;
      if (isNode(first) && first.type === "select") return first;
    } catch {
      // This grammar does not know the statement.
    }
  }
  return undefined;
}

/** Whether a field of a node is a node itself. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Loaded when the first wrong prediction needs them: the grammars take a moment.
async function loadParsers(): Promise<readonly (readonly [string, SqlParser])[]> {
  const [mysql, sqlite] = await Promise.all([
    import("node-sql-parser/build/mysql.js") as unknown as Promise<ParserModule>,
    import("node-sql-parser/build/sqlite.js") as unknown as Promise<ParserModule>,
  ]);
  return [
    ["mysql", new mysql.default.Parser()],
    ["sqlite", new sqlite.default.Parser()],
  ];
}
