import { type Checkpoint, layerTensor } from "./checkpoint.ts";
import { FAMILIES } from "./families.ts";
import { LINEAR_MODULES, type LinearModule } from "./linear_modules.ts";
import { type NamePattern, pythonRegExp } from "./python_regexp.ts";

/** Whether a module of this name, such as `model.layers.0.self_attn.q_proj`, is meant. */
export type NameMatcher = (name: string) => boolean;

/** Modules beside the linear layers that a target may name: an adapter of them is not computed. */
export const OTHER_MODULES: readonly string[] = ["model.embed_tokens", "lm_head"];

/** The names of the linear layers that the modules stand for, layer by layer. */
export function adaptedLayers(
  checkpoint: Pick<Checkpoint, "config">,
  modules: readonly LinearModule[],
): string[] {
  const names: string[] = [];
  for (let layer = 0; layer < checkpoint.config.layers; layer++) {
    for (const module of modules) names.push(layerTensor(layer, module).replace(/\.weight$/, ""));
  }
  return names;
}

/**
 * Which modules an adapter's config names, by its `target_modules`,
 * `exclude_modules`, `layers_to_transform` and `layers_pattern`: lists hold ends
 * of names, a text is a regular expression for a whole name, or "all-linear".
 *
 * @param fields The content of adapter_config.json.
 * @throws {RangeError} If one of these is of another form, or PEFT would refuse them together.
 *
 * Source: PEFT 0.21.2, `tuners/tuners_utils.py` (`check_target_module_exists`,
 * `_maybe_include_all_linear_layers`).
 */
export function targetMatcher(
  fields: Readonly<Record<string, unknown>>,
  modelType: string,
): NameMatcher {
  const targets = fields.target_modules ?? FAMILIES[modelType]?.adapterTargets;
  if (targets === undefined) throw new RangeError("its target_modules are missing");
  const excluded = fields.exclude_modules
    ? nameMatcher("exclude_modules", fields.exclude_modules)
    : () => false;
  const inLayers = layerMatcher(fields);
  if (typeof targets === "string") {
    if (inLayers) {
      throw new RangeError("it has layers_to_transform with target_modules that are a text");
    }
    const named = targets.toLowerCase() === "all-linear"
      ? isLinear
      : nameMatcher("target_modules", targets);
    return (name) => !excluded(name) && named(name);
  }
  const named = nameMatcher("target_modules", targets);
  const whole = targets as readonly string[];
  // a name that is listed as a whole is meant in any layer
  return (name) =>
    !excluded(name) && named(name) && (!inLayers || whole.includes(name) || inLayers(name));
}

function isLinear(name: string): boolean {
  return LINEAR_MODULES.some((module) => name.endsWith(`.${module}`));
}

/** By a list of names' ends, or by a regular expression of the whole name. */
function nameMatcher(key: string, value: unknown): NameMatcher {
  if (typeof value === "string") {
    const expression = compile(key, value, "full");
    return (name) => expression.test(name);
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new RangeError(`its ${key} are neither a text nor a list of texts`);
  }
  return (name) => value.some((end) => name === end || name.endsWith(`.${end}`));
}

/** Whether a module lies in one of the wanted layers; nothing when any layer will do. */
function layerMatcher(
  { layers_to_transform: wanted, layers_pattern: pattern }: Readonly<Record<string, unknown>>,
): NameMatcher | undefined {
  const layers = typeof wanted === "number" ? [wanted] : wanted ?? [];
  if (!Array.isArray(layers) || !layers.every(Number.isInteger)) {
    throw new RangeError("its layers_to_transform are not whole numbers");
  }
  const patterns = typeof pattern === "string" ? [pattern] : pattern ?? [];
  if (!Array.isArray(patterns) || !patterns.every((item) => typeof item === "string")) {
    throw new RangeError("its layers_pattern is neither a text nor a list of texts");
  }
  const named = patterns.filter((item) => item !== "");
  if (layers.length === 0) {
    if (named.length > 0 && !Array.isArray(wanted)) {
      throw new RangeError("it has layers_pattern without layers_to_transform");
    }
    return undefined;
  }
  const prefixes = named.length === 0
    ? [String.raw`.*?\.[^.]*`]
    : named.map((item) => String.raw`(?:^|.*?\.)(?:${item})`);
  for (const item of named) compile("layers_pattern", item, "start");
  const expressions = prefixes.map((prefix) => pythonRegExp(prefix, "full"));
  return (name) => {
    for (const prefix of expressions) {
      const found = indexAfter(prefix, name);
      if (found !== undefined) return layers.includes(found);
    }
    return false;
  };
}

/** The first number that follows what a pattern matches in a name: `model.layers.12.` has 12. */
function indexAfter(prefix: NamePattern, name: string): number | undefined {
  for (const { 0: number, index } of name.matchAll(/(?<=\.)\d+(?=\.)/g)) {
    if (prefix.test(name.slice(0, index - 1))) return Number(number);
  }
  return undefined;
}

function compile(key: string, pattern: string, anchors: "start" | "full"): NamePattern {
  try {
    return pythonRegExp(pattern, anchors);
  } catch (error) {
    const shown = JSON.stringify(pattern).slice(0, 60);
    throw new RangeError(`its ${key} has the expression ${shown}: ${(error as Error).message}`);
  }
}
