import assert from "node:assert/strict";
import { readSummary, type Summary } from "../../runs/mod.ts";
import type { Language } from "../words/unwarranted.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { PAPER_LANGUAGES, paperSource, writePaper } from "./write_paper.ts";

const [LARGE, ENDLESS, ANCHORED, SAMPLE, SEEDS] = [
  "qwen_coder_1_5b",
  "gemma3_270m",
  "gemma3_270m_kl",
  "sample",
  "gemma3_270m_kl_seeds",
].map((
  name,
) =>
  readSummary(
    new URL(`../../../results/recorded/${name}/summary.json`, import.meta.url).pathname,
  )
);

Deno.test("paperSource() says what the metric of DeepEval is, and that accuracy counts matches", () => {
  const said = {
    en:
      /custom metric of DeepEval, .* `BaseMetric`\. Its method `measure` .* zero on a mismatch and 1\.8 on a match, as the assignment writes it\. .* configured\. Accuracy is counted from matches alone/,
    pt:
      /customizada do DeepEval, .* `BaseMetric`\. Seu método `measure` .* zero em um erro e 1,8 em um acerto, como escreve o enunciado\. .* configuradas\. A acurácia é contada apenas pelos acertos/,
  };
  for (const language of PAPER_LANGUAGES) {
    assert.match(paperSource(paperInputs(), language).source.plain, said[language]);
  }
});

Deno.test("paperSource() names the sample's items in the paper's language, in text, tables and figures", () => {
  for (
    const [language, name] of [["en", "MMLU-style items"], [
      "pt",
      "itens tipo MMLU",
    ]] as const
  ) {
    const { source, files } = paperSource(paperInputs(SAMPLE), language);
    const figures = Object.entries(files).filter(([file]) => file.endsWith(".svg"))
      .map(([, svg]) => svg);
    for (const text of [source.plain, source.typst, figures.join("\n")]) {
      assert.ok(text.includes(name));
      if (language === "pt") assert.doesNotMatch(text, /MMLU-style/);
    }
  }
});

Deno.test("paperSource() parts thousands in one way, in text, tables and figures", () => {
  for (const [language, sign] of [["en", ","], ["pt", "."]] as const) {
    const { source, files } = paperSource(paperInputs(LARGE), language);
    const figures = Object.entries(files).filter(([name]) => name.endsWith(".svg"))
      .map(([, svg]) => svg.replace(/<desc>[\s\S]*?<\/desc>/, ""));
    for (const text of [source.plain, source.typst, ...figures]) {
      assert.doesNotMatch(text, /14[^,.\d]?042/);
    }
    const moved = source.plain.match(/[A-D] (?:to|para) [A-D] \d+[,.]\d{3}/g);
    assert.ok(moved && moved.every((one) => one.includes(sign)), `${moved}`);
    assert.ok(source.plain.includes(`14${sign}042`) && source.typst.includes(`14${sign}042)`));
    assert.ok(figures.some((svg) => svg.includes(`14${sign}042`)), language);
  }
});

Deno.test("paperSource() counts variants with many cut completions where they are too many to name", () => {
  const said = {
    en: "22 of 40 variants had between 7.1 % and 100.0 % of theirs cut. ",
    pt: "22 de 40 variantes tiveram entre 7,1 % e 100,0 % das suas cortadas. ",
  };
  for (const language of PAPER_LANGUAGES) {
    const { plain } = paperSource(paperInputs(ENDLESS), language).source;
    assert.ok(plain.includes(said[language]), language);
    assert.doesNotMatch(plain, /replay_10@0\.2 99[.,]7 %/);
  }
});

Deno.test("paperSource() says one share where as many completions of all variants were cut", () => {
  const variants = ENDLESS!.variants.map((variant) => ({
    ...variant,
    sql: { ...variant.sql!, cut: variant.sql!.overall.official.n },
  }));
  const said = {
    en: "40 of 40 variants had 100.0 % of theirs cut. ",
    pt: "40 de 40 variantes tiveram 100,0 % das suas cortadas. ",
  };
  for (const language of PAPER_LANGUAGES) {
    const { plain } = paperSource(paperInputs({ ...ENDLESS!, variants }), language).source;
    assert.ok(plain.includes(said[language]), language);
  }
});

Deno.test("paperSource() says of how few answers general records are drawn", () => {
  const said = {
    en: [
      /, drawn from 159 such answers\. /,
      /, drawn from 1 such answer\. .* from 1 answer of the base model alone, as no others could/,
    ],
    pt: [
      /, tirados de 159 respostas suas\. /,
      /São tirados de apenas 1 resposta do modelo base, pois nenhuma outra/,
    ],
  };
  for (const language of PAPER_LANGUAGES) {
    const [many, few] = [LARGE, ENDLESS].map((summary) =>
      paperSource(paperInputs(summary), language).source.plain.replaceAll("\n", " ")
    );
    assert.match(many!, said[language][0]!);
    assert.match(many!, /A possible reason|Uma razão possível/);
    assert.match(few!, said[language][1]!);
    assert.doesNotMatch(few!, /A possible reason|Uma razão possível/);
  }
});

Deno.test("paperSource() speaks of every recipe with replay, of those alike in one sentence", () => {
  const general = { replay: 946, anchor: 0, of: 9457, answers: 159 };
  const told = (others: Summary["provenance"]["adapterSettings"], language: Language): string => {
    const { provenance } = LARGE!;
    const adapterSettings = { ...provenance.adapterSettings, ...others };
    const summary = { ...LARGE!, provenance: { ...provenance, adapterSettings } };
    return paperSource(paperInputs(summary), language).source.plain.replaceAll("\n", " ");
  };
  const [name, settings] = Object.entries(LARGE!.provenance.adapterSettings)
    .find(([, { general }]) => general === undefined)!;
  const alike = { [name]: { ...settings, general } };
  const other = { [name]: { ...settings, general: { ...general, replay: 500, answers: 7 } } };
  assert.ok(
    told(alike, "en").includes(`${name} and replay_10 were also trained on general records`),
  );
  assert.ok(told(alike, "pt").includes(`${name} e replay_10 também foram treinadas em registros`));
  const apart = told(other, "en");
  assert.ok(apart.includes(`${name} was also trained on general records, 500 of 9,457`));
  assert.ok(apart.includes("replay_10 was also trained on general records, 946 of 9,457"));
  assert.ok(apart.includes(`is told above (${name} and replay_10)`));
});

Deno.test("paperSource() speaks of every recipe with a penalty by its own anchors", () => {
  const { provenance } = ANCHORED!;
  const { kl_1, ...rest } = provenance.adapterSettings;
  const general = { replay: 0, anchor: 1, of: 40, answers: 1 };
  const adapterSettings = { ...rest, kl_1: { ...kl_1!, general } };
  const summary = { ...ANCHORED!, provenance: { ...provenance, adapterSettings } };
  const [en, pt] = PAPER_LANGUAGES.map((language) =>
    paperSource(paperInputs(summary), language).source.plain.replaceAll("\n", " ")
  );
  assert.match(en!, /kl_10 was trained with a penalty: of 8,959 records an epoch 448 are anchors/);
  assert.match(
    en!,
    /kl_1 was trained .* 40 records an epoch 1 is an anchor, .* 1 such answer, whether it came/,
  );
  assert.match(
    pt!,
    /kl_1 foi treinada .* 40 registros por época 1 é âncora, .* 1 resposta sua, ter/,
  );
});

Deno.test("paperSource() names a recipe once for its seeds, and compares recipes seed by seed", () => {
  const [en, pt] = PAPER_LANGUAGES.map((language) =>
    paperSource(paperInputs(SEEDS), language).source.plain.replaceAll("\n", " ")
  );
  assert.match(en!, / kl_10 was trained with a penalty: of 8,959 records/);
  assert.match(
    en!,
    /Paired seed by seed over 5 seeds, kl_10 against all_linear_2e-4: on text-to-SQL −1\.2 .*; on general text −0\.266 .*: a gain\. /,
  );
  assert.match(pt!, /com 5 sementes, kl_10 contra all_linear_2e-4: em text-to-SQL −1,2 /);
  assert.match(en!, /code is that of commit fa509cfb\w*, with changes that are not committed\./);
});

Deno.test("paperSource() names of many pairs of recipes those that differ first, and counts the others", () => {
  const [pair] = SEEDS!.findings.seedPairs!;
  const several = (differ: readonly boolean[]): Summary => ({
    ...SEEDS!,
    findings: {
      ...SEEDS!.findings,
      seedPairs: differ.map((shown, i) => ({
        ...pair!,
        recipe: `r${i}`,
        adjustedP: shown ? pair!.adjustedP : { sql: 1, mmlu: 1, prose: 1 },
      })),
    },
  });
  const [last, most] = [
    [false, false, false, false, true],
    [true, true, true, true, true, false],
  ].map((differ) =>
    PAPER_LANGUAGES.map((language) =>
      paperSource(paperInputs(several(differ)), language).source.plain.replaceAll("\n", " ")
    )
  );
  const named = (text: string): string[] =>
    [...text.matchAll(/5 (?:seeds|sementes), (r\d) (?:against|contra) /g)].map(([, name]) => name!);
  for (const text of last!) assert.deepEqual(named(text), ["r4", "r0", "r1"]);
  for (const text of most!) assert.deepEqual(named(text), ["r0", "r1", "r2"]);
  assert.match(
    last![0]!,
    /for 5 pairs \(Holm\)\. 2 further pairs are .* no difference is shown there/,
  );
  assert.match(
    last![1]!,
    /para 5 pares \(Holm\)\. 2 outros pares estão .* nenhuma diferença é dem/,
  );
  assert.match(most![0]!, /3 further pairs are .* a difference is shown in 2 of them/);
  assert.match(most![1]!, /3 outros pares estão .* uma diferença é demonstrada em 2 deles/);
});

Deno.test("paperSource() says beside the scale that passes whether a gain is shown there", () => {
  const none = {
    en: /0\.2 \(general text .*, no gain shown, 972 of 972 completions cut\)/,
    pt: /0,2 \(.*, nenhum ganho demonstrado, 972 de 972 respostas cortadas\)/,
  };
  for (const language of PAPER_LANGUAGES) {
    const [gain, open] = [LARGE, ENDLESS].map((summary) =>
      paperSource(paperInputs(summary), language).source.plain.replaceAll("\n", " ")
    );
    assert.match(open!, none[language]);
    assert.doesNotMatch(gain!, /no gain shown|nenhum ganho demonstrado/);
  }
});

Deno.test("paperSource() says what a penalty on the divergence is, and its weight in the table", () => {
  const said = {
    en:
      /kl_1 and kl_10 were trained with a penalty: of 8,959 records an epoch 448 are anchors, .* drawn from 176 such answers, whether .* and nothing else; the last losses there have the penalty in them\. Those records are not/,
    pt:
      /kl_1 e kl_10 foram treinadas com uma penalidade: de 8\.959 registros por época 448 são âncoras, .* tiradas de 176 respostas suas, .* e nada mais; as últimas perdas ali contêm a penalidade\. Esses registros/,
  };
  const row = { en: "weight of the divergence", pt: "peso da divergência" };
  for (const language of PAPER_LANGUAGES) {
    const { plain, typst } = paperSource(paperInputs(ANCHORED), language).source;
    assert.match(plain.replaceAll("\n", " "), said[language]);
    assert.ok(typst.includes(row[language]));
    const without = paperSource(paperInputs(ENDLESS), language).source;
    assert.ok(!without.typst.includes(row[language]));
    assert.doesNotMatch(without.plain, /penalty|penalidade/);
  }
});

Deno.test("paperSource() says which trainings were unstable, the seeds of a recipe together", () => {
  const row = { recipe: "kl_10", seeds: 3, isPenalised: true, step: 95, gradientNorm: 1464.7 };
  const all = [12.52, 4.05, 6].map((times, i) => ({ ...row, times, seed: 42 + i }));
  const { gradientNorm: _, ...bare } = { ...row, recipe: "alone", seeds: 1, seed: 42, times: 3 };
  const said = {
    en: [
      "The training of kl_10 was unstable with each of its 3 seeds: the mean cross entropy of ten steps in a " +
      "row rose to between 4.0 and 12.5 times that of the first ten, and the largest gradient norm " +
      "was 1,465; its changes do not show",
      "The training of kl_10 was unstable with 1 of its 3 seeds: the mean cross entropy of ten steps in a " +
      "row rose to 12.5 times",
      "The training of alone was unstable: the mean cross entropy of ten steps in a row rose to 3.0 times " +
      "that of the first ten; its changes",
    ],
    pt: [
      "O treinamento de kl_10 foi instável com cada uma de suas 3 sementes: a entropia cruzada média de dez " +
      "passos seguidos subiu para entre 4,0 e 12,5 vezes a dos dez primeiros, e a maior norma do " +
      "gradiente foi 1.465; suas mudanças não mostram",
      "O treinamento de kl_10 foi instável com 1 de suas 3 sementes: a entropia cruzada média de dez passos " +
      "seguidos subiu para 12,5 vezes",
      "O treinamento de alone foi instável: a entropia cruzada média de dez passos seguidos subiu para 3,0 " +
      "vezes a dos dez primeiros; suas mudanças",
    ],
  };
  for (const language of PAPER_LANGUAGES) {
    const of = (unstable: readonly typeof all[number][]): string =>
      paperSource({ ...paperInputs(ANCHORED), unstable }, language).source.plain;
    const [every, some, alone] = said[language];
    const both = of([...all, bare as typeof all[number]]);
    assert.ok(both.includes(every!) && both.includes(alone!), both);
    assert.ok(of(all.slice(0, 1)).includes(some!));
    assert.doesNotMatch(of([]), /unstable|instável/);
    writePaper({ ...paperInputs(ANCHORED), unstable: all }, language);
  }
});
