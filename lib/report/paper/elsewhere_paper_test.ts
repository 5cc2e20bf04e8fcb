import assert from "node:assert/strict";
import type { Summary } from "../../runs/mod.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { summaryRows } from "../rows/summary_rows.ts";
import { paperVariants } from "./paper_variants.ts";
import { PAPER_LANGUAGES, paperSource, writePaper } from "./write_paper.ts";

const { config, counts, provenance } = SUMMARY;
const SOURCES = [...new Set(SUMMARY.variants.slice(1).map(({ origin }) => origin.source))];

/** The study as `compare` makes it of the same adapters, of which nothing but their files is known. */
function elsewhere(mmlu: Partial<Summary["counts"]["mmlu"]>): Summary {
  return {
    ...SUMMARY,
    config: {
      ...config,
      spider: { ...config.spider, path: "own.jsonl", shots: 0 },
      mmlu: { ...config.mmlu, path: "items.jsonl", title: "Items", shots: 4 },
      training: { ...config.training, recipes: [] },
      adapters: SOURCES.map((name) => ({ name, adapter: `adapters/${name}` })),
    },
    counts: { ...counts, mmlu: { ...counts.mmlu!, ...mmlu } },
    provenance: {
      ...provenance,
      adapterSettings: Object.fromEntries(
        SOURCES.map((name) => [name, {
          trained: "elsewhere",
          rank: 8,
          alpha: 16,
          dropout: null,
          targetModules: ["q_proj"],
          learningRate: null,
          rsLora: false,
          dora: false,
        }]),
      ),
    },
    findings: { ...SUMMARY.findings, seeds: [] },
  };
}

const UNKNOWN = {
  en: [
    /training aims at/,
    /used for training/,
    /each recipe was trained/,
    /We adapt/,
    /five phases/,
  ],
  pt: [
    /treinamento busca/,
    /no treinamento(?:, ali| e)/,
    /cada receita foi/,
    /Adaptamos/,
    /cinco fases/,
  ],
};
const SAID = { en: /Trained elsewhere: .*is not known here/, pt: /aqui não se sabe/ };
const SHOWN = {
  en: [/, without examples\. The answer/, /each after 1 to 3 examples of its own subject/],
  pt: [/, sem exemplos\. A resposta/, /cada uma depois de 1 a 3 exemplos de seu próprio assunto/],
};

Deno.test("writePaper() says of adapters from elsewhere only what their files say", () => {
  for (const language of PAPER_LANGUAGES) {
    const foreign = paperSource(paperInputs(elsewhere({ shots: 0 })), language).source.plain;
    const own = paperSource(paperInputs(SUMMARY), language).source.plain;
    for (const claim of UNKNOWN[language]) {
      assert.doesNotMatch(foreign, claim);
      if (!/each|cada/.test(claim.source)) assert.match(own, claim);
    }
    assert.match(foreign, SAID[language]);
    assert.doesNotMatch(own, SAID[language]);
  }
});

const AVERAGED = {
  en: / of the adapters seed_42 and seed_43; of these the study does not have seed_43, and how/,
  pt: / dos adaptadores seed_42 e seed_43; destes o estudo não tem seed_43, e como/,
};
const GENERAL = {
  en: /not known here; also trained on general records, which are not of .* split: seed_43\./,
  pt: /não se sabe; treinados também em registros gerais, que não são do .* Spider: seed_43\./,
};
const RATE = { en: /none: an average/, pt: /nenhuma: é uma média/ };

Deno.test("writePaper() says of an average what it is the average of, and gives it no rate", () => {
  const [known, mean] = SOURCES as [string, string];
  const study = elsewhere({ shots: 0 });
  const { provenance: { adapterSettings } } = study;
  const general = { replay: 9, anchor: 0, of: 90 };
  const made = (second: string): Summary => ({
    ...study,
    provenance: {
      ...study.provenance,
      adapters: { [known]: { "adapter_model.safetensors": "a".repeat(64) } },
      adapterSettings: {
        ...adapterSettings,
        [mean]: {
          ...adapterSettings[mean]!,
          averageOf: [
            { name: "seed_42", sha256: "a".repeat(64) },
            { name: "seed_43", sha256: second.repeat(64), general },
          ],
        },
      },
    },
  });
  for (const language of PAPER_LANGUAGES) {
    const { plain, typst } = paperSource(paperInputs(made("b")), language).source;
    const said = new RegExp(AVERAGED[language].source.replace("seed_42", known));
    assert.match(plain, said);
    assert.match(typst, RATE[language]);
    assert.match(plain, GENERAL[language]);
    const places = plain.match(/Trained elsewhere: ([^;]*);|treinamento de: ([^;]*);/)!;
    assert.doesNotMatch(places[1] ?? places[2]!, new RegExp(`\\b${mean}\\b`));
    const all = paperSource(paperInputs(made("a")), language).source.plain;
    assert.doesNotMatch(all, said);
    assert.doesNotMatch(all, /the study does not have|o estudo não tem/);
  }
  writePaper(paperInputs(made("b")), "pt");
});

Deno.test("writePaper() says how many examples were shown before a question, not how many were asked for", () => {
  const text = (mmlu: Partial<Summary["counts"]["mmlu"]>, language: "en" | "pt"): string =>
    paperSource(paperInputs(elsewhere(mmlu)), language).source.plain;
  for (const language of PAPER_LANGUAGES) {
    assert.match(text({ shots: 0 }, language), SHOWN[language][0]!);
    assert.match(text({ shots: 3, fewestShots: 1 }, language), SHOWN[language][1]!);
    assert.doesNotMatch(text({}, language), /of its own subject|de seu próprio assunto/);
  }
  writePaper(paperInputs(elsewhere({ shots: 0 })), "en");
});

const TEMPLATE = {
  en: {
    "zero-shot": /used for training, there without the examples, and for every evaluation \(/,
    mixed: /used for training, there without the examples in half of the prompts, and for every/,
    "few-shot": /used for training and for every evaluation \(/,
  },
  pt: {
    "zero-shot": /usado no treinamento, ali sem os exemplos, e em todas as avaliações \(/,
    mixed: /usado no treinamento, ali sem os exemplos em metade dos prompts, e em todas as/,
    "few-shot": /usado no treinamento e em todas as avaliações \(/,
  },
};

Deno.test("writePaper() says where training prompts have not the examples of the evaluation", () => {
  const text = (shots: number, prompt: keyof typeof TEMPLATE.en, language: "en" | "pt"): string => {
    const spider = { ...config.spider, shots };
    const training = { ...config.training, prompt };
    const study = { ...SUMMARY, config: { ...config, spider, training } };
    return paperSource(paperInputs(study), language).source.plain;
  };
  for (const language of PAPER_LANGUAGES) {
    for (const prompt of ["zero-shot", "mixed", "few-shot"] as const) {
      assert.match(text(3, prompt, language), TEMPLATE[language][prompt]);
    }
    // without examples in the evaluation there is nothing to leave out
    assert.match(text(0, "zero-shot", language), TEMPLATE[language]["few-shot"]);
  }
});

Deno.test("writePaper() names categories as such, not as the subjects that it counts", () => {
  const [own, one] = [counts.mmlu!.subjects, 1].map((subjects) => ({
    ...SUMMARY,
    counts: { ...counts, mmlu: { ...counts.mmlu!, subjects } },
  }));
  const names = Object.keys(SUMMARY.variants[0]!.mmlu!.byCategory).length;
  const text = (study: Summary, language: "en" | "pt"): string =>
    paperSource(paperInputs(study), language).source.plain;
  assert.match(text(own!, "en"), new RegExp(`from \\d+ subjects in ${names} categories \\(`));
  assert.match(text(own!, "pt"), new RegExp(`de \\d+ assuntos em ${names} categorias \\(`));
  assert.match(text(one!, "en"), / 1 subject in /);
});

/** A plural behind a one. */
const ONES = {
  en:
    /(?<![\d.,])1 (?:[a-z-]+ )?(?:questions|databases|subjects|topics|passages|tokens|examples|are|pairs|steps|statements|letters|items|answers|comparisons)\b/,
  pt:
    /(?<![\d.,])1 (?:[a-zã]+ )?(?:perguntas|bancos|assuntos|temas|trechos|tokens|exemplos|são|foram|pares|passos|consultas|letras|itens|respostas|comparações|questões)(?!\p{L})/u,
};
const NONE_LEFT = {
  en: [/on other databases, of which there is none\./, /but there is no database to confirm on\./],
  pt: [/em outros, que aqui não há\./, /mas não há banco de dados para confirmar\./],
};

Deno.test("writePaper() counts one of everything as one, and says where none is left", () => {
  const { findings, plan } = SUMMARY;
  const found = findings.recommendation!;
  const study: Summary = {
    ...SUMMARY,
    config: {
      ...config,
      spider: { ...config.spider, shots: 1, maxNewTokens: 1 },
      sweep: { ...config.sweep, shots: [1] },
      training: { ...config.training, examples: 1 },
    },
    plan: { ...plan, halves: { choose: ["farm"], confirm: [] } },
    counts: {
      sql: { ...counts.sql!, asked: 1, scored: 1, databases: 1, missing: 1 },
      mmlu: { ...counts.mmlu!, scored: 1, subjects: 1, shots: 1 },
      prose: { ...counts.prose!, scored: 1, topics: 1 },
    },
    findings: {
      ...findings,
      pairs: findings.pairs.slice(0, 1),
      recommendation: {
        ...found,
        outcome: "too_few_databases",
        halves: { choose: ["farm"], confirm: [] },
        paths: [{ ...found.paths[0]!, steps: found.paths[0]!.steps.slice(0, 1) }],
      },
    },
  };
  const inputs = paperInputs(study);
  const [training] = inputs.trainings;
  const one = { ...inputs, trainings: [{ ...training!, steps: 1, tokens: 1 }] };
  for (const language of PAPER_LANGUAGES) {
    const { plain } = paperSource(one, language).source;
    assert.equal(ONES[language].exec(plain)?.[0], undefined);
    for (const sentence of NONE_LEFT[language]) assert.match(plain, sentence);
  }
});

const SINGULAR = {
  en: [
    /over all examples of one variant;/,
    /The one path \(/,
    /on the one other database\./,
    /stays at \d+ wrong statements?/,
  ],
  pt: [
    /sobre todos os exemplos de uma variante;/,
    /O único caminho \(/,
    /demonstrado de novo no outro\./,
    /fica em \d+ consultas? erradas?/,
  ],
};

Deno.test("writePaper() counts one as one, and what did not move as what stays", () => {
  const [main] = paperVariants(summaryRows(SUMMARY)).shown;
  const { plan, variants } = SUMMARY;
  const base = variants[0]!.sql!;
  const one: Summary = {
    ...SUMMARY,
    plan: {
      ...plan,
      paths: plan.paths.slice(0, 1),
      primary: [main!],
      halves: { choose: plan.halves.choose, confirm: plan.halves.confirm.slice(0, 1) },
    },
    variants: variants.map((variant) => ({
      ...variant,
      sql: { ...variant.sql!, byClass: base.byClass },
    })),
  };
  for (const language of PAPER_LANGUAGES) {
    const several = paperSource(paperInputs(SUMMARY), language).source.plain;
    const text = paperSource(paperInputs(one), language).source.plain;
    for (const form of SINGULAR[language]) {
      assert.match(text, form);
      assert.doesNotMatch(several, form);
    }
    assert.doesNotMatch(text, /goes from (\d+) wrong statements? to \1\b/);
  }
});
