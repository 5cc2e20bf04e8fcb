import assert from "node:assert/strict";
import { normalizeSql } from "./normalize_sql.ts";

Deno.test("normalizeSql() spaces a query evenly and drops semicolons at the end", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["SELECT  a ,b FROM t ;", "SELECT a, b FROM t"],
    ["SELECT a FROM t;  ; \n", "SELECT a FROM t"],
    [" SELECT MAX ( a ) FROM t", "SELECT MAX(a) FROM t"],
    ["SELECT COUNT (*) FROM t", "SELECT COUNT(*) FROM t"],
    ["SELECT count(DISTINCT  a) FROM\tt", "SELECT count(DISTINCT a) FROM t"],
    ["a IN (SELECT b FROM u)", "a IN (SELECT b FROM u)"],
    ["a  >  ( SELECT 1 )", "a > (SELECT 1)"],
    ["a  !=  1 AND b<=2", "a != 1 AND b<=2"],
    ["SELECT a -- why\nFROM t /* b\n */ WHERE 1", "SELECT a FROM t WHERE 1"],
    ["", ""],
    [" ; ", ""],
  ];
  for (const [sql, expected] of cases) assert.equal(normalizeSql(sql), expected);
});

Deno.test("normalizeSql() leaves literals and quoted names as they are", () => {
  for (
    const text of [
      "'a  ,  b ; '",
      '"Tokyo , Japan"',
      "'it''s  ( so )'",
      '"a ""  b"',
      "`x  y`",
      "[x  y]",
      "'-- no  comment'",
      "'São  Paulo'",
    ]
  ) {
    assert.equal(normalizeSql(`SELECT a  FROM t WHERE b  =  ${text} ;`).slice(26), text);
  }
});

Deno.test("normalizeSql() keeps everything after a quote that never closes", () => {
  assert.equal(normalizeSql("SELECT  a  WHERE b  =  'x  y ;"), "SELECT a WHERE b = 'x  y ;");
  assert.equal(normalizeSql("'"), "'");
});
