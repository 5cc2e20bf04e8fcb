import assert from "node:assert/strict";
import type { Summary } from "../../runs/mod.ts";
import { paperInputs } from "../testing/paper_fixture.ts";
import { SUMMARY } from "../testing/summary_fixture.ts";
import { PAPER_LANGUAGES, paperSource, writePaper } from "./write_paper.ts";

/** The study whose items have one title and passages one kind, as a user's own may, all easy. */
const ONE_GROUP: Summary = {
  ...SUMMARY,
  config: {
    ...SUMMARY.config,
    mmlu: { ...SUMMARY.config.mmlu, path: "items.jsonl", title: "Items" },
  },
  variants: SUMMARY.variants.map(({ sql, mmlu, prose, versusBase, ...variant }) => ({
    ...variant,
    sql: { ...sql!, byHardness: { easy: sql!.overall } },
    mmlu: { ...mmlu!, byCategory: { Items: mmlu!.overall } },
    prose: { ...prose!, byKind: { code: prose!.nats } },
    ...(versusBase === undefined ? {} : {
      versusBase: {
        ...versusBase,
        sql: { ...versusBase.sql!, byHardness: { easy: versusBase.sql!.overall.official } },
        mmlu: { ...versusBase.mmlu!, byCategory: { Items: versusBase.mmlu!.overall } },
        prose: { ...versusBase.prose!, byKind: { code: versusBase.prose!.overall } },
      },
    }),
  })),
};

/** What is said of groups. */
const OF_GROUPS = {
  en: [
    /no category/,
    /By category/,
    /by category:/,
    /at no level/,
    /By hardness/,
    /kind of (?:general )?text/i,
  ],
  pt: [
    /nenhuma categoria/i,
    /Por categoria/,
    /por categoria:/,
    /em nenhum nível/,
    /Por dif/,
    /tipo de texto/i,
  ],
};
const STILL_SAID = {
  en: [
    /@tab-categories has the changes in percent/,
    /\*Which kind of knowledge\.\* The two gauges/,
  ],
  pt: [/A @tab-categories traz as variações/, /\*Que tipo de conhecimento\.\* As duas medidas/],
};

Deno.test("writePaper() says nothing of categories, levels or kinds where all is of one", () => {
  for (const language of PAPER_LANGUAGES) {
    const { plain, typst } = paperSource(paperInputs(ONE_GROUP), language).source;
    for (const words of OF_GROUPS[language]) assert.equal(words.exec(plain)?.[0], undefined);
    for (const words of STILL_SAID[language]) assert.match(plain, words);
    assert.doesNotMatch(typst, /tab-hardness|tab-prose/);
    writePaper(paperInputs(ONE_GROUP), language);
  }
});

Deno.test("writePaper() has no paragraph on kinds of knowledge where one gauge has one category", () => {
  const { prose: _count, ...counts } = ONE_GROUP.counts;
  const { proseAndMmlu: _both, ...findings } = ONE_GROUP.findings;
  const study: Summary = {
    ...ONE_GROUP,
    counts,
    plan: { ...ONE_GROUP.plan, gauge: "mmlu" },
    variants: ONE_GROUP.variants.map(({ prose: _own, versusBase, ...variant }) => {
      const { prose: _change, ...others } = versusBase ?? {};
      return { ...variant, ...(versusBase ? { versusBase: others } : {}) };
    }),
    findings: {
      ...findings,
      claims: findings.claims.filter(({ gauge }) => gauge !== "prose"),
      pairs: [],
      seeds: [],
    },
  };
  for (const language of PAPER_LANGUAGES) {
    const { plain } = paperSource(paperInputs(study), language).source;
    assert.doesNotMatch(plain, /\*Which kind of knowledge|\*Que tipo de conhecimento/);
    writePaper(paperInputs(study), language);
  }
});
