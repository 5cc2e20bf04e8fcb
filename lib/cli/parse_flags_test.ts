import assert from "node:assert/strict";
import { type Command, number, text } from "./command.ts";
import { parseFlags } from "./parse_flags.ts";

const COMMAND: Command = {
  name: "demo",
  summary: "for the test",
  flags: {
    "adapter-path": { type: "text", value: "DIR", help: "an adapter" },
    limit: { type: "number", value: "N", help: "how many" },
    all: { type: "switch", help: "everything" },
  },
  load: () => Promise.resolve(() => Promise.resolve()),
};

Deno.test("parseFlags reads values after a space and after an equals sign, and switches", () => {
  assert.deepEqual(parseFlags(COMMAND, ["--adapter-path", "a b", "--limit=-2.5", "--all"]), {
    "adapter-path": "a b",
    limit: -2.5,
    all: true,
  });
  assert.deepEqual(parseFlags(COMMAND, []), {});
  assert.deepEqual(parseFlags(COMMAND, ["--help"]), { help: true });
});

Deno.test("parseFlags takes an underscore for a hyphen in names and leaves values alone", () => {
  const flags = parseFlags(COMMAND, ["--adapter_path=runs/my_run--v2", "--limit", "1e3"]);
  assert.equal(text(flags, "adapter-path"), "runs/my_run--v2");
  assert.equal(number(flags, "limit"), 1000);
  assert.equal(number(flags, "adapter-path"), undefined);
  assert.equal(text(flags, "limit"), undefined);
});

Deno.test("parseFlags takes a value that begins with hyphens only after an equals sign", () => {
  assert.equal(parseFlags(COMMAND, ["--adapter-path=--odd"])["adapter-path"], "--odd");
  assert.throws(() => parseFlags(COMMAND, ["--adapter-path", "--odd"]), /needs a value \(DIR\)/);
  assert.equal(parseFlags(COMMAND, ["--limit", "-1"]).limit, -1);
});

Deno.test("parseFlags refuses what it does not know, in one line that names the help", () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [
      ["--limt", "3"],
      /^demo: unknown flag --limt: did you mean --limit\? \(see: .* demo --help\)$/,
    ],
    [["--constructor", "3"], /unknown flag --constructor/],
    [["-l", "3"], /unknown flag -l[ :]/],
    [["--no-all"], /unknown flag --no-all/],
    [["--all=yes"], /--all takes no value/],
    [["--all", "yes"], /unexpected argument "yes"/],
    [["--", "rest"], /unexpected argument "rest"/],
    [["--limit", "3", "--limit", "4"], /--limit is given twice/],
    [["--limit", ""], /--limit needs a value \(N\)/],
    [["--limit", " "], /--limit needs a value/],
    [["--limit", "Infinity"], /--limit must be a number: "Infinity"/],
    [["--limit", "0x10x"], /--limit must be a number/],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => parseFlags(COMMAND, args), { name: "UsageError", message }, args.join(" "));
  }
});
