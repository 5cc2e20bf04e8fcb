import { tokensOf } from "./template_tokens.ts";
import { type TypstMarkup, typstText } from "./typst_text.ts";

/** What a template may take: texts are shown as they are, numbers want a format. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | TypstMarkup
  | readonly TemplateValue[]
  | TemplateValues;

/** Values by their keys. */
export interface TemplateValues {
  readonly [key: string]: TemplateValue;
}

/** How a number becomes a text, by the name of the format. */
export type TemplateFormats = Readonly<Record<string, (value: number) => string>>;

/** A rendered template. */
export interface Rendered {
  /** Typst source. */
  readonly typst: string;
  /** The words of it, without the values' escapes, for checks of sentences. */
  readonly plain: string;
}

/** A fault of a template, or a value that it wants and that is not there. */
export class TemplateError extends Error {
  constructor({ file, line }: Place, what: string) {
    super(`Cannot write ${file}, line ${line}: ${what}`);
    this.name = "TemplateError";
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
}

type Node = { readonly kind: "text"; readonly text: string } | ValueTag | IfTag | EachTag;

/** What every tag has: the key that it names, and where it stands. */
interface Tag {
  readonly path: string;
  readonly at: Place;
}

interface ValueTag extends Tag {
  readonly kind: "value";
  readonly format?: string;
  /** The word behind the number: of one, and of several. */
  readonly forms?: readonly [string, string];
}

interface IfTag extends Tag {
  readonly kind: "if";
  readonly equals?: string;
  readonly then: readonly Node[];
  readonly otherwise: readonly Node[];
}

interface EachTag extends Tag {
  readonly kind: "each";
  readonly as: string;
  readonly body: readonly Node[];
}

const KEY = String.raw`[a-zA-Z]\w*(?:\.\w+)*`;
/** A form has no digit: what it says is of the number before it alone. */
const FORM = String.raw`[^/|{}\d]+`;
const VALUE = new RegExp(
  String.raw`^(${KEY})(?:\s*\|\s*(\w+)(?:\s+(${FORM})\/(${FORM}))?)?$`,
);
/** The format that gives the form alone. */
const FORM_ALONE = "form";
const IF = new RegExp(`^#if (${KEY})(?: = (\\w+))?$`);
const EACH = new RegExp(`^#each (${KEY}) as (\\w+)$`);

/**
 * Fills a template, Typst source with tags in it, from values by their keys:
 *
 * - `{{key.path}}` is a text or markup, `{{key.path|format}}` a number in a format;
 * - `{{key.path|format row/rows}}` is a number with the form of a word that goes with it, and
 *   `{{key.path|form is/are}}` that form alone;
 * - `{{#if key.path}} … {{else}} … {{/if}}` asks whether a value is true, not empty and not 0, and
 *   `{{#if key.path = word}}` whether it is that word;
 * - `{{#each key.path as name}} … {{/each}}` goes through a list, whose place is `name.index`, with
 *   `name.first` and `name.last`, where its entries have keys.
 *
 * Every key must be there, in conditions as well: a key that is misspelt is no false.
 *
 * @param file The template's name, for messages.
 * @param isOne Whether a number takes the first form; 1 does if this is left out.
 * @throws {TemplateError} If a tag is none of these, a key is missing, or a number has no format.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { plain } = renderTemplate("n = {{n|count}}{{#if few}}, few{{/if}}", {
 *   file: "en.typ",
 *   values: { n: 3, few: true },
 *   formats: { count: String },
 * });
 * assert.equal(plain, "n = 3, few");
 * ```
 */
export function renderTemplate(
  template: string,
  { file, values, formats, isOne = (value) => value === 1 }: {
    readonly file: string;
    readonly values: TemplateValues;
    readonly formats: TemplateFormats;
    readonly isOne?: (value: number) => boolean;
  },
): Rendered {
  const pieces: Rendered[] = [];
  const write = (nodes: readonly Node[], scope: TemplateValues): void => {
    for (const node of nodes) {
      switch (node.kind) {
        case "text":
          pieces.push({ typst: node.text, plain: node.text });
          break;
        case "value":
          pieces.push(shown(find(scope, node.path, node.at), node, { formats, isOne }));
          break;
        case "if":
          write(holds(find(scope, node.path, node.at), node) ? node.then : node.otherwise, scope);
          break;
        case "each":
          listOf(find(scope, node.path, node.at), node).forEach((entry, index, list) => {
            write(node.body, { ...scope, [node.as]: placed(entry, index, list.length) });
          });
          break;
      }
    }
  };
  write(parse(template, file), values);
  return {
    typst: pieces.map(({ typst }) => typst).join(""),
    plain: pieces.map(({ plain }) => plain).join(""),
  };
}

/** A block that is open while a template is read. */
interface Open {
  readonly tag: string;
  readonly at: Place;
  readonly nodes: Node[];
  otherwise?: Node[];
}

function parse(template: string, file: string): readonly Node[] {
  const root: Open = { tag: "", at: { file, line: 1 }, nodes: [] };
  const open: Open[] = [root];
  const add = (node: Node): void => {
    const { nodes, otherwise } = open.at(-1)!;
    (otherwise ?? nodes).push(node);
  };
  for (const { kind, text, line } of tokensOf(template)) {
    if (kind === "text") add({ kind, text });
    else readTag(text, { open, add, at: { file, line } });
  }
  if (open.length > 1) throw new TemplateError(open.at(-1)!.at, `"${open.at(-1)!.tag}" has no end`);
  return root.nodes;
}

function readTag(tag: string, { open, add, at }: {
  readonly open: Open[];
  readonly add: (node: Node) => void;
  readonly at: Place;
}): void {
  const last = open.at(-1)!;
  if (IF.test(tag) || EACH.test(tag)) {
    open.push({ tag, at, nodes: [] });
    return;
  }
  if (tag === "else" && IF.test(last.tag) && last.otherwise === undefined) {
    last.otherwise = [];
    return;
  }
  const begun = tag === "/if" ? IF.exec(last.tag) : tag === "/each" ? EACH.exec(last.tag) : null;
  if (begun) {
    open.pop();
    const [, path, word] = begun;
    add(
      tag === "/if"
        ? {
          kind: "if",
          path: path!,
          ...(word === undefined ? {} : { equals: word }),
          at: last.at,
          then: last.nodes,
          otherwise: last.otherwise ?? [],
        }
        : { kind: "each", path: path!, as: word!, at: last.at, body: last.nodes },
    );
    return;
  }
  // a second "else", or one of no condition, is no key
  const value = tag === "else" ? null : VALUE.exec(tag);
  if (!value) throw new TemplateError(at, `"{{${tag}}}" is no tag that is known here`);
  const [, path, format, one, several] = value;
  if (format === FORM_ALONE && several === undefined) {
    throw new TemplateError(at, `"{{${tag}}}" wants two forms, such as "is/are"`);
  }
  add({
    kind: "value",
    path: path!,
    ...(format === undefined ? {} : { format }),
    ...(several === undefined ? {} : { forms: [one!.trim(), several.trim()] }),
    at,
  });
}

function find(scope: TemplateValues, path: string, at: Place): TemplateValue {
  let found: TemplateValue = scope;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) {
      throw new TemplateError(at, `there is no value "${path}" ("${key}" is missing)`);
    }
    found = (found as TemplateValues)[key]!;
  }
  return found;
}

function shown(
  value: TemplateValue,
  { path, format, forms, at }: ValueTag,
  { formats, isOne }: {
    readonly formats: TemplateFormats;
    readonly isOne: (value: number) => boolean;
  },
): Rendered {
  if (typeof value === "number") {
    const form = forms?.[isOne(value) ? 0 : 1];
    const how = format === undefined ? undefined : formats[format];
    if (!how && format !== FORM_ALONE) {
      throw new TemplateError(at, `the number "${path}" wants a format: ${Object.keys(formats)}`);
    }
    const text = [...(how ? [how(value)] : []), ...(form === undefined ? [] : [form])].join(" ");
    return { typst: typstText(text), plain: text };
  }
  if (format !== undefined) {
    throw new TemplateError(
      at,
      `"${path}" has a format and is no number: ${JSON.stringify(value)}`,
    );
  }
  if (typeof value === "string") return { typst: typstText(value), plain: value };
  if (isMarkup(value)) return value;
  throw new TemplateError(at, `"${path}" is neither a text nor a number`);
}

function isMarkup(value: TemplateValue): value is TypstMarkup {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    typeof (value as TemplateValues).typst === "string" &&
    typeof (value as TemplateValues).plain === "string";
}

function holds(value: TemplateValue, { path, equals, at }: IfTag): boolean {
  if (equals === undefined) return Array.isArray(value) ? value.length > 0 : Boolean(value);
  if (typeof value === "string" || value === null) return value === equals;
  throw new TemplateError(at, `"${path}" is compared with a word and is none`);
}

function listOf(value: TemplateValue, { path, at }: Tag): readonly TemplateValue[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(at, `"${path}" is no list`);
}

/** An entry of a list with its place, where it has keys of its own. */
function placed(entry: TemplateValue, index: number, length: number): TemplateValue {
  const keyed = typeof entry === "object" && entry !== null && !Array.isArray(entry) &&
    !isMarkup(entry);
  if (!keyed) return entry;
  return {
    ...(entry as TemplateValues),
    index: index + 1,
    first: index === 0,
    last: index === length - 1,
  };
}
