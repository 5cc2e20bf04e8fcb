import { basename } from "node:path";
import { stripTypeScriptTypes } from "node:module";
import { SCRIPT_FILES } from "../../ground/mod.ts";

/** The files of the page's script in `client/`, each after those that it imports from. */
const FILES = [
  "unpack_columns",
  "blocks",
  "dom",
  "view",
  "select",
  "address",
  "mark_tokens",
  "virtual_list",
  "markdown",
  "message_kind",
  "questions/sql_source",
  "questions/result_view",
  "questions/sql_detail",
  "questions/choice_source",
  "questions/choice_detail",
  "questions/question_row",
  "summary_bar",
  "facets",
  "help",
  "frame",
  "theme",
  "app",
  "controls",
  "main",
] as const;

const IMPORT = /^import ([^;]*?) from "([^"]+)";\n/gm;

/** The doors of rooms: what a script imports from one stands before it as a file of its own. */
const DOOR = /\/(?:mod|light)\.ts$/;
const EXPORT = /^export (?=(?:async )?(?:function|const|class)\b)/gm;

/** The script of the flip browser's page: the files of `client/` as {@linkcode joinScripts} has them. */
export function clientScript(): string {
  return joinScripts([
    SCRIPT_FILES.codePoint,
    SCRIPT_FILES.listed,
    SCRIPT_FILES.nearestName,
    new URL("../words/column_title.ts", import.meta.url),
    ...FILES.map((file) => new URL(`./client/${file}.ts`, import.meta.url)),
  ]);
}

/**
 * The script of a page that opens from the disk: files in TypeScript without types, imports and
 * exports, one behind the other in a function of its own.
 *
 * @param files Each after those that it imports from.
 * @throws {RangeError} If a file imports from one that does not stand before it, or from the door of
 * a room what no file before it has, or two files give a name to different things: they share one
 * scope.
 */
export function joinScripts(files: readonly URL[]): string {
  const before = new Set<string>();
  const owners = new Map<string, string>();
  const parts = files.map((file) => {
    const name = basename(file.pathname);
    const source = Deno.readTextFileSync(file);
    // types first: what is left of an import is there at run time
    const plain = stripTypeScriptTypes(source.replaceAll(/^\/\/\/.*\n/gm, ""));
    for (const [, names, path] of plain.matchAll(IMPORT)) {
      if (before.has(new URL(path!, file).href)) continue;
      if (DOOR.test(path!) && names!.match(/\w+/g)!.every((name) => owners.has(name))) continue;
      throw new RangeError(`Cannot join ${name} as ${path} does not stand before it`);
    }
    before.add(file.href);
    const body = plain.replaceAll(IMPORT, "").replaceAll(EXPORT, "");
    for (const [, word] of body.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)) {
      const owner = owners.get(word!);
      if (owner !== undefined) {
        throw new RangeError(`Cannot join ${name} as ${owner} has "${word}" too`);
      }
      owners.set(word!, name);
    }
    return body;
  });
  const script = parts.join("\n").replaceAll(/[ \t]+$/gm, "").replaceAll(/\n{2,}/g, "\n");
  return `(() => {\n"use strict";\n${script}})();\n`;
}
