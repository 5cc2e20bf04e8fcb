import assert from "node:assert/strict";
import { feedFingerprints, graphFingerprints } from "./graph_fingerprints.ts";
import { fakeCheckpoint } from "./parsed_graph.ts";

const FIELDS = { model_type: "mistral", sliding_window: 16 };

Deno.test("graphFingerprints() gives a graph the same hash each time, and another to each other graph", () => {
  const found = graphFingerprints(fakeCheckpoint(FIELDS));
  assert.deepEqual(graphFingerprints(fakeCheckpoint(FIELDS)), found);
  // within 12 positions no window hides a key, so bundles are one way more
  const names = (positions: number): number =>
    [...found.keys()].filter((name) => name.includes(` ${positions}`)).length;
  assert.deepEqual([names(512), names(12)], [3 * 5, 3 * 7]);
  assert.equal(new Set(found.values()).size, found.size - DECODED_ALIKE.length);
  for (const [grouped, plain] of DECODED_ALIKE) assert.equal(found.get(grouped), found.get(plain));
});

/** Where all windows hide keys, query heads are taken one at a time whatever is asked for. */
const DECODED_ALIKE = ["none", "two", "all"].flatMap((adapters) =>
  ["bfloat16", "float16"].map((type) =>
    ["grouped", "plain"].map((way) => `cuda ${adapters} 512 ${type} ${way}`) as [string, string]
  )
);

Deno.test("graphFingerprints() tells checkpoints apart that differ in one number", () => {
  const [one, other] = [1e-5, 1e-6].map((rms_norm_eps) =>
    graphFingerprints(fakeCheckpoint({ ...FIELDS, rms_norm_eps }))
  );
  for (const [name, hash] of one!) assert.notEqual(other!.get(name), hash, name);
});

Deno.test("feedFingerprints() gives each call's feeds the same hash each time", async () => {
  const checkpoint = fakeCheckpoint({ model_type: "llama" });
  const found = await feedFingerprints(checkpoint);
  assert.deepEqual(await feedFingerprints(checkpoint), found);
  assert.equal(new Set(found.values()).size, found.size);
});
