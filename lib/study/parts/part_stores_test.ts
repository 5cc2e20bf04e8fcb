import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { SILENT } from "../../ground/mod.ts";
import { type MmluSample, SAMPLES } from "../../runs/mod.ts";
import { openAnswers } from "../answers/open_answers.ts";
import type { StoreModel } from "../measures/measure.ts";
import { answerPaths } from "../measures/open_measures.ts";
import { mergeParts, partStores } from "./part_stores.ts";

const MODEL = {} as StoreModel;

/** A key of 64 hexadecimal digits that is told by its last one. */
function keyOf(digit: string): string {
  return digit.padStart(64, "0");
}

function sample(digit: string): MmluSample {
  return {
    key: keyOf(digit),
    id: `astronomy-${digit}`,
    subject: "astronomy",
    category: "STEM",
    variant: "tuned",
    promptHash: "0".repeat(64),
    promptTokens: 3,
    logProbs: [-1, -2, -3, -4],
  };
}

function withFolder(use: (root: string) => void): void {
  const root = Deno.makeTempDirSync({ prefix: "parts-" });
  try {
    use(root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

function folderOf(root: string): Parameters<typeof mergeParts>[0] {
  return { root, ...answerPaths(`${root}/samples`) };
}

/** Writes samples into a store of their own and closes it. */
function keep(path: string, ...digits: string[]): void {
  using store = openAnswers<MmluSample>(path, SAMPLES.mmlu, SILENT);
  store.append(digits.map(sample));
}

function keys(path: string): string[] {
  using store = openAnswers<MmluSample>(path, SAMPLES.mmlu, SILENT);
  return [...store.values()].map(({ key }) => key.slice(-1));
}

Deno.test("mergeParts() takes every answer of every process once, and removes their stores", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    const answered = { "": ["a"], 1: ["a", "b"], 2: ["b", "c"] };
    for (const [index, own] of Object.entries(answered)) {
      const path = index === ""
        ? folder.mmluSamples
        : partStores(folder, { index: Number(index), of: 2 }).mmluSamples;
      keep(path, ...own);
    }
    assert.equal(mergeParts(folder, MODEL, SILENT), 2);
    assert.deepEqual(keys(folder.mmluSamples), ["a", "b", "c"]);
    assert.equal(existsSync(`${root}/parts`), false);
    assert.equal(mergeParts(folder, MODEL, SILENT), 0);
  });
});

Deno.test("mergeParts() leaves a torn line of a killed process out", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    const { mmluSamples } = partStores(folder, { index: 1, of: 1 });
    keep(mmluSamples, "a");
    Deno.writeTextFileSync(mmluSamples, '{"key":"b","id":', { append: true });
    assert.equal(mergeParts(folder, MODEL, SILENT), 1);
    assert.deepEqual(keys(folder.mmluSamples), ["a"]);
  });
});

Deno.test("mergeParts() leaves a damaged line where it says that it is kept", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    const { mmluSamples } = partStores(folder, { index: 1, of: 1 });
    keep(mmluSamples, "a");
    Deno.writeTextFileSync(mmluSamples, '{"key":"b"}\n', { append: true });
    const notes: string[] = [];
    const progress = { ...SILENT, note: (text: string): void => void notes.push(text) };
    assert.equal(mergeParts(folder, MODEL, progress), 1);
    const [, kept] = /kept in (.*)$/.exec(notes.join("\n"))!;
    assert.equal(Deno.readTextFileSync(kept!), '{"key":"b"}\n');
    assert.equal(mergeParts(folder, MODEL, SILENT), 0);
    assert.equal(existsSync(kept!), true);
    assert.deepEqual(keys(folder.mmluSamples), ["a"]);
  });
});

Deno.test("mergeParts() refuses while a process still writes", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    const { mmluSamples } = partStores(folder, { index: 1, of: 1 });
    using store = openAnswers<MmluSample>(mmluSamples, SAMPLES.mmlu, SILENT);
    store.append([sample("a")]);
    assert.throws(() => mergeParts(folder, MODEL, SILENT), /mmlu\.jsonl/);
    assert.equal(existsSync(mmluSamples), true);
  });
});

Deno.test("mergeParts() leaves what processes that are starting read, while the study is open", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    Deno.mkdirSync(`${root}/parts`);
    Deno.writeTextFileSync(`${root}/parts/config.json`, "{}");
    {
      using _study = openAnswers(folder.sqlSamples, SAMPLES.sql, SILENT);
      assert.throws(
        () => mergeParts(folder, MODEL, SILENT),
        /sql\.jsonl: process \d+ is writing it/,
      );
    }
    assert.equal(existsSync(`${root}/parts/config.json`), true);
    assert.equal(mergeParts(folder, MODEL, SILENT), 0);
    assert.equal(existsSync(`${root}/parts`), false);
  });
});

Deno.test("a store counts the records of the one below as there, and leaves that one alone", () => {
  withFolder((root) => {
    const folder = folderOf(root);
    keep(folder.mmluSamples, "a");
    const before = Deno.readTextFileSync(folder.mmluSamples);
    const { mmluSamples } = partStores(folder, { index: 1, of: 1 });
    {
      using part = openAnswers<MmluSample>(mmluSamples, SAMPLES.mmlu, SILENT, folder.mmluSamples);
      assert.equal(part.has(keyOf("a")), true);
      assert.equal(part.get(keyOf("a"))?.id, "astronomy-a");
      assert.equal(part.size, 0);
      part.append([sample("b")]);
    }
    assert.deepEqual(keys(mmluSamples), ["b"]);
    assert.equal(Deno.readTextFileSync(folder.mmluSamples), before);
  });
});
