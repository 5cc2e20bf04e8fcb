import { counted } from "../../ground/mod.ts";
import type { BrowserData, BrowserQuestion, BrowserSql } from "../../report/mod.ts";
import { formatCount, formatCounted, unscoredText } from "../../report/mod.ts";
import type { MmluData } from "../../mmlu/mod.ts";
import type { Summary } from "../../runs/mod.ts";
import type { SpiderData } from "../../spider/mod.ts";
import { otherData } from "../inputs/asked_data.ts";
import { databaseHashes } from "../inputs/database_hashes.ts";
import { prefixed } from "../inputs/prefixed.ts";
import { MMLU_MEASURE, SQL_MEASURE } from "../measures/measures.ts";
import { SHOWN } from "./compare_rows.ts";
import type { BrowsedVariant } from "./read_browsed_answers.ts";
import { MOST_ROWS } from "./shown_results.ts";

/**
 * The text-to-SQL questions without a verdict: of the summary where there is one, else those of
 * databases that the user's copy has no file of, if these are all that are missing.
 *
 * @returns `undefined` where none is missing, or nothing says why.
 */
export function unscored(
  summary: Summary | undefined,
  questions: readonly Pick<BrowserQuestion, "id" | "dbId">[],
  spider: Pick<SpiderData, "dev" | "missingDatabases">,
): BrowserSql["unscored"] {
  const answered = new Set(questions.map(({ id }) => id));
  const without = spider.missingDatabases.filter(({ dbId }) =>
    !questions.some((question) => question.dbId === dbId)
  );
  const missing = without.reduce((sum, { examples }) => sum + examples, 0);
  const counts = summary
    ? summary.counts.sql
    : answered.size + missing === spider.dev.length
    ? { asked: spider.dev.length, missing, missingDatabases: without }
    : undefined;
  if (!counts || counts.missing === 0) return undefined;
  const databases = new Set(counts.missingDatabases.map(({ dbId }) => dbId));
  return {
    asked: counts.asked,
    why: unscoredText(counts),
    ids: spider.dev.filter(({ id, dbId }) => databases.has(dbId) && !answered.has(id))
      .map(({ id }) => id),
  };
}

/** What was asked, by which prompts, on which machine: a line each. */
export function factsOf(
  summary: Summary | undefined,
  { sql, choices, variants }: {
    readonly sql: BrowserData["sql"] | undefined;
    readonly choices: BrowserData["choices"] | undefined;
    readonly variants: readonly BrowsedVariant[];
  },
): string[] {
  const facts = [`${counted(variants.length, "variant")}, the base model among them`];
  if (sql) {
    const databases = new Set(sql.questions.map(({ dbId }) => dbId));
    facts.push(
      `text-to-SQL: ${formatCounted(sql.questions.length, "question")} of ${
        counted(databases.size, "database")
      }, ` +
        `${sql.prompts.join(", ")}`,
    );
  }
  if (choices) {
    const subjects = new Set(choices.questions.map(({ subject }) => subject));
    facts.push(
      `${choices.title}: ${formatCounted(choices.questions.length, "question")} of ${
        counted(subjects.size, "subject")
      }`,
    );
  }
  if (summary) {
    const { prompts, git, device, dtype } = summary.provenance;
    facts.push(
      `prompts ${
        [prompts.sql, prompts.mmlu].join(", ")
      }; seed ${summary.config.seed}; ${device}, ` +
        `${dtype}; commit ${git.commit?.slice(0, 10) ?? "not known"}`,
    );
  } else facts.push("recorded without a summary: all words are of pairs alone, unadjusted");
  facts.push(
    "The texts are of the data sets that were asked: pass this page on only as their licences allow.",
  );
  return facts;
}

/** What is cut or missing: a line each. */
export function notesOf(
  { sql, choices }: {
    readonly sql: BrowserData["sql"];
    readonly choices: BrowserData["choices"];
  },
): string[] {
  const notes: string[] = [];
  if (sql) {
    notes.push(
      `Of a result at most ${SHOWN.rows} rows, ${SHOWN.columns} columns and ${SHOWN.characters} ` +
        `characters of a value are shown; results of more than ${
          formatCount(MOST_ROWS)
        } rows are left out.`,
    );
  }
  if (sql?.unscored) {
    const { asked, why } = sql.unscored;
    notes.push(
      `Text-to-SQL, not scored of any variant, of ${formatCounted(asked, "question")}: ${why}.`,
    );
  }
  const kept = choices?.answers.filter(({ logProbs }) => logProbs).length ?? 0;
  if (choices && kept < choices.answers.length) {
    notes.push(
      `Log-probabilities of letters were recorded of ${kept} of ${choices.answers.length} variants.`,
    );
  }
  return notes;
}

/** That data files are not the ones that the study read: a line; `undefined` where all are. */
export async function otherDataNote(
  { provenance }: Summary,
  { spider, mmlu, sql }: {
    readonly spider: SpiderData | undefined;
    readonly mmlu: MmluData | undefined;
    readonly sql: BrowserData["sql"];
  },
): Promise<string | undefined> {
  const asked = sql?.questions.map(({ id, dbId }) => ({ id, dbId, question: "", query: "" })) ?? [];
  const opened = {
    ...prefixed(SQL_MEASURE.dataPrefix, {
      ...spider?.hashes,
      ...(spider && await databaseHashes({ asked, spider })),
    }),
    ...prefixed(MMLU_MEASURE.dataPrefix, mmlu?.hashes ?? {}),
  };
  // a file that is missing is refused where a text of it is shown
  const { changed } = otherData(provenance.data, opened, ["sql", "mmlu"]);
  if (changed.length === 0) return undefined;
  return `${
    changed.length === 1
      ? "1 data file is not the one"
      : `${formatCount(changed.length)} data files are not the ones`
  } that the study read (${changed.slice(0, 3).join(", ")}${
    changed.length > 3 ? ", ..." : ""
  }): texts and results may differ from what was judged.`;
}
