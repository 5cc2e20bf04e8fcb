import { listed, nearestName } from "../../../ground/light.ts";
import type { StudyBlock } from "../format.ts";
import { countText } from "./dom.ts";
import { KINDS, NO_KIND, selectItems, type Source } from "./select.ts";
import { ADDRESS_KEYS, FACET, type View, viewOfHash } from "./view.ts";

/** The view that an address says. */
export interface ReadAddress {
  readonly view: View;
  /** A sentence on each thing that it names and that is not here. */
  readonly faults: readonly string[];
  /** A sentence on each thing that is shown otherwise than may be expected. */
  readonly remarks: readonly string[];
}

/** What is told of an address, in one line; empty where there is nothing to tell. */
export function noticeText({ faults, remarks }: ReadAddress): string {
  const rest = faults.length === 0 ? [] : ["What else the address says is shown."];
  return [...faults, ...remarks, ...rest].join(" ");
}

/** What a study names: all but questions and the values of filters. */
export type Named = Pick<StudyBlock, "variants"> & {
  readonly sql?: Pick<NonNullable<StudyBlock["sql"]>, "prompts" | "unscored">;
  readonly choices?: Pick<NonNullable<StudyBlock["choices"]>, "title">;
};

/** Up to so many names are listed whole. */
const LISTED = 8;

/** So many characters of a name that is not there are shown. */
const LONGEST = 60;

/**
 * Reads an address as far as the study's own names go. What it names that is not there is as in
 * `start`; of two variants, both are.
 */
export function readAddress(hash: string, start: View, study: Named): ReadAddress {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const view = viewOfHash(hash, start);
  const faults = [...new Set(given.keys())]
    .filter((key) => !key.startsWith(FACET) && !ADDRESS_KEYS.some((known) => known === key))
    .map((key) => unknown("part of an address", key, ADDRESS_KEYS));
  /** Whether what was given is one of these; what was not given is. */
  const has = (key: string, what: string, names: readonly string[]): boolean => {
    const name = given.get(key);
    if (name === null || names.includes(name)) return true;
    const fault = unknown(what, name, names);
    if (!faults.includes(fault)) faults.push(fault);
    return false;
  };
  const tabs = tabsOf(study);
  const tab = given.get("tab") ?? start.tab;
  const named = tabs.find(({ key, title }) =>
    key === tab || title.toLowerCase() === tab.toLowerCase()
  );
  if (!named || named.key !== tab) {
    const listed = tabs.map(({ key, title }) => `${key} (${title})`);
    faults.push(`There is no tab "${cut(tab)}": ${thereAre(listed)}.`);
  }
  const variants = study.variants.map(({ name }) => name);
  const pair = [has("from", "variant", variants), has("to", "variant", variants)].every(Boolean);
  const prompt = has("prompt", "prompt", study.sql?.prompts ?? []);
  const kind = has("kind", "kind of flip", ["all", ...KINDS.map(({ name }) => name)]);
  has("marks", "kind of marks", ["gold", "other"]);
  return {
    view: {
      ...view,
      tab: named?.key ?? start.tab,
      ...(pair ? {} : { from: start.from, to: start.to }),
      ...(prompt ? {} : { prompt: start.prompt }),
      ...(kind ? {} : { kind: start.kind }),
    },
    faults,
    remarks: [],
  };
}

/**
 * Checks what a view names of the questions: its question and its filters. A question of the other
 * measure is shown there; one that is of another kind of flip is shown with its kind, unless the
 * address names one. Where it names neither, the first kind that has questions is shown.
 *
 * @param open Gives the questions of a view; `undefined` where the pair was not asked them.
 */
export async function settleView(
  read: ReadAddress,
  { hash, study, open }: {
    readonly hash: string;
    readonly study: Named;
    readonly open: (view: View) => Promise<Source | undefined>;
  },
): Promise<ReadAddress> {
  const { view } = read;
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  if (view.id === "" && view.filters.size === 0 && given.has("kind")) return read;
  const [faults, remarks] = [[...read.faults], [...read.remarks]];
  let settled = view;
  let source = await open(view);
  const { id } = view;
  if (id !== "" && !source?.ids.includes(id)) {
    const other = tabsOf(study).find(({ key }) => key !== view.tab);
    const elsewhere = other && await open({ ...view, tab: other.key });
    if (elsewhere?.ids.includes(id)) {
      if (given.has("tab")) {
        remarks.push(`"${id}" is a question of ${other!.title}, which is shown.`);
      }
      settled = { ...settled, tab: other!.key };
      source = elsewhere;
    } else if (source) {
      faults.push(noQuestion(id, [...source.ids, ...elsewhere?.ids ?? []], study));
      settled = { ...settled, id: "" };
    }
  }
  if (!source) return { view: settled, faults, remarks };
  const filtered = checkedFilters(settled, source);
  faults.push(...filtered.faults);
  settled = filtered.view;
  const at = settled.id === "" ? -1 : source.ids.indexOf(settled.id);
  if (at < 0 || source.kinds[at] === NO_KIND) {
    const shown = given.has("kind") ? settled : withQuestions(settled, source);
    return { view: shown, faults, remarks };
  }
  const { name } = KINDS[source.kinds[at]!]!;
  if (!given.has("kind")) settled = { ...settled, kind: name };
  if (!selectItems(source, settled).shown.includes(at)) {
    remarks.push(
      `"${id}" (${name}) is open, and not in the list: the address asks for others there.`,
    );
  }
  return { view: settled, faults, remarks };
}

/** The view with the first kind that has questions, where there is none of its own. */
function withQuestions(view: View, source: Source): View {
  const counts = selectItems(source, view).kinds;
  if (KINDS.some(({ name }, at) => name === view.kind && counts[at]! > 0)) return view;
  const first = KINDS.find((_, at) => counts[at]! > 0);
  return first ? { ...view, kind: first.name } : view;
}

/** The view with those filters and values alone that its questions have. */
function checkedFilters(
  view: View,
  { facets }: Source,
): Pick<ReadAddress, "view" | "faults"> {
  const faults: string[] = [];
  const kept = [...view.filters].flatMap(([key, values]) => {
    const facet = facets.find((one) => one.key === key);
    if (!facet) {
      faults.push(unknown("filter", FACET + key, facets.map((one) => FACET + one.key)));
      return [];
    }
    const known = values.filter((value) => facet.names.includes(value));
    for (const value of values) {
      if (known.includes(value)) continue;
      faults.push(unknown(`value of the filter ${FACET}${key}`, value, facet.names));
    }
    return known.length === 0 ? [] : [[key, known] as const];
  });
  return { view: { ...view, filters: new Map(kept) }, faults };
}

function noQuestion(id: string, ids: readonly string[], { sql }: Named): string {
  return sql?.unscored?.ids.includes(id)
    ? `"${id}" is not here, as it could not be scored: ${sql.unscored.why}.`
    : unknown("question", id, ids);
}

function tabsOf({ sql, choices }: Named): { readonly key: View["tab"]; readonly title: string }[] {
  return [
    ...(sql ? [{ key: "sql" as const, title: "Text-to-SQL" }] : []),
    ...(choices ? [{ key: "choices" as const, title: choices.title }] : []),
  ];
}

/** That there is no such thing, with the nearest one, and with all of them where they are few. */
function unknown(what: string, name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const parts = [
    ...(nearest === undefined ? [] : [`the nearest is "${nearest}"`]),
    ...(nearest !== undefined && names.length > LISTED ? [] : [thereAre(names)]),
  ];
  return `There is no ${what} "${cut(name)}": ${parts.join("; ")}.`;
}

function thereAre(names: readonly string[]): string {
  if (names.length === 0) return "there is none";
  if (names.length === 1) return `there is ${names[0]} alone`;
  if (names.length <= LISTED) return `there are ${listed(names)}`;
  return `there are ${countText(names.length)}, from ${names[0]} to ${names.at(-1)}`;
}

function cut(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name;
}
