/** The key by which Deno's Jupyter kernel asks a value how it wants to be shown. */
const DISPLAY = Symbol.for("Jupyter.display");

/** Something a notebook shows when it is the last value of a cell. */
export interface Displayable {
  /** The value by media type, as Jupyter's `display_data` message carries it. */
  readonly [DISPLAY]: () => Readonly<Record<string, unknown>>;
}

/**
 * A figure, shown inline as `image/svg+xml`.
 *
 * @param svg A standalone SVG document.
 * @throws {SyntaxError} If the text is not an SVG document.
 */
export function showFigure(svg: string): Displayable {
  if (!svg.startsWith("<svg")) {
    throw new SyntaxError(
      `Cannot show the figure as it is not SVG: it begins "${svg.slice(0, 20)}"`,
    );
  }
  const title = /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? "figure";
  return shown({ "image/svg+xml": svg, "text/plain": `Figure: ${title}` });
}

/** A text shown as Markdown: a table, or a finding with its interval. */
export function showMarkdown(markdown: string): Displayable {
  return shown({ "text/markdown": markdown, "text/plain": markdown });
}

/** A text shown as it stands, in type of one width: a prompt, a training record. */
export function showText(text: string): Displayable {
  // A fence has to be longer than any run of its own sign within.
  const runs = text.match(/~+/g) ?? [];
  const fence = "~".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return showMarkdown(`${fence}text\n${text.replace(/\n?$/, "\n")}${fence}`);
}

function shown(bundle: Readonly<Record<string, unknown>>): Displayable {
  return { [DISPLAY]: () => bundle };
}
