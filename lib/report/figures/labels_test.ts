import assert from "node:assert/strict";
import { placeLabels } from "./labels.ts";

const FRAME = { x0: 0, y0: 0, x1: 400, y1: 300 };
const SIZE = { width: 100, height: 15 };

Deno.test("placeLabels() keeps labels of one point apart and inside the frame", () => {
  const requests = Array.from({ length: 6 }, () => ({ x: 200, y: 150, ...SIZE }));
  const places = placeLabels(requests, { frame: FRAME, obstacles: [] }).map((place) => place!);
  for (const [i, a] of places.entries()) {
    assert.ok(a.x >= 0 && a.x + SIZE.width <= 400 && a.y >= 8 && a.y <= 292);
    for (const b of places.slice(i + 1)) {
      const apart = Math.abs(a.x - b.x) >= SIZE.width || Math.abs(a.y - b.y) >= SIZE.height;
      assert.ok(apart, JSON.stringify([a, b]));
    }
  }
});

Deno.test("placeLabels() turns a label inwards at each corner of the frame", () => {
  for (const x of [2, 398]) {
    for (const y of [2, 298]) {
      const [place] = placeLabels([{ x, y, ...SIZE }], { frame: FRAME, obstacles: [] });
      assert.ok(place !== undefined && place.x >= 0 && place.x + SIZE.width <= 400);
      assert.ok(place.y - SIZE.height / 2 >= 0 && place.y + SIZE.height / 2 <= 300);
    }
  }
});

Deno.test("placeLabels() goes to the end of a bar where the point itself is covered", () => {
  const request = { x: 200, y: 150, ...SIZE, ends: [{ x: 200, y: 40 }] };
  const obstacles = [{ x0: 50, x1: 350, y0: 80, y1: 220 }];
  const [place] = placeLabels([request], { frame: FRAME, obstacles });
  assert.ok(place !== undefined && place.y + SIZE.height / 2 <= 80);
});

Deno.test("placeLabels() gives an optional label no place where it would cover something", () => {
  const request = { x: 200, y: 150, ...SIZE, optional: true };
  const wall = { x0: 0, x1: 400, y0: 0, y1: 300 };
  assert.deepEqual(placeLabels([request], { frame: FRAME, obstacles: [wall] }), [undefined]);
  assert.ok(placeLabels([request], { frame: FRAME, obstacles: [] })[0] !== undefined);
  assert.ok(
    placeLabels([{ ...request, optional: false }], { frame: FRAME, obstacles: [wall] })[0] !==
      undefined,
  );
});

Deno.test("placeLabels() gives an optional label no place that is nearer to a rival", () => {
  const own = { x: 200, y: 150, ...SIZE, optional: true };
  // the only free places are at the right, where the other one is
  const obstacles = [{ x0: 0, x1: 205, y0: 0, y1: 300 }];
  const frame = { x0: 0, x1: 400, y0: 0, y1: 300 };
  assert.ok(placeLabels([own], { frame, obstacles })[0] !== undefined);
  const rivals = [{ x: 212, y: 150 }];
  assert.equal(placeLabels([{ ...own, rivals }], { frame, obstacles })[0], undefined);
  // one that has to stand somewhere does
  const needed = { ...own, rivals, optional: false };
  assert.ok(placeLabels([needed], { frame, obstacles })[0] !== undefined);
});

Deno.test("placeLabels() goes round a line where there is room, and over it where there is none", () => {
  const request = { x: 200, y: 150, ...SIZE, optional: true };
  const lines = [{ x0: 0, x1: 400, y0: 150, y1: 150 }];
  const [place] = placeLabels([request], { frame: FRAME, obstacles: [], lines });
  assert.ok(place !== undefined && Math.abs(place.y - 150) > SIZE.height / 2);
  const low = { x0: 0, x1: 400, y0: 142, y1: 158 };
  assert.ok(placeLabels([request], { frame: low, obstacles: [], lines })[0] !== undefined);
});

Deno.test("placeLabels() goes round a slanting line, and counts the part of it within a label alone", () => {
  const request = { x: 200, y: 150, ...SIZE, height: 12 };
  // from the anchor to the right and up: through the place that is tried first
  const lines = [{ x0: 200, y0: 150, x1: 400, y1: 140 }];
  const boxOf = (own: typeof lines): { x: number; y: number } =>
    placeLabels([request], { frame: FRAME, obstacles: [], lines: own })[0]!;
  assert.deepEqual(boxOf([]), { x: 207, y: 150 });
  assert.ok(boxOf(lines).x + SIZE.width <= 200, JSON.stringify(boxOf(lines)));
  // the same line, but beside the label and beyond it
  assert.deepEqual(boxOf([{ x0: 200, y0: 130, x1: 400, y1: 120 }]), boxOf([]));
  assert.deepEqual(boxOf([{ x0: 310, y0: 150, x1: 400, y1: 150 }]), boxOf([]));
});

Deno.test("placeLabels() puts an optional label near its anchor or nowhere", () => {
  const request = { x: 200, y: 150, ...SIZE, optional: true };
  // what is free is 14 to the right and 14 up, which is 20 off
  const wall = [
    { x0: 0, x1: 400, y0: 137, y1: 163 },
    { x0: 0, x1: 213, y0: 0, y1: 300 },
    { x0: 0, x1: 400, y0: 163, y1: 300 },
  ];
  assert.equal(placeLabels([request], { frame: FRAME, obstacles: wall })[0], undefined);
  const needed = { ...request, optional: false };
  assert.deepEqual(placeLabels([needed], { frame: FRAME, obstacles: wall })[0]!.x, 214);
});

Deno.test("placeLabels() places labels anew among later ones if they are to settle", () => {
  // both go to the right at first; the second one is too wide for any other place
  const frame = { x0: 0, x1: 300, y0: 12, y1: 28 };
  const requests = [
    { x: 100, y: 20, width: 60, height: 15 },
    { x: 102, y: 20, width: 120, height: 15 },
  ];
  const covered = (settled: boolean): boolean => {
    const [a, b] = placeLabels(requests, { frame, obstacles: [], settled }).map((own) => own!);
    return a!.x < b!.x + 120 && b!.x < a!.x + 60;
  };
  assert.deepEqual([covered(false), covered(true)], [true, false]);
});
