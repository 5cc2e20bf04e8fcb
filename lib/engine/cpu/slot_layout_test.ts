import assert from "node:assert/strict";
import { EMPTY_POSITION } from "./attention_masks.ts";
import { layOutSlots } from "./slot_layout.ts";

Deno.test("layOutSlots() packs the tokens and places them from the left", () => {
  assert.deepEqual(layOutSlots([[11, 12, 13], [21]], [5, 9]), {
    tokens: [11, 12, 13, 21],
    positions: [5, 6, 7, 9],
    slotToken: [0, 1, 2, 3, 0, 0],
    slotPosition: [5, 6, 7, 9, EMPTY_POSITION, EMPTY_POSITION],
    tokenSlot: [0, 1, 2, 3],
    lastToken: [2, 3],
    batch: 2,
    slots: 3,
  });
});

Deno.test("layOutSlots() gives every token a slot of its own that points back to it", () => {
  const sequences = [[1], [1, 2, 3, 4], [1, 2]];
  const { slotToken, tokenSlot, slots, batch } = layOutSlots(sequences, [0, 0, 0]);
  assert.equal(slotToken.length, slots * batch);
  assert.equal(new Set(tokenSlot).size, 7);
  for (const [token, slot] of tokenSlot.entries()) assert.equal(slotToken[slot], token);
});
