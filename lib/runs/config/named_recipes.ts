import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import {
  checkRecord,
  child,
  nearestName,
  parseJson,
  readTextFile,
  REPOSITORY_ROOT,
  UsageError,
} from "../../ground/mod.ts";
import { RECIPE_KEYS } from "./training_config.ts";

/** Where recipes that any study may name lie, one JSON file each. */
export const RECIPES_DIR = `${REPOSITORY_ROOT}/config/recipes`;

/** Options of {@linkcode withNamedRecipes}. */
export interface NamedRecipesOptions {
  /** The study's file, for messages. */
  readonly path: string;
  /** Where the recipes lie; {@linkcode RECIPES_DIR} when left out. */
  readonly dir?: string;
}

/** The names of the recipes that lie in a folder, sorted. */
export function recipeNames(dir: string = RECIPES_DIR): readonly string[] {
  try {
    return readdirSync(dir).filter((file) => file.endsWith(".json"))
      .map((file) => basename(file, ".json")).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // no folder, no names
    throw error;
  }
}

/**
 * A study as its file says it, with the recipes in place of their names: `"dora"` in
 * `training.recipes` stands for what `config/recipes/dora.json` says, under that name.
 *
 * @param study What the file holds, not checked yet; whatever is no list of recipes stays as it is.
 * @throws {UsageError} If a name is none of a file's, with the nearest one, or the file is no
 * recipe.
 */
export function withNamedRecipes(
  study: unknown,
  { path, dir = RECIPES_DIR }: NamedRecipesOptions,
): unknown {
  const recipes = child(child(study, "training"), "recipes");
  if (!Array.isArray(recipes) || !recipes.some((recipe) => typeof recipe === "string")) {
    return study;
  }
  const { training, ...rest } = study as { readonly training: Readonly<Record<string, unknown>> };
  const names = recipeNames(dir);
  const named = recipes.map((recipe, i) => {
    if (typeof recipe !== "string") return recipe;
    if (names.includes(recipe)) return readRecipe(`${dir}/${recipe}.json`, recipe);
    const meant = nearestName(recipe, names);
    const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean "${meant}"?`;
    throw new UsageError(
      `Cannot use ${path}: "training.recipes[${i}]" must be a recipe or the name of one in ` +
        `config/recipes: current value is ${JSON.stringify(recipe)} (${hint})`,
    );
  });
  return { ...rest, training: { ...training, recipes: named } };
}

function readRecipe(path: string, name: string): unknown {
  const shown = path.replace(`${REPOSITORY_ROOT}/`, "");
  const recipe = parseJson(readTextFile(path), shown);
  if (typeof recipe !== "object" || recipe === null || Array.isArray(recipe)) {
    throw new UsageError(`Cannot use ${shown}: the whole must be an object`);
  }
  return checkRecord(z.strictObject(RECIPE_KEYS), { name, ...recipe }, shown);
}
