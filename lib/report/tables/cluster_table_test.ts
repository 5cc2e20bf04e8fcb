import assert from "node:assert/strict";
import { changeByCluster } from "../../stats/mod.ts";
import { clusterTable } from "./cluster_table.ts";

/** `count` databases; the i-th has i questions, all wrong before and right after. */
function databases(count: number): Parameters<typeof changeByCluster>[0] {
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((size) =>
    Array.from({ length: size }, () => ({ cluster: `db_${size}`, before: 0, after: 1 }))
  );
}

function rowsOf(table: string): string[][] {
  return table.trim().split("\n").slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("clusterTable() has the largest parts first, and all others in one row that sums them up", () => {
  const rows = rowsOf(clusterTable("sql", changeByCluster(databases(13))));
  assert.equal(rows.length, 12);
  assert.deepEqual(rows[0], ["db_13", "13", "0", "13", "+14.3", "+100.0"]);
  assert.deepEqual(rows.at(-2), ["3 others", "6", "0", "6", "+6.6", ""]);
  assert.deepEqual(rows.at(-1), ["all", "91", "0", "91", "+100.0", ""]);
  const right = rows.slice(0, -1).reduce((sum, row) => sum + Number(row[3]), 0);
  assert.equal(right, 13 * 14 / 2);
});

Deno.test("clusterTable() has no row of others for one cluster, and none without where there is one alone", () => {
  const eleven = rowsOf(clusterTable("sql", changeByCluster(databases(11))));
  assert.deepEqual([eleven.length, eleven.at(-2)![0], eleven.at(-1)![0]], [12, "db_1", "all"]);
  assert.deepEqual(rowsOf(clusterTable("sql", changeByCluster(databases(1)))), [
    ["db_1", "1", "0", "1", "+100.0"],
  ]);
});

Deno.test("clusterTable() has general text in nats a token, as means", () => {
  const passages = [["sea", 2, 2.5], ["sea", 3, 3.5], ["town", 1, 1]] as const;
  const pairs = passages.map(([cluster, before, after]) => ({ cluster, before, after }));
  const table = clusterTable("prose", changeByCluster(pairs));
  assert.match(table, /\| topic +\|.*before \(nats a token\)/);
  assert.deepEqual(rowsOf(table)[0], ["sea", "2", "2.500", "3.000", "+0.333", "0.000"]);
});
