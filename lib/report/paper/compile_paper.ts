import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { FONT_FILES, fontPath } from "./font_files.ts";

/** A compiled document. */
export interface CompiledPaper {
  /** The file's bytes: the same for the same source and files, wherever it is compiled. */
  readonly pdf: Uint8Array;
  /** How many pages it has. */
  readonly pages: number;
}

/** What this room uses of the compiler. */
interface Compiler {
  mapShadow(path: string, content: Uint8Array): void;
  compile(options: { mainFilePath: string }): {
    readonly result: PagedDocument | null;
    takeWarnings(): object | null;
    takeError(): object | null;
  };
  fetchDiagnostics(of: object): readonly Diagnostic[];
  pdf(document: PagedDocument): Uint8Array;
}

interface PagedDocument {
  readonly numOfPages: number;
}

interface Diagnostic {
  readonly message: string;
  readonly path?: string;
  readonly range?: string;
}

/** A folder that nothing is read from: all files are given. */
const WORKSPACE = resolve("/paper");

/** Loads the compiler with the first paper: it is 50 MB of machine code. */
const load = createRequire(import.meta.url);

/**
 * Compiles Typst source to a PDF with the given files and fonts alone. What the compiler warns of,
 * such as a font that is not there, is an error here.
 *
 * @param main The name of the file to compile.
 * @param files All files of the document by name: source, bibliography, figures.
 * @throws {Error} If the source cannot be compiled, or is compiled with a warning.
 */
export function compilePaper(
  main: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): CompiledPaper {
  const { NodeCompiler } = load("@myriaddreamin/typst-ts-node-compiler") as {
    NodeCompiler: { create(options: object): Compiler };
  };
  const fontBlobs = FONT_FILES.map((file) => readFileSync(fontPath(file)));
  const compiler = NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [{ fontBlobs }] });
  const pathOf = (name: string): string => resolve(WORKSPACE, name);
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    compiler.mapShadow(pathOf(name), load("node:buffer").Buffer.from(bytes));
  }
  const compiled = compiler.compile({ mainFilePath: pathOf(main) });
  const faults = [compiled.takeError(), compiled.takeWarnings()]
    .flatMap((fault) => fault ? compiler.fetchDiagnostics(fault) : []);
  const [first] = faults;
  if (first) throw new Error(`Cannot compile ${main}: ${first.message}${placeOf(first)}`);
  const document = compiled.result!;
  return { pdf: new Uint8Array(compiler.pdf(document)), pages: document.numOfPages };
}

function placeOf({ path, range }: Diagnostic): string {
  return path === undefined || path === "" ? "" : ` (${path}, ${range ?? "no line"})`;
}
