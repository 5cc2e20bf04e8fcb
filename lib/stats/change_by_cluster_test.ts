import assert from "node:assert/strict";
import { changeByCluster } from "./change_by_cluster.ts";

Deno.test("changeByCluster() parts a change among clusters, the largest part first, of either sign", () => {
  const pairs = [
    ...Array.from({ length: 3 }, () => ({ cluster: "a", before: 0, after: 1 })),
    ...Array.from({ length: 4 }, () => ({ cluster: "b", before: 1, after: 0 })),
    { cluster: "c", before: 1, after: 1 },
    { cluster: "d", before: 0, after: 0 },
    { cluster: "d", before: 1, after: 1 },
  ];
  const parts = changeByCluster(pairs);
  assert.deepEqual(parts.map(({ cluster, n, before, after }) => [cluster, n, before, after]), [
    ["b", 4, 4, 0],
    ["a", 3, 0, 3],
    ["c", 1, 1, 1],
    ["d", 2, 1, 1],
  ]);
  assert.deepEqual(parts.map(({ part }) => part), [-0.4, 0.3, 0, 0]);
  assert.equal(parts[0]!.without, 3 / 6);
  assert.equal(parts[1]!.without, -4 / 7);
});

Deno.test("changeByCluster() has nothing to say without a cluster that is all there is", () => {
  const [only] = changeByCluster([{ cluster: "a", before: 0.5, after: 0.25 }]);
  assert.deepEqual(only, { cluster: "a", n: 1, before: 0.5, after: 0.25, part: -0.25 });
  assert.deepEqual(changeByCluster([]), []);
});
