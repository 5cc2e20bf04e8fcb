import { dirname, join, relative } from "node:path";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";

/**
 * Checks which rooms of `lib/` import which: `deno run -A tools/check_rooms.ts`
 * names every import that breaks a rule of the house and exits with 1.
 *
 * - A room imports rooms below it, by their door `mod.ts`, or by the part of it that loads no
 *   package, `light.ts`. What is imported while the program runs is held to the same.
 * - Within `lib/engine` the same holds for its own rooms; all of them may take
 *   the engine's surface, `engine.ts`. The devices do not know each other.
 * - Nothing of a folder `testing/` is imported by the product.
 * - No file imports itself over others, not even for a type.
 *
 * @module
 */

/** The rooms from the ground up. */
const FLOORS: readonly string[] = [
  "ground",
  "stats",
  "engine",
  "sql",
  "fetch",
  "spider",
  "mmlu",
  "prose",
  "runs",
  "setup",
  "report",
  "study",
  "cli",
];

/** The rooms of the engine from the ground up; a device stands on no device. */
const ENGINE_FLOORS: readonly string[] = [
  "tokenizer",
  "checkpoint",
  "graph",
  "cpu",
  "cuda",
  "server",
];
const DEVICES: readonly string[] = ["cpu", "cuda", "server"];

/** The whole door of a room, and the part of it that loads no package. */
const DOORS: readonly string[] = ["mod.ts", "light.ts"];

/** An import statement that breaks a rule. */
export interface BrokenRule {
  readonly file: string;
  readonly imported: string;
  readonly why: string;
}

const IMPORT = /(?:^(?:import|export)\b[^;"]*?from |\bimport\(\s*)"(\.{1,2}\/[^"]+)"/gm;

/**
 * What is wrong with the imports of one product file.
 *
 * @param file Its path from the repository's root.
 * @param text Its text.
 */
export function brokenRules(file: string, text: string): BrokenRule[] {
  if (isHelpOfTests(file)) return [];
  return importsOf(file, text).flatMap((imported) => {
    const why = fault(file, imported);
    return why ? [{ file, imported, why }] : [];
  });
}

/**
 * Circles among the imports of product files, each as the files on the way back to its first one. One
 * is named for each group of files that reach each other: break it, and see what is left.
 *
 * @param texts The files' texts by their paths from the repository's root.
 */
export function importCircles(texts: ReadonlyMap<string, string>): string[][] {
  const product = [...texts].filter(([file]) => !isHelpOfTests(file));
  const imports = new Map(product.map(([file, text]) => [file, importsOf(file, text)]));
  const done = new Set<string>();
  const circles: string[][] = [];
  const follow = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push(way.slice(at));
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return circles;
}

function isHelpOfTests(file: string): boolean {
  return file.endsWith("_test.ts") || file.includes("/testing/");
}

function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, path]) => join(dirname(file), path!));
}

function fault(file: string, imported: string): string | undefined {
  if (!imported.startsWith("lib/")) return undefined;
  if (imported.includes("/testing/")) return "the product imports help for tests";
  const [from, to] = [roomOf(file), roomOf(imported)];
  if (from !== to) return betweenRooms(FLOORS, { from, to, imported });
  if (from !== "engine") return undefined;
  const [own, other] = [engineRoomOf(file), engineRoomOf(imported)];
  if (own === other || own === "" || imported === "lib/engine/engine.ts") return undefined;
  if (other === "") return "a room of the engine takes its surface alone, engine.ts";
  if (DEVICES.includes(own) && DEVICES.includes(other)) return "devices do not know each other";
  return betweenRooms(ENGINE_FLOORS, { from: own, to: other, imported });
}

function betweenRooms(
  floors: readonly string[],
  { from, to, imported }: { readonly from: string; readonly to: string; readonly imported: string },
): string | undefined {
  const [below, above] = [floors.indexOf(to), floors.indexOf(from)];
  if (below < 0 || above < 0) return `"${below < 0 ? to : from}" is no room that is known here`;
  if (below > above) return `"${to}" lies above "${from}"`;
  if (DOORS.some((door) => imported.endsWith(`/${door}`))) return undefined;
  return `"${to}" is entered by its door, mod.ts`;
}

function roomOf(file: string): string {
  return file.split("/")[1]!;
}

function engineRoomOf(file: string): string {
  const parts = file.split("/");
  return parts.length > 3 ? parts[2]! : "";
}

function productFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return productFiles(path);
    return name.endsWith(".ts") ? [path] : [];
  });
}

/** Every broken rule of the house, in the order of the files; circles last. */
export function brokenRulesOfHouse(root: string = REPOSITORY_ROOT): BrokenRule[] {
  const files = productFiles(join(root, "lib")).sort().map((path) =>
    [relative(root, path), Deno.readTextFileSync(path)] as const
  );
  return [
    ...files.flatMap(([file, text]) => brokenRules(file, text)),
    ...importCircles(new Map(files)).map(([file, imported, ...others]) => ({
      file: file!,
      imported: imported!,
      why: ["a circle", ...others, file].join(" -> "),
    })),
  ];
}

if (import.meta.main) {
  const broken = brokenRulesOfHouse();
  const encoder = new TextEncoder();
  for (const { file, imported, why } of broken) {
    Deno.stderr.writeSync(encoder.encode(`${file} imports ${imported}: ${why}\n`));
  }
  Deno.exit(broken.length > 0 ? 1 : 0);
}
