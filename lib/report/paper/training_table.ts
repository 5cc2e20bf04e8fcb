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
  const columns = names.map((name) => ({
    // what the config asked for is not what an adapter from elsewhere was trained with
    recipe: provenance.adapterSettings[name]?.trained === "elsewhere"
      ? undefined
      : config.training.recipes.find((recipe) => recipe.name === name),
    settings: provenance.adapterSettings[name],
    training: inputs.trainings.find(({ variant }) => variant === name),
  }));
  const rows = (Object.keys(words.parameters) as ParameterWord[]).flatMap((parameter) => {
    const cells = columns.map((column) => cellOf(parameter, column, words) ?? "");
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

/** A setting as a text; `undefined` where nothing of the kind is known or was set. */
function cellOf(
  parameter: ParameterWord,
  { recipe, settings, training }: TrainingColumn,
  { texts, table }: PaperWords,
): string | undefined {
  const number = (value: number | null | undefined): string | undefined =>
    value === undefined || value === null ? undefined : texts.numbers(String(value));
  const count = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : texts.numbers(formatCount(value));
  switch (parameter) {
    case "learningRate":
      return settings?.learningRate === null
        ? table.unknown
        : rate(settings?.learningRate ?? recipe?.learningRate, texts.numbers);
    case "rank":
      return number(settings?.rank ?? recipe?.rank);
    case "alpha":
      return number(settings?.alpha ?? recipe?.alpha);
    case "dropout":
      return number(settings?.dropout ?? recipe?.dropout);
    case "modules":
      return modules(settings, recipe);
    case "kind":
      return kind(settings);
    case "epochs":
      return number(recipe?.epochs);
    case "maxTokens":
      return count(recipe?.maxTokens);
    case "batch":
      return recipe && number(recipe.batchSize * recipe.gradientAccumulation);
    case "maxLength":
      return count(recipe?.maxLength);
    case "precision":
      return recipe?.quantization === "nf4" ? "nf4" : undefined;
    case "general":
      return settings?.general &&
        `${count(settings.general.replay + settings.general.anchor)} / ${
          count(settings.general.of)
        }`;
    case "steps":
      return count(training?.steps);
    case "tokens":
      return count(training?.tokens);
    case "lastLoss":
      return training && texts.numbers(formatNats(training.lastLossNats.mean, 2));
  }
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
