import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { splitClauses } from "../classify/clauses.ts";
import { officialEqual } from "../compare/testing/equal_rows.ts";
import { type Execution, ExecutorPool } from "../execute/executor_pool.ts";
import { spiderRoot } from "../official_verdicts.ts";
import { statementForms } from "../text/statement_forms.ts";
import type { Token } from "../text/tokens.ts";
import type { Row, SqlValue } from "../value.ts";
import { type QuarantineReason, quarantineReasons } from "./gold_quarantine.ts";

Deno.test("quarantineReasons() wants the id, the database and the gold of Spider's dev", () => {
  const gold = " SELECT  max(capacity), average from stadium ; ".replace("SELECT", "select");
  const example = { id: "dev-16", dbId: "concert_singer", gold };
  assert.deepEqual(quarantineReasons(example), ["wrong_statement"]);
  assert.deepEqual(quarantineReasons({ ...example, id: "dev-17" }), []);
  assert.deepEqual(quarantineReasons({ ...example, dbId: "shop" }), []);
  assert.deepEqual(quarantineReasons({ ...example, gold: "SELECT 1" }), []);
});

const root = spiderRoot();
const suffix = root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : "";

interface Quarantined {
  readonly id: string;
  readonly dbId: string;
  readonly gold: string;
  readonly reasons: readonly QuarantineReason[];
}

function quarantined(): readonly Quarantined[] {
  const examples = JSON.parse(Deno.readTextFileSync(`${root}/dev.json`)) as {
    db_id: string;
    query: string;
  }[];
  return examples.map(({ db_id, query }, index) => {
    const example = { id: `dev-${index}`, dbId: db_id, gold: query };
    return { ...example, reasons: quarantineReasons(example) };
  }).filter(({ reasons }) => reasons.length > 0);
}

Deno.test({
  name: `quarantineReasons() knows 110 golds of Spider's dev${suffix}`,
  ignore: root === undefined,
  fn: () => {
    const list = quarantined();
    assert.equal(list.length, 110);
    const counts: Partial<Record<QuarantineReason, number>> = {};
    for (const { reasons } of list) {
      for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
    }
    assert.deepEqual(counts, { wrong_statement: 4, tie: 42, number_as_text: 20, padded_text: 50 });
  },
});

Deno.test({
  name: `every gold in quarantine for a tie has other answers behind the same sort key${suffix}`,
  ignore: root === undefined,
  fn: async () => {
    await using pool = new ExecutorPool();
    const list = quarantined().filter(({ reasons }) => reasons.includes("tie"));
    assert.equal(list.length, 42);
    await Promise.all(list.map(async ({ id, dbId, gold }) => {
      const { select, from, where, groupBy, orderBy, limit } = splitClauses(gold);
      const keys = orderBy.filter((token) => !/^(?:asc|desc)$/i.test(token.text));
      const clause = (word: string, tokens: readonly Token[]): string =>
        tokens.length === 0 ? "" : `${word} ${joined(tokens)} `;
      const sql = `SELECT ${joined(select)}, (${joined(keys)}) ${clause("FROM", from)}` +
        `${clause("WHERE", where)}${clause("GROUP BY", groupBy)}${clause("ORDER BY", orderBy)}`;
      const rows = rowsOf(await pool.execute(`${root}/database/${dbId}/${dbId}.sqlite`, sql));
      const count = Number(limit[0]!.text);
      const key = rows[count - 1]!.at(-1);
      assert.equal(rows[count]!.at(-1), key, `${id}: ${sql}`);
      const tied = rows.filter((row) => row.at(-1) === key).map((row) => row.slice(0, -1));
      assert.ok(new Set(tied.map((row) => row.join("\0"))).size > 1, `${id}: ${sql}`);
    }));
  },
});

for (const reason of ["padded_text", "number_as_text"] as const) {
  Deno.test({
    name: `every gold in quarantine for ${reason} answers otherwise on the mended data${suffix}`,
    ignore: root === undefined,
    fn: async () => {
      const dbId = reason === "padded_text" ? "flight_2" : "car_1";
      const original = `${root}/database/${dbId}/${dbId}.sqlite`;
      const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-mended-" }));
      const mended = `${folder}/${dbId}.sqlite`;
      try {
        Deno.copyFileSync(original, mended);
        Deno.chmodSync(mended, 0o600);
        mend(mended, reason);
        await using pool = new ExecutorPool();
        for (const { id, gold, reasons } of quarantined()) {
          if (!reasons.includes(reason)) continue;
          const sql = statementForms(gold, "gold").written;
          const before = numbersOf(rowsOf(await pool.execute(original, sql)));
          const after = numbersOf(rowsOf(await pool.execute(mended, sql)));
          assert.equal(officialEqual(before, after, "any"), false, `${id}: ${sql}`);
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function mend(path: string, reason: "padded_text" | "number_as_text"): void {
  using db = new DatabaseSync(path);
  if (reason === "padded_text") {
    for (
      const [table, columns] of [
        ["airports", ["City", "AirportCode", "AirportName", "Country", "CountryAbbrev"]],
        ["flights", ["SourceAirport", "DestAirport"]],
      ] as const
    ) {
      const sets = columns.map((column) => `${column} = trim(${column})`).join(", ");
      db.exec(`UPDATE OR IGNORE ${table} SET ${sets}`);
    }
    return;
  }
  db.exec(`
    CREATE TABLE mended AS SELECT Id, CAST(nullif(MPG, 'null') AS REAL) AS MPG, Cylinders, Edispl,
      CAST(nullif(Horsepower, 'null') AS INTEGER) AS Horsepower, Weight, Accelerate, Year
      FROM cars_data;
    DROP TABLE cars_data;
    ALTER TABLE mended RENAME TO cars_data;
  `);
}

// A number that is stored as text is no other answer; space round a text is none either.
function numbersOf(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) =>
    row.map((value): SqlValue => {
      if (typeof value !== "string") return value;
      return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value.trim();
    })
  );
}

function joined(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(" ").replaceAll(" . ", ".");
}

function rowsOf(execution: Execution): readonly Row[] {
  assert.equal(execution.status, "rows");
  return (execution as Extract<Execution, { status: "rows" }>).rows;
}
