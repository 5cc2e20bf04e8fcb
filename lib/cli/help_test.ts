import assert from "node:assert/strict";
import type { Command } from "./command.ts";
import { helpOf, helpOfAll } from "./help.ts";

const COMMAND: Command = {
  name: "demo",
  summary: "for the test",
  description: "Two lines\nof text.",
  flags: {
    config: { type: "text", value: "FILE", help: "the study" },
    "a-flag-with-a-long-name": { type: "number", help: "how many" },
    all: { type: "switch", help: "everything" },
  },
  load: () => Promise.resolve(() => Promise.resolve()),
};

Deno.test("helpOf shows what a command does and each flag with its value", () => {
  assert.equal(
    helpOf(COMMAND),
    [
      "for the test",
      "",
      "Two lines",
      "of text.",
      "",
      "Usage: deno task lab demo [flags]",
      "",
      "  --config FILE           the study",
      "  --a-flag-with-a-long-name VALUE",
      "                          how many",
      "  --all                   everything",
      "  --help                  show this text",
    ].join("\n"),
  );
});

Deno.test("helpOfAll shows each command in a line", () => {
  const lines = helpOfAll([COMMAND, { ...COMMAND, name: "other" }]).split("\n");
  assert.deepEqual(lines.slice(4, 6), [
    "  demo            for the test",
    "  other           for the test",
  ]);
  assert.match(lines.at(-1)!, /Exit codes: 0 done, 1 a fault, 2 wrong input/);
});
