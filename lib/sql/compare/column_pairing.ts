import type { Budget } from "./budget.ts";
import { type ColumnGroup, columnGroups } from "./column_groups.ts";
import { type Colors, named, type PairingSide, refinedColors, withPair } from "./column_colors.ts";
import { type IdTable, sameRowBag } from "./id_table.ts";

/**
 * Whether the columns of two tables of one width can be paired one to one so that the tables have the
 * same bag of rows.
 *
 * There may be as many pairings as the factorial of the columns, so they are not tried one by one:
 * columns with the same values count as one, colors say which columns can be partners at all, one
 * pair at a time is fixed where they do not decide, and a partner that could change places with one
 * that failed is not tried. A pairing is believed only when the rows have been compared; that none
 * exists, only when no partner is left. So the answer is exact.
 *
 * Tables can still be made for which it takes too long (it is the isomorphism of graphs), hence the
 * budget.
 *
 * @throws {ComparisonBudgetError} If it takes more steps than the budget has.
 */
export function columnsPairUp(gold: IdTable, predicted: IdTable, budget: Budget): boolean {
  const sides = {
    gold: { table: gold, groups: columnGroups(gold, budget) },
    predicted: { table: predicted, groups: columnGroups(predicted, budget) },
  };
  const colors = named(sizes(sides.gold.groups), sizes(sides.predicted.groups));
  return colors !== undefined && new Pairing(sides.gold, sides.predicted, budget).exists(colors);
}

class Pairing {
  readonly #gold: PairingSide;
  readonly #predicted: PairingSide;
  readonly #budget: Budget;
  readonly #exchangeable = new Map<string, boolean>();

  constructor(gold: PairingSide, predicted: PairingSide, budget: Budget) {
    this.#gold = gold;
    this.#predicted = predicted;
    this.#budget = budget;
  }

  exists(given: Colors): boolean {
    const budget = this.#budget;
    const colors = refinedColors(this.#gold, this.#predicted, { colors: given, budget });
    if (colors === undefined) return false;
    // Any pairing by color may do, where columns of one color are alike in every way.
    if (this.#rowsAgree(colors)) return true;
    const open = this.#smallestOpenColor(colors);
    if (open === undefined) return false;
    const column = colors.gold.indexOf(open);
    const failed: number[] = [];
    for (const [partner, color] of colors.predicted.entries()) {
      if (color !== open || failed.some((other) => this.#areExchangeable(other, partner))) continue;
      if (this.exists(withPair(colors, column, partner))) return true;
      failed.push(partner);
    }
    return false;
  }

  #smallestOpenColor({ gold, count }: Colors): number | undefined {
    const sizes = new Int32Array(count);
    for (const color of gold) sizes[color]!++;
    let smallest: number | undefined;
    for (const [color, size] of sizes.entries()) {
      if (size > 1 && (smallest === undefined || size < sizes[smallest]!)) smallest = color;
    }
    return smallest;
  }

  #rowsAgree(colors: Colors): boolean {
    return sameRowBag(
      { table: this.#gold.table, order: byColor(this.#gold.groups, colors.gold) },
      { table: this.#predicted.table, order: byColor(this.#predicted.groups, colors.predicted) },
      this.#budget,
    );
  }

  // Whether the predicted rows stay the same bag when two columns change places. Then whatever can be
  // said of a pairing with the one holds for the same pairing with the other.
  #areExchangeable(a: number, b: number): boolean {
    const pair = `${Math.min(a, b)} ${Math.max(a, b)}`;
    return this.#exchangeable.getOrInsertComputed(pair, () => {
      const { table, groups } = this.#predicted;
      const order = groups.map(({ column }) => column);
      const exchanged = order.with(a, order[b]!).with(b, order[a]!);
      return groups[a]!.size === groups[b]!.size &&
        sameRowBag({ table, order }, { table, order: exchanged }, this.#budget);
    });
  }
}

function sizes(groups: readonly ColumnGroup[]): Float64Array {
  return Float64Array.from(groups, ({ size }) => size);
}

function byColor(groups: readonly ColumnGroup[], colors: Int32Array): readonly number[] {
  return groups.map(({ column }, at) => ({ column, color: colors[at]! }))
    .sort((a, b) => a.color - b.color)
    .map(({ column }) => column);
}
