/// <reference lib="dom" />
import type { ChangesBlock, ChangeWords, StudyBlock } from "../format.ts";
import { choiceDetail, choiceMarkdown } from "./questions/choice_detail.ts";
import { type ChoiceStudy, openChoiceStudy } from "./questions/choice_source.ts";
import { byId, type Child, countText, el, nameText, refill } from "./dom.ts";
import { drawFacets } from "./facets.ts";
import { KINDS, NO_KIND, nothingText, type Selection, selectItems, type Source } from "./select.ts";
import { sqlDetail, sqlMarkdown } from "./questions/sql_detail.ts";
import { type Listed, questionRow } from "./questions/question_row.ts";
import { openSqlStudy, type SqlStudy } from "./questions/sql_source.ts";
import { drawSummary, groupOf } from "./summary_bar.ts";
import { hashOfView, type View, withValue } from "./view.ts";
import { VirtualList } from "./virtual_list.ts";

/** From this width on list and question are beside each other: `style/layout.css` has the same number. */
const WIDE = "(min-width: 62rem)";

/** The state of an entry of the history whose question was opened from the list, the entry before. */
const FROM_LIST = "from the list";

/** The page below its controls: it shows a view, and tells when another one is wanted. */
export class App {
  readonly #study: StudyBlock;
  readonly #changes: ChangesBlock;
  readonly #list: VirtualList;
  #view: View;
  #listed: Listed | undefined;
  #listedKey = "";
  #opened: { readonly key: string; readonly listed: Promise<Listed | undefined> } | undefined;
  #selection: Selection | undefined;
  #sql: Promise<SqlStudy> | undefined;
  #choices: Promise<ChoiceStudy> | undefined;
  #shownKey = "";

  constructor(study: StudyBlock, changes: ChangesBlock, view: View) {
    this.#study = study;
    this.#changes = changes;
    this.#view = view;
    this.#list = new VirtualList({
      label: "Questions",
      row: (at) => questionRow(this.#listed!, at),
      onChoose: (at) => this.open(at),
    });
    byId("list-host").append(this.#list.element);
  }

  get view(): View {
    return this.#view;
  }

  /**
   * Shows another view, and has it in the address.
   *
   * @param push Whether Back comes to the view before: for choices, not for what goes letter by letter
   * or question by question.
   */
  show(view: View, { push = false } = {}): Promise<void> {
    const hash = this.#hashOf(view);
    if (push && hash !== this.#hashOf(this.#view)) {
      const fromList = this.#view.id === "" && view.id !== "";
      history.pushState(fromList ? FROM_LIST : null, "", hash);
    } else history.replaceState(view.id === "" ? null : history.state, "", hash);
    // what it says is of an address that is no longer there
    byId("notice").textContent = "";
    return this.draw(view);
  }

  /** The questions of a view; `undefined` where one of the two was not asked them. */
  async source(view: View): Promise<Source | undefined> {
    return (await this.#open(view))?.source;
  }

  /** Shows another view; at once where what it needs is inflated already. */
  async draw(view: View): Promise<void> {
    this.#view = view;
    const key = keyOf(view);
    if (key !== this.#listedKey) {
      const listed = await this.#open(view);
      // another view was asked for while this one was being inflated
      if (view !== this.#view) return;
      this.#listed = listed;
      this.#listedKey = key;
    }
    this.#drawAll();
  }

  /** Opens a question; on a small screen it comes over the list. */
  open(at: number, { push = true } = {}): void {
    void this.show({ ...this.#view, id: this.#listed!.source.ids[at]! }, { push });
  }

  /** Closes the open question: by going back where it was opened from the list. */
  close(): void {
    const view = { ...this.#view, id: "" };
    if (history.state !== FROM_LIST) {
      void this.show(view);
      return;
    }
    // before others hear of it: the marks may have been changed since
    const keep = (): void => history.replaceState(history.state, "", this.#hashOf(view));
    addEventListener("popstate", keep, { capture: true, once: true });
    history.back();
  }

  /** Opens a question so many places on, or before the open one; as far as there are some. */
  step(by: number): void {
    const shown = this.#selection?.shown ?? [];
    if (shown.length === 0) return;
    const place = shown.indexOf(this.#current() ?? -1);
    const next = Math.min(shown.length - 1, Math.max(0, place + by));
    // a question over the list is left by Back, others are passed by
    const covers = this.#view.id === "" && !matchMedia(WIDE).matches;
    this.open(shown[next]!, { push: covers });
  }

  /** How many questions the list has room for. */
  get pageSize(): number {
    return this.#list.pageSize;
  }

  #hashOf(view: View): string {
    return hashOfView(view, this.#study.sql?.prompts.length ?? 0);
  }

  /** The open question as Markdown; `undefined` where none is open. */
  async markdown(): Promise<string | undefined> {
    const at = this.#current();
    if (at === undefined || !this.#listed) return undefined;
    const { tab, source } = this.#listed;
    const kind = KINDS[source.kinds[at]!]?.name ?? "not answered by both";
    return tab === "sql"
      ? await sqlMarkdown(source.item(at), kind, this.#view)
      : choiceMarkdown(await source.item(at), kind, this.#view);
  }

  /** What a view lists; made once while one view after another lists the same. */
  #open(view: View): Promise<Listed | undefined> {
    const key = keyOf(view);
    if (this.#opened?.key !== key) this.#opened = { key, listed: this.#openPair(view) };
    return this.#opened.listed;
  }

  async #openPair({ tab, from, to, prompt }: View): Promise<Listed | undefined> {
    const [first, second] = [from, to].map((name) => this.#variant(name));
    const { sql, choices } = this.#study;
    if (tab === "sql" && sql) {
      const study = await (this.#sql ??= openSqlStudy(sql));
      const at = sql.prompts.indexOf(prompt);
      if (!study.has(first!, at) || !study.has(second!, at)) return undefined;
      return { tab, source: study.source(first!, second!, at) };
    }
    if (tab === "choices" && choices) {
      const study = await (this.#choices ??= openChoiceStudy(choices));
      if (!study.has(first!) || !study.has(second!)) return undefined;
      return { tab, source: study.source(first!, second!) };
    }
    return undefined;
  }

  #variant(name: string): number {
    return this.#study.variants.findIndex((variant) => variant.name === name);
  }

  #words(gauge: keyof ChangesBlock): ChangeWords | undefined {
    const { from, to, prompt } = this.#view;
    const at = gauge === "sql" ? this.#study.sql?.prompts.indexOf(prompt) ?? 0 : 0;
    return this.#changes[gauge][`${this.#variant(from)},${this.#variant(to)},${at}`];
  }

  /** What the pair changes on the measures that are not listed now. */
  #others(): { readonly name: string; readonly sentence: string }[] {
    const { tab, prompt } = this.#view;
    const { sql, choices } = this.#study;
    const shots = (sql?.prompts.length ?? 0) > 1 ? `, ${prompt}` : "";
    const other = tab === "sql"
      ? { name: choices?.title ?? "", words: this.#words("mmlu") }
      : { name: `Text-to-SQL${shots}`, words: this.#words("sql") };
    return [other, { name: "General text (lower is better)", words: this.#words("prose") }]
      .flatMap(({ name, words }) => words ? [{ name, sentence: words.sentence }] : []);
  }

  #drawAll(): void {
    const listed = this.#listed;
    byId("listed").hidden = listed === undefined;
    if (!listed) {
      this.#selection = undefined;
      refill(byId("summary"), el("p", { class: "sentence" }, "One of the two was not asked this."));
      this.#drawDetail();
      return;
    }
    const view = this.#view;
    const selection = selectItems(listed.source, view);
    this.#selection = selection;
    const words = this.#words(view.tab === "sql" ? "sql" : "mmlu");
    drawSummary(byId("summary"), {
      view,
      selection,
      measure: view.tab === "sql" ? "text-to-SQL" : this.#study.choices!.title,
      prompt: view.tab === "sql" && this.#study.sql!.prompts.length > 1 ? view.prompt : undefined,
      clusters: view.tab === "sql" ? "databases" : "subjects",
      words,
      others: this.#others(),
      group: groupOf(view, words),
      unscored: view.tab === "sql" ? this.#study.sql!.unscored : undefined,
    }, (kind) => void this.show({ ...view, kind, id: "" }, { push: true }));
    drawFacets(byId("facets"), listed.source.facets, {
      view,
      selection,
      onValue: (facet, value) =>
        void this.show({ ...withValue(view, facet, value), id: "" }, { push: true }),
      redraw: () => this.#drawAll(),
    });
    const chosen = [...view.filters.values()].flat().length;
    byId("chosen").textContent = chosen === 0 ? "" : ` (${chosen} chosen)`;
    byId("found").textContent = `${countText(selection.shown.length)} question${
      selection.shown.length === 1 ? "" : "s"
    }`;
    byId("reset").hidden = !selection.narrowed;
    byId("nothing").hidden = selection.shown.length > 0;
    byId("nothing").textContent = nothingText(view);
    this.#list.show(selection.shown, this.#current());
    this.#drawDetail();
  }

  /** The open question: the one of the address, else the first where there is room beside the list. */
  #current(): number | undefined {
    const { id } = this.#view;
    if (id !== "") {
      const at = this.#listed?.source.ids.indexOf(id) ?? -1;
      return at < 0 ? undefined : at;
    }
    return matchMedia(WIDE).matches ? this.#selection?.shown[0] : undefined;
  }

  #drawDetail(): void {
    const at = this.#current();
    this.#cover(this.#view.id !== "");
    const { marks } = this.#view;
    const toggle = byId("marks");
    toggle.hidden = this.#listed?.tab !== "sql";
    toggle.textContent = marks === "gold" ? "Marks: against gold" : "Marks: against each other";
    const key = `${this.#listedKey}\n${at}\n${marks}`;
    if (key === this.#shownKey) return;
    this.#shownKey = key;
    const host = byId("question");
    const missing = this.#view.id !== "" && at === undefined;
    if (at === undefined) {
      refill(
        byId("question-title"),
        missing ? `There is no question "${this.#view.id}" here` : "No question is open",
      );
      refill(host);
      return;
    }
    void this.#fillDetail(host, at, key);
  }

  /** On a small screen an open question covers the list, and takes the focus with it. */
  #cover(open: boolean): void {
    const { classList } = document.body;
    if (classList.contains("open") === open) return;
    classList.toggle("open", open);
    if (!matchMedia(WIDE).matches) (open ? byId("shut") : this.#list.element).focus();
  }

  async #fillDetail(host: HTMLElement, at: number, key: string): Promise<void> {
    const { tab, source } = this.#listed!;
    const names = this.#view;
    let parts: readonly Child[];
    let place: string;
    if (tab === "sql") {
      const item = source.item(at);
      place = [item.database, item.hardness].join(" · ");
      parts = await sqlDetail(item, this.#study.sql!, names);
    } else {
      const item = await source.item(at);
      place = [...new Set([item.subject, item.category])].map(nameText).join(" · ");
      parts = choiceDetail(item, names);
    }
    if (key !== this.#shownKey) return;
    const kind = source.kinds[at]!;
    refill(
      byId("question-title"),
      kind === NO_KIND ? "" : el("span", { class: `sign k${kind}` }, KINDS[kind]!.sign),
      `${source.ids[at]} `,
      el("span", { class: "word" }, KINDS[kind]?.name ?? "not answered by both"),
      el("span", { class: "quiet" }, place),
    );
    refill(host, ...parts);
    byId("detail").scrollTop = 0;
  }
}

function keyOf({ tab, from, to, prompt }: View): string {
  return [tab, from, to, prompt].join("\n");
}
