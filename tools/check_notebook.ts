/**
 * What a committed notebook must look like: diff-able, without outputs, and thin.
 *
 * @module
 */

/** One cell of a notebook file, as far as this project uses it. */
export interface NotebookCell {
  readonly id: string;
  readonly type: "code" | "markdown";
  readonly source: string;
}

/** Notebook-level metadata of every committed notebook: the kernel and nothing that it reported. */
const METADATA = {
  kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
  language_info: {
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
  },
} as const;

const MOST_LINES = 15;
const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** A statement that shows something as a cell's last value, which the kernel sends too late. */
const SHOWN_LATE = /^show[A-Z]/m;
const TOO_THICK: ReadonlyMap<string, RegExp> = new Map([
  ["a function", /\bfunction\b|=>\s*\{/],
  ["a class", /^\s*(export\s+)?class\b/m],
  ["a loop", /\b(for|while)\s*\(|\.forEach\(/],
  ["SQL text", /\bSELECT\b[\s\S]*\bFROM\b/i],
]);

/**
 * Reads the cells of a notebook file.
 *
 * @param text A notebook in nbformat 4.
 * @throws {SyntaxError} If the text is not JSON, or not a notebook in nbformat 4.
 */
export function readNotebook(text: string): readonly NotebookCell[] {
  const notebook: unknown = JSON.parse(text);
  if (!isRecord(notebook) || notebook["nbformat"] !== 4 || !Array.isArray(notebook["cells"])) {
    throw new SyntaxError("Cannot read the notebook as it is not one in nbformat 4");
  }
  return notebook["cells"].map((cell: unknown, index) => {
    const source = isRecord(cell) ? joined(cell["source"]) : undefined;
    const type = isRecord(cell) ? cell["cell_type"] : undefined;
    if (!isRecord(cell) || source === undefined || (type !== "code" && type !== "markdown")) {
      throw new SyntaxError(`Cannot read cell ${index + 1} as it is neither code nor Markdown`);
    }
    return { id: typeof cell["id"] === "string" ? cell["id"] : "", type, source };
  });
}

/**
 * The file of a notebook as it is committed: no outputs, no execution counts, no metadata of cells,
 * one line of source a line of JSON, indented by one space as Jupyter does it.
 *
 * Ids are kept; a cell without one is named after its place.
 */
export function writeNotebook(cells: readonly NotebookCell[]): string {
  const notebook = {
    cells: cells.map((cell, index) => ({
      cell_type: cell.type,
      ...(cell.type === "code" ? { execution_count: null } : {}),
      id: cell.id === "" ? `cell-${index + 1}` : cell.id,
      metadata: {},
      ...(cell.type === "code" ? { outputs: [] } : {}),
      source: cell.source.match(/[^\n]*\n|[^\n]+$/g) ?? [],
    })),
    metadata: METADATA,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

/**
 * The problems of a notebook file, one line each; none where it can be committed.
 *
 * Checks that the file is what {@linkcode writeNotebook} writes, that ids are unique lower-case
 * words with hyphens (a random id would change whenever a cell is made anew), and that no code cell
 * is long, or has a function, a class, a loop or SQL text in it: those belong in the library. What
 * `show...` makes is to be awaited, with `display`.
 *
 * @throws {SyntaxError} If the text is not a notebook.
 */
export function checkNotebook(text: string): readonly string[] {
  const cells = readNotebook(text);
  const problems: string[] = [];
  if (text !== writeNotebook(cells)) {
    problems.push(
      "has outputs, execution counts, metadata or a layout that is not committed: run with --clean",
    );
  }
  const seen = new Set<string>();
  for (const [index, cell] of cells.entries()) {
    const name = `cell ${index + 1} (${cell.id})`;
    if (!ID.test(cell.id)) problems.push(`${name} needs an id of lower-case words with hyphens`);
    if (seen.has(cell.id)) problems.push(`${name} has the id of an earlier cell`);
    seen.add(cell.id);
    if (cell.type !== "code") continue;
    const lines = cell.source.split("\n").length;
    if (lines > MOST_LINES) {
      problems.push(`${name} has ${lines} lines: ${MOST_LINES} at most`);
    }
    for (const [what, pattern] of TOO_THICK) {
      if (pattern.test(cell.source)) problems.push(`${name} has ${what}: move it to lib`);
    }
    if (SHOWN_LATE.test(cell.source)) {
      problems.push(`${name} may show its last value below another cell: await display(...)`);
    }
  }
  return problems;
}

/**
 * The code cells as one module, for the type checker and the linter; a comment names each cell.
 *
 * Imports stay relative: the module has to lie in a folder beside the notebook's.
 */
export function notebookModule(cells: readonly NotebookCell[]): string {
  return cells.filter((cell) => cell.type === "code")
    .map((cell) => `// cell ${cell.id}\n${cell.source.trimEnd()}\n`)
    .join("\n") + "export {};\n";
}

function joined(source: unknown): string | undefined {
  if (typeof source === "string") return source;
  if (Array.isArray(source) && source.every((line) => typeof line === "string")) {
    return source.join("");
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
