import { stripTypeScriptTypes } from "node:module";

/** The files of the page's script, each after those that it imports from. */
const FILES = [
  "unpack_columns",
  "blocks",
  "dom",
  "view",
  "select",
  "mark_tokens",
  "virtual_list",
  "markdown",
  "message_kind",
  "sql_source",
  "sql_detail",
  "choice_source",
  "choice_detail",
  "summary_bar",
  "facets",
  "help",
  "frame",
  "theme",
  "app",
  "controls",
  "main",
] as const;

const IMPORT = /^import [^;]*? from "([^"]+)";\n/gm;
const EXPORT = /^export (?=(?:async )?(?:function|const|class)\b)/gm;

/**
 * The page's script: the files of `client/` without types, imports and exports, one behind the other
 * in a function of its own.
 *
 * @throws {RangeError} If a file imports from one that does not stand before it, or two files give
 * a name to different things: they share one scope.
 */
export function clientScript(): string {
  const before = new Set<string>();
  const owners = new Map<string, string>();
  const parts = FILES.map((file) => {
    const source = Deno.readTextFileSync(new URL(`./client/${file}.ts`, import.meta.url));
    // types first: what is left of an import is there at run time
    const plain = stripTypeScriptTypes(source.replaceAll(/^\/\/\/.*\n/gm, ""));
    for (const [, path] of plain.matchAll(IMPORT)) {
      if (before.has(path!)) continue;
      throw new RangeError(`Cannot join client/${file}.ts as ${path} does not stand before it`);
    }
    before.add(`./${file}.ts`);
    const body = plain.replaceAll(IMPORT, "").replaceAll(EXPORT, "");
    for (const [, name] of body.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)) {
      const owner = owners.get(name!);
      if (owner !== undefined) {
        throw new RangeError(`Cannot join client/${file}.ts as ${owner}.ts has "${name}" too`);
      }
      owners.set(name!, file);
    }
    return body;
  });
  const script = parts.join("\n").replaceAll(/[ \t]+$/gm, "").replaceAll(/\n{2,}/g, "\n");
  return `(() => {\n"use strict";\n${script}})();\n`;
}
