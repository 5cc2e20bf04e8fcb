import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { fromRoot, REPOSITORY_ROOT } from "../ground/mod.ts";

const MAIN = import.meta.resolve("./main.ts");
const SPAWNED_MS = 60_000;

/** What `deno info --json` says of a graph, as far as it is read here. */
interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      /** Absent where a type alone is imported. */
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

async function deno(...args: string[]): Promise<{ readonly out: string; readonly err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: REPOSITORY_ROOT,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(SPAWNED_MS),
  }).output();
  const decoder = new TextDecoder();
  const err = decoder.decode(stderr);
  assert.equal(code, 0, err);
  return { out: decoder.decode(stdout), err };
}

/** All that is loaded with a file, before it does anything. */
async function loadedWith(entry: string): Promise<ReadonlySet<string>> {
  const { out } = await deno("info", "--json", entry);
  const { modules } = JSON.parse(out) as ModuleGraph;
  const dependencies = new Map(modules.map((module) => [module.specifier, module.dependencies]));
  const found = new Set([entry]);
  // a set goes on to what is added to it meanwhile
  for (const specifier of found) {
    for (const { isDynamic, code } of dependencies.get(specifier) ?? []) {
      if (!isDynamic && code?.specifier !== undefined) found.add(code.specifier);
    }
  }
  return found;
}

/** No package is among them, no room's whole door and no command's work. */
function assertLight(loaded: ReadonlySet<string>, by: string): void {
  for (const file of loaded) {
    assert.match(file, /^(file|node):/, `${file} is loaded by ${by}`);
    assert.doesNotMatch(file, /\/mod\.ts$|\/run_\w+\.ts$/, `${file} is loaded by ${by}`);
  }
}

Deno.test("main loads no package and no room's whole door before a command does its work", async () => {
  const loaded = await loadedWith(MAIN);
  const heads = [...loaded].filter((file) => /\/lib\/cli\/commands\/\w+\/\w+\.ts$/.test(file));
  assert.ok(heads.some((file) => file.endsWith("/commands/judge/judge.ts")), heads.join("\n"));
  assertLight(loaded, "every --help");
});

Deno.test("light.ts of every room that has one loads no package and no room's whole door", async () => {
  const doors = [...Deno.readDirSync(fromRoot("lib"))]
    .map(({ name }) => fromRoot(`lib/${name}/light.ts`))
    .filter((door) => existsSync(door));
  assert.ok(doors.includes(fromRoot("lib/report/light.ts")), doors.join("\n"));
  for (const door of doors) {
    const loaded = await loadedWith(pathToFileURL(door).href);
    // its files were followed
    assert.ok(loaded.size > 1, door);
    assertLight(loaded, door);
  }
});

Deno.test("main as a process reads these files alone for a command's help", async () => {
  const expected = [...await loadedWith(MAIN)].filter((file) => file.startsWith("file:"));
  const { out, err } = await deno("run", "-A", "--log-level=debug", MAIN, "judge", "--help");
  assert.match(out, /^Usage: deno task lab judge \[flags\]$/m);
  const read = err.matchAll(/\bfetch_no_follow - specifier: (file:\S+\.ts)$/gm);
  // without "lazy-dynamic-imports" in deno.json every file of the project is
  assert.deepEqual(new Set([...read].map(([, file]) => file)), new Set(expected));
});
