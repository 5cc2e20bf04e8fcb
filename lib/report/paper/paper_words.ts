import type { Language } from "../words/unwarranted.ts";
import { ENGLISH, PORTUGUESE, type VerdictTexts } from "../words/verdict_texts.ts";

/** The words of a paper's tables and drawings in one language; sentences are in its template. */
export interface PaperWords {
  readonly language: Language;
  /** How changes and numbers are worded. */
  readonly texts: VerdictTexts;
  /** Names of data: levels of hardness, categories, kinds of text, classes of error, titles. */
  readonly names: Readonly<Record<string, string>>;
  /** A kind of text as it stands beside "text" in a sentence: "code", "de código". */
  kindOfText(kind: string): string;
  /** What parts the entries of a list in a sentence, and the last two of them. */
  readonly and: string;
  /** Heads and cells of tables. */
  readonly table: Readonly<Record<TableWord, string>>;
  /** Parameters of a training, in the order of their table. */
  readonly parameters: Readonly<Record<ParameterWord, string>>;
  /** What stands before an answer in an example. */
  readonly answer: Readonly<
    Record<"gold" | "base" | "variant" | "right" | "nothing" | "without", string>
  >;
}

/** Heads and cells of tables in English. */
const TABLE_EN = {
  variant: "variant",
  base: "base model",
  change: "change",
  accuracy: "accuracy\u00a0%",
  nats: "nats a token",
  all: "all",
  allPassages: "all",
  class: "first departure from the gold",
  parses: "parses %",
  runs: "runs %",
  right: "right %",
  count: "all wrong ones",
  otherClasses: "other classes",
  scale: "scale",
  excluded: "loss excluded",
  yes: "yes",
  no: "no",
  untested: "not tested",
  chosen: "letters chosen",
  priorFree: "prior taken off",
  habit: "habit",
  written: "by the written letter",
  moved: "letters moved",
  parameter: "parameter",
  noPercent: "none right before",
  unknown: "unknown",
  average: "none: an average",
};

/** A head or a cell of a table. */
export type TableWord = keyof typeof TABLE_EN;

/** Parameters of a training in English, in the order of their table. */
const PARAMETERS_EN = {
  learningRate: "learning rate",
  rank: "rank r",
  alpha: "alpha",
  dropout: "dropout",
  modules: "adapted modules",
  kind: "kind",
  epochs: "epochs",
  maxTokens: "token limit",
  batch: "examples a step",
  maxLength: "longest text, tokens",
  precision: "base weights",
  general: "general records / all",
  klWeight: "weight of the divergence",
  steps: "optimizer steps",
  tokens: "tokens seen",
  lastLoss: "last losses, nats a token",
};

/** A parameter of a training. */
export type ParameterWord = keyof typeof PARAMETERS_EN;

const EN: PaperWords = {
  language: "en",
  texts: ENGLISH,
  names: {
    portuguese: "Portuguese",
    schema_linking: "schema linking",
    set_operation: "set operation",
    order_limit: "order or limit",
    no_sql: "no statement",
    sql_error: "error",
    mismatch: "other rows",
    too_many_rows: "too many rows",
  },
  kindOfText: (kind) => nameIn(EN, kind),
  and: "and",
  table: TABLE_EN,
  parameters: PARAMETERS_EN,
  answer: {
    gold: "gold",
    base: "base",
    variant: "variant",
    right: "right",
    nothing: "(nothing)",
    without: "(no statement in)",
  },
};

/** Behind "texto": Portuguese has adjectives for some kinds, and no nouns in their place. */
const PT_KINDS: Readonly<Record<string, string>> = {
  encyclopaedic: "enciclopédico",
  narrative: "narrativo",
  code: "de código",
  portuguese: "em português",
  dialogue: "de diálogo",
};

const PT: PaperWords = {
  language: "pt",
  texts: PORTUGUESE,
  names: {
    easy: "fácil",
    medium: "média",
    hard: "difícil",
    extra: "extra",
    STEM: "STEM",
    Humanities: "Humanidades",
    "Social sciences": "Ciências Sociais",
    Other: "Outras",
    encyclopaedic: "enciclopédico",
    narrative: "narrativo",
    code: "código",
    portuguese: "português",
    dialogue: "diálogo",
    schema_linking: "ligação ao esquema",
    set_operation: "operação de conjuntos",
    syntax: "sintaxe",
    grouping: "agrupamento",
    aggregation: "agregação",
    join: "junção",
    value: "valor",
    projection: "projeção",
    empty: "vazio",
    nesting: "aninhamento",
    order_limit: "ordem ou limite",
    other: "outro",
    no_sql: "sem instrução",
    sql_error: "erro",
    mismatch: "outras linhas",
    timeout: "tempo esgotado",
    too_many_rows: "linhas demais",
    "general text": "texto geral",
    // what the sample's own config calls its items
    "MMLU-style items": "itens tipo MMLU",
  },
  kindOfText: (kind) =>
    (Object.hasOwn(PT_KINDS, kind) ? PT_KINDS[kind] : undefined) ?? `do tipo ${nameIn(PT, kind)}`,
  and: "e",
  table: {
    variant: "variante",
    base: "modelo base",
    change: "variação",
    accuracy: "acurácia\u00a0%",
    nats: "nats por token",
    all: "todas",
    allPassages: "todos",
    class: "primeiro desvio em relação à consulta correta",
    parses: "analisáveis %",
    runs: "executam %",
    right: "corretas %",
    count: "todas as erradas",
    otherClasses: "outras classes",
    scale: "escala",
    excluded: "perda excluída",
    yes: "sim",
    no: "não",
    untested: "não testada",
    chosen: "letras escolhidas",
    priorFree: "sem viés de letra",
    habit: "hábito",
    written: "pela letra escrita",
    moved: "letras que mudaram",
    parameter: "parâmetro",
    noPercent: "nenhuma certa antes",
    unknown: "desconhecido",
    average: "nenhuma: é uma média",
  },
  parameters: {
    learningRate: "taxa de aprendizado",
    rank: "posto r",
    alpha: "alpha",
    dropout: "dropout",
    modules: "módulos adaptados",
    kind: "tipo",
    epochs: "épocas",
    maxTokens: "limite de tokens",
    batch: "exemplos por passo",
    maxLength: "texto mais longo, tokens",
    precision: "pesos do modelo base",
    general: "registros gerais / todos",
    klWeight: "peso da divergência",
    steps: "passos do otimizador",
    tokens: "tokens vistos",
    lastLoss: "últimas perdas, nats por token",
  },
  answer: {
    gold: "correta",
    base: "base",
    variant: "variante",
    right: "certa",
    nothing: "(nada)",
    without: "(nenhuma instrução em)",
  },
};

/** The words of each language. */
export const PAPER_WORDS: Readonly<Record<Language, PaperWords>> = { en: EN, pt: PT };

/** The name of a piece of data, such as a category, in the language; as it is where none is known. */
export function nameIn({ names }: Pick<PaperWords, "names">, name: string): string {
  return Object.hasOwn(names, name) ? names[name]! : name;
}

/** A list in a sentence: "a, b and c". */
export function listIn({ and }: Pick<PaperWords, "and">, entries: readonly string[]): string {
  if (entries.length < 2) return entries.join("");
  return `${entries.slice(0, -1).join(", ")} ${and} ${entries.at(-1)}`;
}
