import { createRequire } from "node:module";

/**
 * The fonts of a paper, by package and file: metrics of Times, Arial and Courier New, under the
 * SIL Open Font License. They are handed to the compiler, which prefers them to what a system has
 * under the same name, so that the same bytes come out everywhere.
 */
export const FONT_FILES: readonly string[] = [
  "tinos/400Regular/Tinos_400Regular.ttf",
  "tinos/400Regular_Italic/Tinos_400Regular_Italic.ttf",
  "tinos/700Bold/Tinos_700Bold.ttf",
  "tinos/700Bold_Italic/Tinos_700Bold_Italic.ttf",
  "arimo/400Regular/Arimo_400Regular.ttf",
  "arimo/700Bold/Arimo_700Bold.ttf",
  "cousine/400Regular/Cousine_400Regular.ttf",
  "cousine/700Bold/Cousine_700Bold.ttf",
];

/** The family of text in figures: the one of {@linkcode FONT_FILES} with Arial's metrics. */
export const FIGURE_FONT = "Arimo";

const find = createRequire(import.meta.url);

/** Where a font of {@linkcode FONT_FILES} lies. */
export function fontPath(file: string): string {
  return find.resolve(`@expo-google-fonts/${file}`);
}
