import assert from "node:assert/strict";
import { hasSecondStatement, hasStatement, ordersRows, statementForms } from "./statement_forms.ts";

Deno.test("statementForms() drops DISTINCT from the official form only, wherever it stands", () => {
  const sql =
    "SELECT DISTINCT a, count(distinct b) FROM t WHERE c = 'distinct' AND \"Distinct\" = 1";
  const forms = statementForms(sql, "gold");
  assert.equal(forms.written, sql);
  assert.equal(
    forms.official,
    "SELECT  a, count( b) FROM t WHERE c = 'distinct' AND \"Distinct\" = 1",
  );
});

Deno.test("statementForms() leaves DISTINCT inside of comments and longer words", () => {
  const sql = "SELECT distinct_id FROM t -- distinct";
  assert.equal(statementForms(sql, "gold").official, sql);
});

Deno.test("statementForms() keeps the first of several statements", () => {
  const forms = statementForms("SELECT 'a;b' FROM t; DROP TABLE t; SELECT 2", "predicted");
  assert.equal(forms.official, "SELECT 'a;b' FROM t;");
  assert.equal(forms.written, "SELECT 'a;b' FROM t;");
});

Deno.test("statementForms() does not end a statement inside of brackets or comments", () => {
  const sql = "SELECT (1;2) /* ; */ FROM t -- ;\nWHERE a";
  assert.equal(statementForms(sql, "predicted").written, sql);
});

Deno.test("statementForms() closes up operators that were split by a space", () => {
  const { written } = statementForms(
    "SELECT a FROM t WHERE a > = 1 AND b < = 2 AND c ! = 3",
    "gold",
  );
  assert.equal(written, "SELECT a FROM t WHERE a >= 1 AND b <= 2 AND c != 3");
});

Deno.test("statementForms() replaces the placeholder value in the official form of a prediction", () => {
  const sql = "SELECT a FROM t WHERE b = value AND c = 'value'";
  assert.equal(
    statementForms(sql, "predicted").official,
    "SELECT a FROM t WHERE b = 1 AND c = 'value'",
  );
  assert.equal(statementForms(sql, "predicted").written, sql);
  assert.equal(statementForms(sql, "gold").official, sql);
});

Deno.test("statementForms() reads the current year as 2020", () => {
  const { written } = statementForms("SELECT year( curdate() ) - age FROM t", "gold");
  assert.equal(written, "SELECT 2020- age FROM t");
});

Deno.test("ordersRows() looks for one spelling of ORDER BY, anywhere", () => {
  assert.equal(ordersRows("SELECT a FROM t Order By a"), true);
  assert.equal(ordersRows("SELECT a FROM t WHERE b IN (SELECT c FROM u ORDER BY d LIMIT 1)"), true);
  assert.equal(ordersRows("SELECT a FROM t ORDER  BY a"), false);
  assert.equal(ordersRows("SELECT a FROM t"), false);
});

Deno.test("hasStatement() sees through comments, white space and semicolons", () => {
  for (const sql of ["", "  \n", "-- only a comment", "/* a */ ; -- b", ";;"]) {
    assert.equal(hasStatement(sql), false, sql);
  }
  for (const sql of ["SELECT 1", "-- a\nSELECT 1", "(SELECT 1)", ";SELECT 1", "é"]) {
    assert.equal(hasStatement(sql), true, sql);
  }
});

Deno.test("hasSecondStatement() sees a statement behind the first one, and no comment for one", () => {
  for (const sql of ["SELECT 1; SELECT 2", ";SELECT 1", "SELECT 1;\n# x", "SELECT ';';x"]) {
    assert.equal(hasSecondStatement(sql), true, sql);
  }
  for (
    const sql of ["SELECT 1", "SELECT 1;", "SELECT 1;; ;", "SELECT 1; -- x\n/* y */", "SELECT ';'"]
  ) {
    assert.equal(hasSecondStatement(sql), false, sql);
  }
});

Deno.test("statementForms() keeps a hash comment after the semicolon, on which the script fails", () => {
  const sql = "SELECT a FROM t; # all of them";
  assert.equal(statementForms(sql, "predicted").official, sql);
  assert.equal(statementForms(sql, "predicted").written, "SELECT a FROM t;");
  const nextLine = "SELECT a FROM t;\n# all of them";
  assert.equal(statementForms(nextLine, "predicted").official, "SELECT a FROM t;");
  const comments = "SELECT a FROM t; -- x\n  # y\nSELECT b";
  assert.equal(statementForms(comments, "predicted").official, "SELECT a FROM t; -- x\n  # y");
});
