import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { readSummary, type Summary } from "../../runs/mod.ts";
import { ASSIGNMENT_SUCCESS_SCORE } from "../../sql/mod.ts";
import { manyVariants, paperInputs } from "../testing/paper_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { summaryTable } from "../tables/summary_table.ts";
import { MOST_PAGES, unsourcedNumbers } from "./check_paper.ts";
import { PAPER_WORDS } from "./paper_words.ts";
import { PAPER_LANGUAGES, paperSource, writePaper } from "./write_paper.ts";

const [SAMPLE, LARGE] = ["sample", "qwen_coder_1_5b"].map((name) =>
  readSummary(
    new URL(`../../../results/recorded/${name}/summary.json`, import.meta.url).pathname,
  )
) as [Summary, Summary];
const found = SUMMARY.findings.recommendation!;
const { chosen: _, gain, ...none } = found;

/** Where columns end on A4, in points, and where the right one begins. */
const COLUMN = { leftTo: 291, rightFrom: 304, rightTo: 555 };

/** The study with another recommendation. */
function recommending(recommendation: typeof found | undefined): Summary {
  const { recommendation: _left, ...others } = SUMMARY.findings;
  const findings = recommendation ? { ...others, recommendation } : others;
  return { ...SUMMARY, findings };
}

/** The study without one of its measures, and with the other one as its gauge. */
function without(measure: "mmlu" | "prose"): Summary {
  const gauge = measure === "mmlu" ? "prose" : "mmlu";
  const { [measure]: _count, ...counts } = SUMMARY.counts;
  const { proseAndMmlu: _both, ...findings } = SUMMARY.findings;
  const lacking = <T extends object>(of: T): T => {
    const { [measure as keyof T]: _gone, ...rest } = of;
    return rest as T;
  };
  return {
    ...SUMMARY,
    counts,
    plan: { ...SUMMARY.plan, gauge },
    variants: SUMMARY.variants.map((variant) => ({
      ...lacking(variant),
      ...(variant.versusBase ? { versusBase: lacking(variant.versusBase) } : {}),
    })),
    findings: {
      ...findings,
      claims: findings.claims.filter((claim) => claim.gauge !== measure),
      pairs: findings.pairs.map((pair) => ({
        ...pair,
        comparison: lacking(pair.comparison),
        adjustedP: lacking(pair.adjustedP),
      })),
      seeds: findings.seeds.map((one) => ({ ...one, changes: lacking(one.changes) })),
    },
  };
}

/** Studies that found different things. */
const STUDIES: Readonly<Record<string, Summary>> = {
  "a recommendation": SUMMARY,
  "none passed": recommending({ ...none, outcome: "none_passed", passed: [] }),
  "none passed, with what it takes": recommending({
    ...none,
    outcome: "none_passed",
    passed: [],
    neededExamples: 2106,
  }),
  "none passed, and too few databases": recommending({
    ...none,
    outcome: "none_passed",
    passed: [],
    halves: { choose: ["a", "b"], confirm: ["c"] },
  }),
  "not confirmed": recommending({
    ...found,
    outcome: "not_confirmed",
    gain: { ...gain!, outcome: "no_difference_shown", ci95: [-0.01, 0.2] },
    neededExamples: 812,
  }),
  "too few databases": recommending({ ...none, outcome: "too_few_databases" }),
  "no paths": recommending(undefined),
  "no multiple choice": without("mmlu"),
  "no general text": without("prose"),
  "a plan after answers": { ...SUMMARY, plan: { ...SUMMARY.plan, afterAnswers: true } },
  "no examples shown": {
    ...SUMMARY,
    config: { ...SUMMARY.config, spider: { ...SUMMARY.config.spider, shots: 0 } },
  },
  "checkpoints that are a curve alone": {
    ...SUMMARY,
    config: { ...SUMMARY.config, sweep: { ...SUMMARY.config.sweep, earlier: "curve" } },
  },
  "fifty variants": manyVariants(41),
  "the sample": SAMPLE,
  "a recorded study of 44 variants": LARGE,
};

for (const [name, summary] of Object.entries(STUDIES)) {
  Deno.test(`writePaper() writes a study with ${name} in both languages`, () => {
    for (const language of PAPER_LANGUAGES) {
      const { pdf, pages } = writePaper(paperInputs(summary), language);
      assert.ok(pages > 3 && pages <= MOST_PAGES, `${pages}`);
      assert.equal(new TextDecoder().decode(pdf.slice(0, 5)), "%PDF-");
    }
  });
}

Deno.test("writePaper() gives the same bytes again, and the pages that the file has", () => {
  for (const language of PAPER_LANGUAGES) {
    const [first, second] = [1, 2].map(() => writePaper(paperInputs(SAMPLE), language));
    assert.deepEqual(first!.pdf, second!.pdf);
    const text = new TextDecoder("latin1").decode(first!.pdf);
    assert.equal(text.match(/\/Type\s*\/Page\b(?!s)/g)?.length, first!.pages);
    // no clock: the date is the plan's
    assert.match(text, new RegExp(`D:${SAMPLE.plan.written.slice(0, 10).replaceAll("-", "")}`));
  }
});

for (const [name, summary] of Object.entries({ "the sample": SAMPLE, "a large study": LARGE })) {
  Deno.test(`paperSource() has no decimal that the table of ${name} does not have`, () => {
    const table = summaryTable(summary);
    const known = new Set([...table.match(/\d+\.\d+/g)!, String(ASSIGNMENT_SUCCESS_SCORE)]);
    const { source } = paperSource(paperInputs(summary), "en");
    // versions of tools and a model's name are in the summary, and are no measurements
    const { provenance, config } = summary;
    const facts = [provenance.tools.trl!, provenance.tools.peft!, config.model.id];
    const shown = facts.reduce((text, fact) => text.replaceAll(fact, ""), source.plain)
      .replaceAll(/scales? [\d., and]*\d/g, "");
    const unknown = [...new Set(shown.match(/\d+\.\d+/g))].filter((number) => !known.has(number));
    assert.deepEqual(unknown, []);
  });

  Deno.test(`paperSource() has the same numbers of ${name} in both languages`, () => {
    const numbers = (language: "en" | "pt"): string[] => {
      const { plain } = paperSource(paperInputs(summary), language).source;
      return (plain.match(/\d+(?:[.,]\d+)*/g) ?? []).map((one) => one.replaceAll(",", "."));
    };
    const of = (list: readonly string[]): Record<string, number> =>
      Object.fromEntries([...Map.groupBy(list, (one) => one)].map(([one, own]) => [
        one,
        own.length,
      ]));
    assert.deepEqual(of(numbers("pt")), of(numbers("en")));
  });
}

Deno.test("paperSource() says of which variants the front is one, in a study of several seeds", () => {
  const captions = { en: "Pareto front of the first seeds:", pt: "Pareto das primeiras sementes:" };
  for (const language of PAPER_LANGUAGES) {
    const caption = captions[language];
    assert.ok(paperSource(paperInputs(LARGE), language).source.typst.includes(caption));
    assert.ok(!paperSource(paperInputs(SAMPLE), language).source.typst.includes(caption));
  }
});

Deno.test('paperSource() names kinds of text in Portuguese as they stand behind "texto"', () => {
  const { plain, typst } = paperSource(paperInputs(LARGE), "pt").source;
  const found = plain.match(/texto (?:enciclopédico|narrativo|de código|em português|de diálogo)/g);
  assert.ok(found !== null && found.length > 0);
  // nouns stand in heads of tables alone
  assert.doesNotMatch(plain, /(?:texto|,| e) (?:código|diálogo|português)\b/);
  assert.match(typst, /head: \(.*#"diálogo";\].*#"todos";\]/);
  assert.match(typst, /head: \(.*#"Humanidades.*#"todas /);
  assert.match(PAPER_WORDS.pt.kindOfText("legal"), /^do tipo legal$/);
});

Deno.test("the templates have no number but by its key, and take the same keys", () => {
  const keys = PAPER_LANGUAGES.map((language) => {
    const template = Deno.readTextFileSync(new URL(`./text/${language}.typ`, import.meta.url));
    assert.deepEqual(unsourcedNumbers(template), []);
    return new Set(
      [...template.matchAll(/\{\{([^}]*)\}\}/g)]
        // words that go with a number are of their language
        .map(([, tag]) => tag!.trim().replace(/\|(?:count|form)\b.*$/s, "|count")),
    );
  });
  assert.deepEqual(keys[1], keys[0]);
});

Deno.test("writePaper() shows texts of unknown origin as they are", () => {
  const wild =
    'a "b" \\ #c $d$ *e* _f_ `g` <h> @i [j] = - + / // {{k}} #panic("x")\n= z \u001b[31m';
  for (const language of PAPER_LANGUAGES) {
    const inputs = { ...paperInputs(SUMMARY, wild), authors: [wild], limits: [wild] };
    const { source } = paperSource(inputs, language);
    assert.ok(source.plain.includes(wild));
    assert.ok(writePaper(inputs, language).pages <= MOST_PAGES);
  }
});

/** Whether the program that says where words stand in a PDF is here. */
const HAS_PDFTOTEXT = await new Deno.Command("pdftotext", {
  args: ["-v"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

/** The words of a PDF with where they begin and end in their line, in points. */
async function wordsOf(
  file: string,
): Promise<{ readonly from: number; readonly to: number; readonly text: string }[]> {
  const { stdout } = await new Deno.Command("pdftotext", { args: ["-bbox", file, "-"] }).output();
  return [
    ...new TextDecoder().decode(stdout).matchAll(
      /xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)</g,
    ),
  ].map(([, from, to, text]) => ({ from: Number(from), to: Number(to), text: text! }));
}

Deno.test({
  name: "writePaper() breaks names of variants within their column" +
    (HAS_PDFTOTEXT ? "" : " [skipped: no pdftotext]"),
  ignore: !HAS_PDFTOTEXT,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    for (const language of PAPER_LANGUAGES) {
      Deno.writeFileSync(`${folder}/names.pdf`, writePaper(paperInputs(LARGE), language).pdf);
      const broken = (await wordsOf(`${folder}/names.pdf`))
        .filter(({ text }) => /[_@#/]\u200b?$/.test(text));
      assert.ok(broken.length > 5, `${broken.length} names are broken`);
      const [left, right] = [COLUMN.leftTo, COLUMN.rightTo];
      const beyond = broken.filter(({ from, to }) => to > (from < COLUMN.rightFrom ? left : right));
      assert.deepEqual(beyond, []);
    }
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name: "writePaper() breaks words of any length within their column" +
    (HAS_PDFTOTEXT ? "" : " [skipped: no pdftotext]"),
  ignore: !HAS_PDFTOTEXT,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    // wide letters and such of two signs, somewhat longer than a line and of any length
    for (
      const word of ["W".repeat(10_000), "W".repeat(35), "Ñ".repeat(57), "e\u0301".repeat(3_000)]
    ) {
      const { failures, ...inputs } = paperInputs(SUMMARY, word);
      const [repaired] = failures.repaired.rows;
      const named = { ...repaired!, id: word, dbId: word, gold: word };
      const rows = { ...failures.repaired, rows: [named] };
      const { pdf } = writePaper({ ...inputs, failures: { ...failures, repaired: rows } }, "en");
      Deno.writeFileSync(`${folder}/long.pdf`, pdf);
      const boxes = (await wordsOf(`${folder}/long.pdf`))
        .filter(({ text }) => /W{5}|Ñ{5}|(e\u0301|é){5}/u.test(text));
      assert.ok(boxes.length > 0, `no part of "${word.slice(0, 4)}..." was found`);
      for (const { from, to, text } of boxes) {
        const end = from < COLUMN.rightFrom ? COLUMN.leftTo : COLUMN.rightTo;
        assert.ok(to <= end, `"${text}" stands from ${from} to ${to}, beyond ${end}`);
      }
    }
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test("writePaper() refuses limits with a sentence that no number warrants", () => {
  const inputs = { ...paperInputs(), limits: ["The base model is no better than guessing."] };
  assert.throws(
    () => writePaper(inputs, "en"),
    (error: Error) =>
      error instanceof UsageError && /limits\.json .* that no number warrants/.test(error.message),
  );
});

Deno.test("writePaper() refuses an eleventh page", () => {
  const inputs = {
    ...paperInputs(),
    limits: Array.from({ length: 40 }, () => "long ".repeat(300)),
  };
  assert.throws(
    () => writePaper(inputs, "en"),
    (error: Error) =>
      error instanceof UsageError && /it has \d+ pages and may have 10/.test(error.message),
  );
});

Deno.test("writePaper() refuses a study without the gauge of its plan", () => {
  const { plan } = SUMMARY;
  const summary = { ...without("mmlu"), plan };
  assert.throws(
    () => writePaper(paperInputs(summary), "en"),
    (error: Error) =>
      error instanceof UsageError &&
      /it needs changes on text-to-SQL and on "mmlu", .*; it has none on "mmlu"/
        .test(error.message),
  );
});
