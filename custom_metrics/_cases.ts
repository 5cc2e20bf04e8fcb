import { DatabaseSync } from "node:sqlite";

/** One case of testdata/cases.json, which drives the tests in both languages. */
export interface MetricCase {
  readonly name: string;
  readonly input: string;
  readonly expected_output: string;
  readonly actual_output: string;
  readonly status: string;
  readonly official: boolean;
  readonly assignment: boolean;
  readonly strict: boolean;
}

/** The cases with their database, whose folder goes when it is disposed. */
export interface MetricFixture extends Disposable {
  readonly dbPath: string;
  readonly cases: readonly MetricCase[];
}

/** Reads the cases and builds their database. */
export function metricFixture(): MetricFixture {
  const text = Deno.readTextFileSync(new URL("./testdata/cases.json", import.meta.url));
  const { schema, cases } = JSON.parse(text) as { schema: string; cases: readonly MetricCase[] };
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lab-metric-" }));
  const dbPath = `${folder}/shop.sqlite`;
  const db = new DatabaseSync(dbPath);
  db.exec(schema);
  db.close();
  return {
    dbPath,
    cases,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
