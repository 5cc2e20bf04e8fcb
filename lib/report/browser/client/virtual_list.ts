/// <reference lib="dom" />
import { type Child, el } from "./dom.ts";

/** Options of {@linkcode VirtualList}. */
export interface VirtualListOptions {
  /** What the list is called to those who do not see it. */
  readonly label: string;
  /** What stands in the row of an item. */
  readonly row: (item: number) => readonly Child[];
  /** Called when a row is clicked. */
  readonly onChoose: (item: number) => void;
}

/** Every row is so high, in CSS pixels: `style/list.css` has the same number. */
const ROW_HEIGHT = 76;

/** Rows above and below what is seen that are there already. */
const MARGIN = 6;

/** A list of which only the rows in view are in the page, however long it is. */
export class VirtualList {
  readonly element: HTMLElement;
  readonly #options: VirtualListOptions;
  readonly #canvas: HTMLElement;
  #items: readonly number[] = [];
  #current: number | undefined;

  constructor(options: VirtualListOptions) {
    this.#options = options;
    this.#canvas = el("div", { class: "list-canvas", role: "presentation" });
    this.element = el("div", {
      class: "list",
      role: "listbox",
      tabindex: 0,
      "aria-label": options.label,
    }, this.#canvas);
    this.element.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** How many rows there is room for, one at least. */
  get pageSize(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT));
  }

  /** Shows other items, and one of them, if it is there, as the current one. */
  show(items: readonly number[], current: number | undefined): void {
    const others = items !== this.#items;
    this.#items = items;
    this.#current = current;
    this.#canvas.style.height = `${items.length * ROW_HEIGHT}px`;
    if (others) this.element.scrollTop = 0;
    this.#reveal();
    this.#draw();
  }

  #reveal(): void {
    const place = this.#current === undefined ? -1 : this.#items.indexOf(this.#current);
    if (place < 0) return;
    const { scrollTop, clientHeight } = this.element;
    const top = place * ROW_HEIGHT;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + clientHeight) {
      this.element.scrollTop = top + ROW_HEIGHT - clientHeight;
    }
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN);
    const last = Math.min(
      this.#items.length,
      Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + MARGIN,
    );
    const rows: HTMLElement[] = [];
    for (let place = first; place < last; place++) rows.push(this.#row(place));
    this.#canvas.replaceChildren(...rows);
    const current = rows.find((row) => row.getAttribute("aria-selected") === "true");
    if (current) this.element.setAttribute("aria-activedescendant", current.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #row(place: number): HTMLElement {
    const item = this.#items[place]!;
    const row = el("div", {
      id: `row-${item}`,
      class: "row",
      role: "option",
      "aria-selected": String(item === this.#current),
      "aria-posinset": place + 1,
      "aria-setsize": this.#items.length,
    }, ...this.#options.row(item));
    row.style.transform = `translateY(${place * ROW_HEIGHT}px)`;
    row.addEventListener("click", () => this.#options.onChoose(item));
    return row;
  }
}
