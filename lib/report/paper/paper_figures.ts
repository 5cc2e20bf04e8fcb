import type { Say } from "../figures/series.ts";
import { figureName } from "../figures/svg.ts";
import type { Language } from "../words/unwarranted.ts";
import { FIGURE_FONT } from "./font_files.ts";
import { portugueseFigureText, portuguesePhrases } from "./figure_words.ts";
import { withEscapes } from "./font_letters.ts";

/** A figure of the library, ready for a paper. */
export interface PaperFigure {
  /** A standalone SVG document. */
  readonly svg: string;
  /** What it shows, in a line, for readers who cannot see it. */
  readonly title: string;
}

const FAMILY_IN_STYLE = /(font-family:)[^;"]*/g;
const FAMILY_ATTRIBUTE = /(font-family=")[^"]*/g;
/** A group of texts with a white rim behind them; it holds no other group. */
const RIMMED = /<g([^>]*) paint-order="stroke"([^>]*)>((?:(?!<g[ >])[\s\S])*?)<\/g>/g;
const STROKE = / stroke(?:-[a-z]+)?="[^"]*"/g;
const TITLE = /<title>([^<]*)<\/title>/;

/** Whether an SVG is a figure of the library, with a title and a font of its own. */
export function isFigure(svg: string): boolean {
  return TITLE.test(svg) && svg.search(FAMILY_IN_STYLE) >= 0;
}

/**
 * A figure of the library as a paper needs it: white rims are drawn apart from their texts, as the
 * compiler draws sign by sign and would cover each with the rim of the next one; and with the font that a paper brings along in place of those that a system
 * may have, so that it is drawn alike everywhere.
 *
 * @param options The language of its texts, English if left out, and the names that are in none.
 * @throws {Error} If it names no font or has no title: then it is no figure of the library.
 */
export function paperFigure(
  figure: string,
  { language = "en", names = [] }: {
    readonly language?: Language;
    readonly names?: readonly string[];
  } = {},
): PaperFigure {
  const svg = inLanguage(figure, language, new Set(names));
  const title = TITLE.exec(svg)?.[1];
  if (title === undefined || !isFigure(svg)) {
    throw new Error("Cannot use a figure as it has no title or names no font");
  }
  return {
    svg: svg.replaceAll(FAMILY_IN_STYLE, `$1 ${FIGURE_FONT}`)
      .replaceAll(FAMILY_ATTRIBUTE, `$1${FIGURE_FONT}`)
      .replaceAll(RIMMED, (_, before: string, after: string, texts: string) => {
        const rim = (before + after).replace(/ fill="[^"]*"/, ' fill="white"');
        const text = (before + after).replaceAll(STROKE, "");
        return `<g${rim}>${texts}</g>\n<g${text}>${texts}</g>`;
      }),
    title: unescaped(title),
  };
}

/**
 * How a figure says its legend and notes in a language; names, of variants, are in none. They are laid
 * out after it: what is said in Portuguese is longer. {@linkcode paperFigure} writes its numbers.
 */
export function sayIn(language: Language, names: readonly string[]): Say {
  const kept = new Set(names.map(figureName));
  return (english) => language === "en" || kept.has(english) ? english : portuguesePhrases(english);
}

/** What stands between tags in the language, but for names. */
function inLanguage(svg: string, language: Language, names: ReadonlySet<string>): string {
  const named = namesWithin(names);
  return svg.replaceAll(
    /(?<=>)[^<>]*[^<>\s][^<>]*(?=<)/g,
    (text) => {
      if (language === "en" || names.has(unescaped(text).trim())) return withEscapes(text);
      if (!svg.includes(`<title>${text}</title>`)) return withEscapes(portugueseFigureText(text));
      // the title names variants within its text: every second part is a name
      const parts = text.split(named);
      return withEscapes(
        parts.map((part, i) => i % 2 === 1 ? part : portugueseFigureText(part)).join(""),
      );
    },
  );
}

/** Names where they stand as whole words, as XML has them, the longest first. */
function namesWithin(names: ReadonlySet<string>): RegExp {
  const escaped = [...names].map(figureName).toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"))
    .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (escaped.length === 0) return /(?!)/;
  return new RegExp(`(?<![\\p{L}\\p{N}@_-])(${escaped.join("|")})(?![\\p{L}\\p{N}@_#-])`, "u");
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");
}
