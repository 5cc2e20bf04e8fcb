import type { Summary } from "../../runs/mod.ts";
import type { ExampleRow } from "../rows/example_types.ts";
import type { PaperInputs } from "../paper/paper_inputs.ts";
import { SUMMARY } from "./summary_fixture.ts";

/** What a made-up study's paper is made of. */
export function paperInputs(summary: Summary = SUMMARY, text = "How many cows?"): PaperInputs {
  const rows = (base: string, tuned: string): { of: number; rows: ExampleRow[] } => ({
    of: 12,
    rows: [1, 2, 3].map((i) => ({
      id: `dev-${i}`,
      dbId: "farm",
      hardness: "easy",
      question: text,
      gold: "SELECT count(*) FROM cow WHERE name = 'Bella'",
      answers: [
        { variant: "base", text: `SELECT '${text}'`, status: base, errorClass: "join" },
        { variant: "tuned", text: "", status: tuned, errorClass: "value" },
      ],
    })),
  });
  return {
    summary,
    trainings: [{
      variant: "all-linear",
      steps: 40,
      tokens: 9000,
      seconds: 9,
      firstLossNats: 2.5,
      lastLossNats: { n: 9, mean: 0.5, ci95: [0.4, 0.6] },
    }],
    failures: {
      repaired: rows("sql_error", "match"),
      broken: rows("match", "mismatch"),
      "still wrong": rows("mismatch", "no_sql"),
    },
    prompt: [{ role: "system", content: "Write one query." }, { role: "user", content: text }],
    authors: [],
    limits: [],
  };
}

/** The made-up study with as many more variants, copies of its own under other names. */
export function manyVariants(more: number): Summary {
  const tuned = SUMMARY.variants.slice(1);
  const copies = Array.from({ length: more }, (_, i) => {
    const like = tuned[i % tuned.length]!;
    const source = `all-linear-lr${1 + i % 9}e-4`;
    const scale = [0.25, 0.5, 0.75, 1][i % 4]!;
    return { ...like, name: `${source}@${scale}.${i}`, origin: { ...like.origin, source, scale } };
  });
  return { ...SUMMARY, variants: [...SUMMARY.variants, ...copies] };
}
