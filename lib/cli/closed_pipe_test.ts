import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../ground/mod.ts";
import { ClosedPipe, pipeWriter } from "./closed_pipe.ts";

Deno.test("pipeWriter writes all of a text, whatever one call takes", () => {
  let written = "";
  const write = pipeWriter({
    writeSync(bytes): number {
      written += String.fromCharCode(bytes[0]!);
      return 1;
    },
  });
  write("one\ntwo\n");
  assert.equal(written, "one\ntwo\n");
});

Deno.test("pipeWriter says that a reader is gone, and hands on other faults", () => {
  const failing = (error: Error): (text: string) => void =>
    pipeWriter({
      writeSync(): number {
        throw error;
      },
    });
  assert.throws(() => failing(new Deno.errors.BrokenPipe("Broken pipe"))("x"), ClosedPipe);
  assert.throws(() => failing(new RangeError("other"))("x"), RangeError);
});

Deno.test({
  name: "the command line ends quietly when nobody reads it any more",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    const lab = `'${Deno.execPath()}' run -A --no-check lib/cli/main.ts`;
    for (const args of ["--help", "pipeline --help", "no-such-command"]) {
      const script = `(sleep 3; ${lab} ${args}; echo "code $?" >&3) 3>&2 2>&1 | true`;
      const { stderr } = await new Deno.Command("bash", {
        args: ["-c", script],
        cwd: REPOSITORY_ROOT,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(new TextDecoder().decode(stderr), "code 0\n", args);
    }
  },
});
