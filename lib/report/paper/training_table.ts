import type { AdapterSettings, Recipe } from "../../runs/mod.ts";
import { formatCount, formatNats } from "../words/format_numbers.ts";
import type { PaperContext } from "./paper_inputs.ts";
import type { PaperWords, ParameterWord } from "./paper_words.ts";
import { typstTable } from "./paper_tables.ts";
import { breakable, typstCell, type TypstMarkup } from "./typst_text.ts";

/** All linear layers of a block, as they are named in a table where an adapter has all of them. */
const ALL_LINEAR = 7;

/**
 * The settings of the trainings as they were run: what the adapters' own files say, what the config
 * asked for, and what the loss logs count. One column a recipe; what all recipes share is one cell.
 */
export function trainingTable({ inputs, words }: PaperContext): TypstMarkup {
  const { config, provenance } = inputs.summary;
  const names = [
    ...new Set([
      ...config.training.recipes.map(({ name }) => name),
      ...config.adapters.map(({ name }) => name),
    ]),
  ];
  const columns = names.map((name) => {
    const settings = provenance.adapterSettings[name];
    // what the config asked for is not what an adapter from elsewhere was trained with
    const recipe = settings?.trained === "elsewhere"
      ? undefined
      : config.training.recipes.find((recipe) => recipe.name === name);
    const training = inputs.trainings.find(({ variant }) => variant === name);
    return cellsOf({ recipe, settings, training }, words);
  });
  const rows = (Object.keys(words.parameters) as ParameterWord[]).flatMap((parameter) => {
    const cells = columns.map((column) => column[parameter] ?? "");
    if (cells.every((cell) => cell === "")) return [];
    const [first] = cells;
    const same = names.length > 1 && cells.every((cell) => cell === first);
    const shown = same
      ? [`table.cell(colspan: ${names.length}, ${typstCell(first!)})`]
      : cells.map(typstCell);
    return [[typstCell(words.parameters[parameter]), ...shown]];
  });
  return typstTable([words.table.parameter, ...names.map(breakable)], rows);
}

interface TrainingColumn {
  readonly recipe: Recipe | undefined;
  readonly settings: AdapterSettings | undefined;
  readonly training: PaperContext["inputs"]["trainings"][number] | undefined;
}

/** Every setting as a text; `undefined` where nothing of the kind is known or was set. */
function cellsOf(
  { recipe, settings, training }: TrainingColumn,
  { texts, table }: PaperWords,
): Readonly<Record<ParameterWord, string | undefined>> {
  const number = (value: number | null | undefined): string | undefined =>
    value === undefined || value === null ? undefined : texts.numbers(String(value));
  const count = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : texts.numbers(formatCount(value));
  const general = settings?.general;
  return {
    learningRate: settings?.averageOf
      ? table.average
      : settings?.learningRate === null
      ? table.unknown
      : rate(settings?.learningRate ?? recipe?.learningRate, texts.numbers),
    rank: number(settings?.rank ?? recipe?.rank),
    alpha: number(settings?.alpha ?? recipe?.alpha),
    dropout: number(settings?.dropout ?? recipe?.dropout),
    modules: modules(settings, recipe),
    kind: kind(settings),
    epochs: number(recipe?.epochs),
    maxTokens: count(recipe?.maxTokens),
    batch: recipe && number(recipe.batchSize * recipe.gradientAccumulation),
    maxLength: count(recipe?.maxLength),
    precision: recipe?.quantization === "nf4" ? "nf4" : undefined,
    general: general && `${count(general.replay + general.anchor)} / ${count(general.of)}`,
    klWeight: number(settings?.klWeight),
    steps: count(training?.steps),
    tokens: count(training?.tokens),
    lastLoss: training && texts.numbers(formatNats(training.lastLossNats.mean, 2)),
  };
}

/** A learning rate as papers print it: "2e-4". */
function rate(
  value: number | undefined,
  numbers: (text: string) => string,
): string | undefined {
  return value === undefined ? undefined : numbers(value.toExponential());
}

function modules(
  settings: AdapterSettings | undefined,
  recipe: Recipe | undefined,
): string | undefined {
  const names = settings?.targetModules ?? recipe?.targetModules;
  if (names === undefined) return undefined;
  if (typeof names === "string") return names;
  const short = names.map((name) => name.replace(/_proj$/, ""));
  return names.length === ALL_LINEAR ? `all-linear: ${short.join(" ")}` : short.join(" ");
}

function kind(settings: AdapterSettings | undefined): string | undefined {
  if (!settings) return undefined;
  const forms = [...(settings.dora ? ["DoRA"] : []), ...(settings.rsLora ? ["rsLoRA"] : [])];
  return forms.length === 0 ? "LoRA" : forms.join(" ");
}
