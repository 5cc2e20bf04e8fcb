import assert from "node:assert/strict";
import { join } from "node:path";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";

/** What Git ignores, and names that a reader replaces, such as DIR. */
const ALLOWED = /^(?:results\/|adapters\/|models\/|~|\/|<)|^[A-Z]+(?:\/|$)/;
/** The value of a flag or of a redirection that names a file or a folder to write. */
const WRITES = /(?:--out|--adapter_path|--figures|cat >) +["']?([^\s"'`]+)/g;

Deno.test("the commands of the pages write where Git does not see it, not into the root", async () => {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*.md"],
    cwd: REPOSITORY_ROOT,
  }).output();
  // a changelog and a log tell of commands that were wrong
  const pages = new TextDecoder().decode(stdout).split("\n")
    .filter((page) => page !== "" && !/^(?:CHANGELOG|docs\/log|results\/)/.test(page));
  assert.ok(pages.length > 30);
  const found = pages.flatMap((page) =>
    [...Deno.readTextFileSync(join(REPOSITORY_ROOT, page)).matchAll(WRITES)]
      .map(([, path]) => ({ page, path: path! }))
  );
  assert.ok(found.length > 10);
  assert.deepEqual(found.filter(({ path }) => !ALLOWED.test(path)), []);
});
