import assert from "node:assert/strict";
import { join } from "node:path";
import { REPOSITORY_ROOT } from "../../ground/mod.ts";
import { spiderRoot } from "../official_verdicts.ts";
import type { Hardness } from "../verdict.ts";
import { hardness } from "./hardness.ts";

const LEVELS: readonly Hardness[] = ["easy", "medium", "hard", "extra"];

const CASES: readonly (readonly [Hardness, string])[] = [
  ["easy", "SELECT count(*) FROM singer"],
  ["easy", "SELECT DISTINCT country FROM singer WHERE age > 20"],
  ["easy", "(SELECT name FROM singer)"],
  ["easy", "SELECT name FROM singer WHERE age BETWEEN 20 AND 30"],
  ["medium", "SELECT name, age FROM singer ORDER BY age DESC"],
  ["medium", "SELECT avg(age), min(age) FROM singer WHERE country = 'France'"],
  ["medium", "SELECT a FROM t WHERE b = 1 OR c = 2"],
  ["medium", "SELECT T1.a FROM t AS T1 JOIN u AS T2 ON T1.id = T2.id WHERE T2.b = 'order by'"],
  ["hard", "SELECT a FROM t WHERE b > (SELECT avg(b) FROM t)"],
  ["hard", "SELECT a FROM t EXCEPT SELECT a FROM u"],
  ["hard", "SELECT a FROM t WHERE b = 1 AND c LIKE '%x%' OR d = 2"],
  ["extra", "SELECT a, b FROM t WHERE c IN (SELECT c FROM u) ORDER BY a LIMIT 3"],
  [
    "extra",
    "SELECT a, b FROM t WHERE b = 1 UNION SELECT a, b FROM t WHERE b IN (SELECT b FROM u)",
  ],
];

for (const [level, sql] of CASES) {
  Deno.test(`hardness() calls "${sql}" ${level}`, () => assert.equal(hardness(sql), level));
}

Deno.test("hardness() does not mind space, comments, semicolons or letter case", () => {
  const sql =
    "select  T1.name\n, count(*) -- x\nfrom a as T1 join b on a.id = b.id /* y */ group by 1 ;";
  const plain = "SELECT T1.name, count(*) FROM a AS T1 JOIN b ON a.id = b.id GROUP BY 1";
  assert.equal(hardness(sql), hardness(plain));
});

Deno.test("hardness() gives some level to any text", () => {
  for (const sql of ["", "FROM", "SELECT", "(((", "SELECT a FROM t WHERE (b = 1 OR c = 2", "'"]) {
    assert.ok(LEVELS.includes(hardness(sql)));
  }
});

Deno.test("hardness() finds all four levels in the sample's dev split", () => {
  const examples = readExamples(join(REPOSITORY_ROOT, "spider_db", "sample", "dev.json"));
  assert.ok(examples.length > 0);
  const found = new Set(examples.map((example) => hardness(example.query)));
  assert.deepEqual([...found].sort(), [...LEVELS].sort());
});

const root = spiderRoot();
const suffix = root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : "";

Deno.test({
  name: `hardness() finds 248 easy, 446 medium, 174 hard and 166 extra in Spider's dev${suffix}`,
  ignore: root === undefined,
  fn: () => {
    const counts = { easy: 0, medium: 0, hard: 0, extra: 0 };
    const examples = readExamples(join(root!, "dev.json"));
    for (const { query } of examples) counts[hardness(query)]++;
    assert.deepEqual(counts, { easy: 248, medium: 446, hard: 174, extra: 166 });
  },
});

Deno.test({
  name: `hardness() agrees on all 1,034 with the parse trees that Spider's dev comes with${suffix}`,
  ignore: root === undefined,
  fn: () => {
    const examples = readExamples(join(root!, "dev.json"));
    assert.equal(examples.length, 1_034);
    for (const [index, { query, sql }] of examples.entries()) {
      assert.equal(hardness(query), hardnessOfTree(sql!), `dev ${index}: ${query}`);
    }
  },
});

interface Example {
  readonly query: string;
  readonly sql?: SpiderTree;
}
type Condition = readonly [not: boolean, operator: number, left: unknown, a: unknown, b: unknown];
interface SpiderTree {
  readonly select: readonly [boolean, readonly (readonly [aggregate: number, unknown])[]];
  readonly from: { readonly table_units: readonly unknown[]; readonly conds: readonly unknown[] };
  readonly where: readonly unknown[];
  readonly having: readonly unknown[];
  readonly groupBy: readonly (readonly [aggregate: number, ...unknown[]])[];
  readonly orderBy: readonly [] | readonly [string, readonly (readonly [number, Unit, Unit])[]];
  readonly limit: number | null;
  readonly intersect: unknown;
  readonly union: unknown;
  readonly except: unknown;
}
type Unit = readonly [aggregate: number, ...unknown[]] | null;
const LIKE = 9;

// The three counts over Spider's own trees, an independent way to the same level.
function hardnessOfTree(tree: SpiderTree): Hardness {
  const lists = [tree.from.conds, tree.where, tree.having];
  const conditions = lists.flatMap((list) =>
    list.filter((_, index) => index % 2 === 0)
  ) as Condition[];
  const connectors = lists.flatMap((list) => list.filter((_, index) => index % 2 === 1));
  const components =
    [tree.where, tree.groupBy, tree.orderBy].filter((part) => part.length > 0).length +
    (tree.limit === null ? 0 : 1) + Math.max(0, tree.from.table_units.length - 1) +
    connectors.filter((word) => word === "or").length +
    conditions.filter(([, operator]) => operator === LIKE).length;
  const isTree = (value: unknown): boolean =>
    typeof value === "object" && value !== null && "select" in value;
  const nested = conditions.flatMap(([, , , a, b]) => [a, b]).filter(isTree).length +
    [tree.intersect, tree.union, tree.except].filter((part) => part !== null).length;
  const negated = (list: readonly unknown[]): number =>
    (list.filter((_, index) => index % 2 === 0) as Condition[]).filter(([not]) => not).length;
  const keys = tree.orderBy.length === 0 ? [] : tree.orderBy[1];
  const aggregates = tree.select[1].filter(([aggregate]) => aggregate !== 0).length +
    tree.groupBy.filter(([aggregate]) => aggregate !== 0).length +
    negated(tree.where) + negated(tree.having) + Math.floor(tree.having.length / 2) +
    keys.flatMap(([, a, b]) => [a, b]).filter((unit) => unit !== null && unit[0] !== 0).length;
  const others = [aggregates, tree.select[1].length, tree.where.length, tree.groupBy.length]
    .filter((count) => count > 1).length;
  if (components <= 1 && others === 0 && nested === 0) return "easy";
  if (nested === 0 && ((others <= 2 && components <= 1) || (components <= 2 && others < 2))) {
    return "medium";
  }
  if (nested === 0 && ((others > 2 && components <= 2) || (components === 3 && others <= 2))) {
    return "hard";
  }
  return components <= 1 && others === 0 && nested <= 1 ? "hard" : "extra";
}

function readExamples(path: string): readonly Example[] {
  return JSON.parse(Deno.readTextFileSync(path)) as readonly Example[];
}
