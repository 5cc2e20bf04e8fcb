import assert from "node:assert/strict";
import { type Named, readAddress, settleView } from "./address.ts";
import { KINDS, type Source } from "./select.ts";
import type { View } from "./view.ts";

const START: View = {
  tab: "sql",
  from: "base",
  to: "tuned",
  prompt: "3-shot",
  kind: "broken",
  filters: new Map(),
  query: "",
  id: "",
  marks: "gold",
};

const STUDY: Named = {
  variants: ["base", "tuned", ...Array.from({ length: 9 }, (_, at) => `path_1e-4@${at}`)]
    .map((name) => ({ name })),
  sql: { prompts: ["3-shot"] },
};

Deno.test("readAddress() takes an address that names what there is, and says nothing", () => {
  for (const hash of ["", "#", "#tab=sql&from=tuned&to=base&kind=all&q=a&id=x&marks=other"]) {
    assert.deepEqual(readAddress(hash, START, STUDY).faults, [], hash);
  }
});

Deno.test("readAddress() names the nearest of many, and their number where none is near", () => {
  const { view, faults } = readAddress("#from=base&to=path_1e4@3", START, STUDY);
  assert.deepEqual(faults, ['There is no variant "path_1e4@3": the nearest is "path_1e-4@3".']);
  assert.deepEqual(view, START);
  const long = readAddress(`#to=${"z".repeat(99)}`, START, STUDY).faults;
  assert.deepEqual(long, [
    `There is no variant "${"z".repeat(60)}...": there are 11, from base to path_1e-4@8.`,
  ]);
  // two things of one name are told once; of a measure that was not asked there is no tab
  assert.equal(readAddress("#from=gone&to=gone", START, STUDY).faults.length, 1);
  assert.deepEqual(readAddress("#tab=choices", START, STUDY).faults, [
    'There is no tab "choices": there is sql (Text-to-SQL) alone.',
  ]);
});

Deno.test("readAddress() keeps what is right where something else is wrong", () => {
  const { view } = readAddress("#to=gone&kind=all&q=cow&prompt=9-shot&f.x=1", START, STUDY);
  assert.deepEqual(view, { ...START, kind: "all", query: "cow", filters: new Map([["x", ["1"]]]) });
});

Deno.test("settleView() leaves an address alone that names a kind and no question, and a pair without answers", async () => {
  const read = { view: START, faults: [], remarks: [] };
  const never = (): Promise<Source> => Promise.reject(new Error("nothing is to be inflated"));
  const hash = "#kind=broken";
  assert.deepEqual(await settleView(read, { hash, study: STUDY, open: never }), read);
  const asked = { view: { ...START, id: "dev-0" }, faults: [], remarks: [] };
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  assert.deepEqual(await settleView(asked, { hash: "#id=dev-0", study: STUDY, open: none }), asked);
});

Deno.test("settleView() counts questions with their thousands apart", async () => {
  const source = { ...sourceOf(), ids: Array.from({ length: 15_014 }, (_, at) => `q${at}`) };
  const open = (): Promise<Source> => Promise.resolve(source);
  const hash = "#id=zzzzzz";
  const read = readAddress(hash, START, STUDY);
  assert.deepEqual((await settleView(read, { hash, study: STUDY, open })).faults, [
    'There is no question "zzzzzz": there are 15,014, from q0 to q15013.',
  ]);
});

/** Questions of these kinds, with a filter that tells the first one from the others. */
function sourceOf(...names: readonly (typeof KINDS)[number]["name"][]): Source {
  return {
    ids: names.map((_, at) => `dev-${at}`),
    kinds: Uint8Array.from(names, (name) => KINDS.findIndex((kind) => kind.name === name)),
    facets: [{
      key: "db",
      title: "Database",
      names: ["first", "other"],
      codes: names.map((_, at) => at === 0 ? 0 : 1),
    }],
    searched: () => "",
  };
}

Deno.test("settleView() opens the first kind that has questions where an address names none", async () => {
  const kindOf = async (source: Source, hash = ""): Promise<string> => {
    const read = readAddress(hash, START, STUDY);
    const open = (): Promise<Source> => Promise.resolve(source);
    return (await settleView(read, { hash, study: STUDY, open })).view.kind;
  };
  assert.equal(await kindOf(sourceOf("still right", "repaired", "broken")), "broken");
  assert.equal(await kindOf(sourceOf("still right", "repaired")), "repaired");
  assert.equal(await kindOf(sourceOf("still right", "still wrong")), "still wrong");
  // of those that the filters let through
  const both = sourceOf("still right", "broken");
  assert.deepEqual([await kindOf(both, "#f.db=first"), await kindOf(both, "#f.db=other")], [
    "still right",
    "broken",
  ]);
  // what is asked for is shown, also where there is none of it
  assert.equal(await kindOf(sourceOf("still right"), "#kind=repaired"), "repaired");
  assert.equal(await kindOf(sourceOf()), "broken");
});
