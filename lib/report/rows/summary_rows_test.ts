import assert from "node:assert/strict";
import { join } from "node:path";
import { readSummary, type Summary, writeSummary } from "../../runs/mod.ts";
import { studyTable } from "../tables/summary_table.ts";
import { STUDY } from "../testing/study_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { summaryRows, variantRows } from "./summary_rows.ts";

Deno.test("the fixture of these tests is a summary that readSummary() gives back", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "summary.json");
    writeSummary(path, SUMMARY);
    assert.deepEqual(readSummary(path), SUMMARY);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("summaryRows() has each group once a variant, in order, with all last", () => {
  const base = STUDY.accuracy.filter(({ variant }) => variant === "base");
  assert.deepEqual(base.map(({ measure, group, successes, n }) => [measure, group, successes, n]), [
    ["sql", "easy", 40, 75],
    ["sql", "medium", 35, 86],
    ["sql", "hard", 10, 41],
    ["sql", "extra", 5, 38],
    ["sql", "all", 90, 240],
    ["mmlu", "STEM", 212, 300],
    ["mmlu", "Humanities", 223, 300],
    ["mmlu", "Social sciences", 216, 300],
    ["mmlu", "all", 651, 900],
  ]);
  const variants = [...new Set(STUDY.accuracy.map(({ variant }) => variant))];
  assert.deepEqual(variants, SUMMARY.variants.map(({ name }) => name));
});

Deno.test("summaryRows() lists no group that is the whole", () => {
  const only = <T>(groups: Readonly<Record<string, T>>, whole: T): Record<string, T> =>
    Object.fromEntries(Object.keys(groups).slice(0, 1).map((name) => [name, whole]));
  const variants = SUMMARY.variants.map(({ sql, mmlu, prose, versusBase, ...rest }) => ({
    ...rest,
    sql: { ...sql!, byHardness: only(sql!.byHardness, sql!.overall) },
    mmlu: { ...mmlu!, byCategory: only(mmlu!.byCategory, mmlu!.overall) },
    prose: { ...prose!, byKind: only(prose!.byKind, prose!.nats) },
    ...(versusBase && {
      versusBase: {
        ...versusBase,
        sql: {
          ...versusBase.sql!,
          byHardness: only(versusBase.sql!.byHardness, versusBase.sql!.overall.official),
        },
        mmlu: {
          ...versusBase.mmlu!,
          byCategory: only(versusBase.mmlu!.byCategory, versusBase.mmlu!.overall),
        },
        prose: {
          ...versusBase.prose!,
          byKind: only(versusBase.prose!.byKind, versusBase.prose!.overall),
        },
      },
    }),
  }));
  const { accuracy, prose, changes } = summaryRows({ ...SUMMARY, variants } as Summary);
  const groups = (rows: readonly { readonly group: string }[]): string[] => [
    ...new Set(rows.map(({ group }) => group)),
  ];
  assert.deepEqual(groups(accuracy), ["all"]);
  assert.deepEqual(groups(prose), ["all"]);
  // readings and numbers of shots are no groups: they stay
  assert.deepEqual(groups(changes), ["all", "assignment", "strict", "0-shot"]);
});

Deno.test("summaryRows() keeps tuned less base, both intervals, and the sum of the flips", () => {
  for (const { evidence, verdict, measure } of STUDY.changes) {
    assert.equal(verdict.difference, evidence.difference);
    const [plain, clustered] = [verdict.plainCi95!, verdict.clusteredCi95!];
    assert.equal(verdict.ci95![0], Math.min(plain[0], clustered[0]));
    assert.equal(verdict.ci95![1], Math.max(plain[1], clustered[1]));
    if (evidence.kind === "score") {
      const { n, gained, lost, difference } = evidence;
      assert.ok(Math.abs((gained - lost) / n - difference) < 1e-8, measure);
    }
  }
  const [base, qv] = ["base", "qv"].map((name) =>
    STUDY.accuracy.find((row) =>
      row.variant === name && row.measure === "mmlu" && row.group === "all"
    )!.successes
  );
  const change = STUDY.changes.find((row) =>
    row.variant === "qv" && row.measure === "mmlu" && row.group === "all"
  )!;
  assert.ok(Math.abs(change.verdict.difference - (qv! - base!) / 900) < 1e-8);
});

Deno.test("summaryRows() gives primary claims their adjusted p and outcome, and no other change", () => {
  const adjusted = STUDY.changes.filter((row) => row.adjusted);
  assert.deepEqual(
    adjusted.map((
      { variant, measure, group, adjusted, outcome },
    ) => [variant, measure, group, adjusted!.p, adjusted!.claims, outcome]),
    SUMMARY.findings.claims.map((
      { variant, gauge, adjustedP, outcome },
    ) => [variant, gauge, "all", adjustedP, 4, outcome]),
  );
});

Deno.test("summaryRows() names the tolerated loss of the gauge alone, over all examples", () => {
  const tolerated = STUDY.changes.filter(({ delta }) => delta !== undefined);
  assert.ok(tolerated.every(({ measure, group }) => measure === "mmlu" && group === "all"));
  assert.equal(tolerated.length, SUMMARY.variants.length - 1);
  // without a tolerance no loss is excluded, as its size could not be told
  const rows = variantRows(SUMMARY.variants, {
    model: SUMMARY.config.model,
    engine: SUMMARY.config.engine,
  });
  assert.ok(STUDY.changes.some(({ outcome }) => outcome === "loss_excluded"));
  assert.ok(rows.changes.every(({ outcome }) => outcome !== "loss_excluded"));
});

Deno.test("summaryRows() names a model with 4-bit weights as another one", () => {
  const { config } = SUMMARY;
  assert.equal(STUDY.model, config.model.id);
  const int4 = { ...config, engine: { ...config.engine, weights: "int4" as const } };
  const { model } = summaryRows({ ...SUMMARY, config: int4 });
  assert.equal(model, `${config.model.id}, 4-bit weights`);
});

Deno.test("summaryRows() knows which variants passed their path, and the recommended one", () => {
  assert.deepEqual(
    STUDY.tradeOff.map(({ variant, step, recommended }) => [variant, step, recommended])
      .filter(([variant]) => !String(variant).includes("#")),
    [
      ["all-linear@0.5", "passed", true],
      ["all-linear", "not passed", false],
      ["all-linear/1of2", "not passed", false],
      ["qv@0.5", "passed", false],
      ["qv", "not passed", false],
    ],
  );
  const found = SUMMARY.findings.recommendation!;
  const rows = summaryRows({
    ...SUMMARY,
    findings: { ...SUMMARY.findings, recommendation: { ...found, outcome: "not_confirmed" } },
  });
  assert.ok(rows.tradeOff.every(({ recommended }) => !recommended));
});

Deno.test("summaryRows() names missing databases and what could not be judged", () => {
  const { sql } = SUMMARY.counts;
  const { coverage } = summaryRows({
    ...SUMMARY,
    counts: {
      ...SUMMARY.counts,
      sql: {
        ...sql!,
        unjudged: [{ id: "dev-1", dbId: "farm", status: "gold_failed", message: "no such table" }],
      },
    },
  });
  assert.equal(
    coverage[0]!.missing,
    "2 on database world_1, which has no file; dev-1, whose gold statement fails on farm",
  );
  assert.deepEqual(coverage.map(({ measure, clusters, shots }) => [measure, clusters, shots]), [
    ["sql", 12, 3],
    ["mmlu", 18, undefined],
    ["prose", 20, undefined],
  ]);
});

Deno.test("summaryRows() reads a study of one measure alone, and studyTable() writes it", () => {
  for (const gauge of ["sql", "mmlu", "prose"] as const) {
    const rows = summaryRows(only(gauge));
    const table = studyTable(rows);
    assert.doesNotMatch(table, /undefined|null|NaN/);
    const other = gauge === "sql" ? /^### .*MMLU/m : /SQL execution accuracy/;
    assert.doesNotMatch(table, other, gauge);
    assert.deepEqual(rows.coverage.map(({ measure }) => measure), [gauge]);
    assert.ok(rows.changes.length > 0);
  }
});

Deno.test("studyTable() writes a study of the base model alone, and one of a single passage", () => {
  const [base, tuned] = SUMMARY.variants;
  const plan = { ...SUMMARY.plan, paths: [], primary: [], needs: [] };
  const findings = { claims: [], pairs: [], seeds: [] };
  const alone = studyTable(summaryRows({ ...SUMMARY, plan, variants: [base!], findings }));
  assert.match(alone, /MMLU accuracy by category/);
  assert.doesNotMatch(alone, /Changes on|The answer|Trade-off|undefined|null|0 paths/);
  const { prose: _, ...versusBase } = tuned!.versusBase!;
  const one = { ...SUMMARY, variants: [base!, { ...tuned!, versusBase }], findings };
  const table = studyTable(summaryRows(one));
  assert.match(table, /general text: nats a token/);
  assert.doesNotMatch(table, /Changes on general text/);
});

/** The study as if it had asked one measure alone. */
function only(gauge: "sql" | "mmlu" | "prose"): Summary {
  const one = <T extends Partial<Record<"sql" | "mmlu" | "prose", unknown>>>(all: T): T =>
    ({ [gauge]: all[gauge] }) as unknown as T;
  return {
    ...SUMMARY,
    counts: one(SUMMARY.counts),
    variants: SUMMARY.variants.map(({ name, origin, versusBase, ...scores }) => ({
      name,
      origin,
      ...one(scores),
      ...(versusBase && { versusBase: one(versusBase) }),
    })),
    findings: { claims: [], pairs: [], seeds: [] },
  };
}
