import { dirname, join } from "node:path";

/** For tests: a folder with these files; it is gone when it is disposed of. */
export interface SmallRepository extends Disposable {
  readonly root: string;
}

/** For tests: writes files, by their paths, into a folder of its own. */
export function smallRepository(files: Readonly<Record<string, string>>): SmallRepository {
  const root = Deno.makeTempDirSync({ prefix: "site-" });
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
    Deno.writeTextFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}
