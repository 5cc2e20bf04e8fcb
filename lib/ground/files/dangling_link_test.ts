import assert from "node:assert/strict";
import { readTextFile } from "../text/parse_json_file.ts";
import { inFolder } from "../testing/in_folder.ts";
import { danglingLink, refuseDanglingLink } from "./dangling_link.ts";
import { writeAtomic } from "./write_atomic.ts";

const posix = { ignore: Deno.build.os === "windows" };

Deno.test(
  "danglingLink() is for a link that leads nowhere, or a path over one, alone",
  posix,
  () =>
    inFolder((folder) => {
      Deno.writeTextFileSync(`${folder}/file`, "");
      const links = { good: "file", gone: "/nowhere/at/all", over: "gone", loop: "loop" };
      for (const [name, target] of Object.entries(links)) {
        Deno.symlinkSync(target, `${folder}/${name}`);
      }
      const paths = ["", "file", "good", "none", "none/at/all", "file/below", "good/below", "loop"];
      for (const path of paths) {
        assert.equal(danglingLink(`${folder}/${path}`), undefined, path);
        refuseDanglingLink(`${folder}/${path}`);
      }
      const nowhere = `a symbolic link to "/nowhere/at/all", which is not there`;
      assert.equal(danglingLink(`${folder}/gone`), `it is ${nowhere}`);
      assert.equal(danglingLink(`${folder}/gone/a/b`), `${folder}/gone is ${nowhere}`);
      assert.equal(
        danglingLink(`${folder}/over`),
        'it is a symbolic link to "gone", which is not there',
      );
      assert.throws(() => refuseDanglingLink(`${folder}/gone`), {
        name: "UsageError",
        message: `Cannot use ${folder}/gone: it is ${nowhere}: make its target, or remove the link`,
      });
    }),
);

Deno.test(
  "a file that is read or written over a link to nowhere is told by the link",
  posix,
  () =>
    inFolder((folder) => {
      Deno.symlinkSync("/nowhere/at/all", `${folder}/gone`);
      const line = (
        verb: string,
        path: string,
        called: string,
      ): { name: string; message: string } => ({
        name: "UsageError",
        message:
          `Cannot ${verb} ${path}: ${called} is a symbolic link to "/nowhere/at/all", which ` +
          "is not there",
      });
      assert.throws(() => readTextFile(`${folder}/gone`), line("read", `${folder}/gone`, "it"));
      const below = `${folder}/gone/a.json`;
      assert.throws(() => readTextFile(below), line("read", below, `${folder}/gone`));
      assert.throws(() => writeAtomic(below, "{}"), line("write", below, `${folder}/gone`));
    }),
);
