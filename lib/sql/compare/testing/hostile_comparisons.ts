import type { Row, SqlValue } from "../../value.ts";
import type { RowOrder } from "../row_order.ts";

/** Two results that are hard to compare, and what the official reading says of them. */
export interface HostileComparison {
  readonly name: string;
  readonly make: () => readonly [gold: readonly Row[], predicted: readonly Row[]];
  /** `timeout`: it is given up after a number of steps. */
  readonly official: boolean | "timeout";
  readonly order?: RowOrder;
}

/** Results that are made so that columns can be paired in too many ways, or are very large. */
export const HOSTILE_COMPARISONS: readonly HostileComparison[] = [
  {
    name: "ten columns of bits that agree up to the last, other multiplicities",
    make: () => [
      [...parity(10, 0), ...parity(10, 0), ...parity(10, 1)],
      [...parity(10, 1), ...parity(10, 1), ...parity(10, 0)],
    ],
    official: false,
  },
  {
    name: "even rows of twelve bits and odd ones",
    make: () => [parity(12, 0), parity(12, 1)],
    official: false,
  },
  {
    name: "even rows of twelve bits in another order of rows and columns",
    make: () => [parity(12, 0), turned(parity(12, 0))],
    official: true,
  },
  {
    name: "two graphs of 16 nodes that colors cannot part",
    make: () => [edges(16, rook), edges(16, shrikhande)],
    official: false,
  },
  {
    name: "a graph of 16 nodes and the same graph turned",
    make: () => [edges(16, shrikhande), turned(edges(16, shrikhande))],
    official: true,
  },
  {
    name: "one ring of forty columns and two of twenty",
    make: () => [edges(40, ring(40)), edges(40, ring(20))],
    official: false,
  },
  {
    name: "four rings of ten columns and the same turned",
    make: () => [edges(40, ring(10)), turned(edges(40, ring(10)))],
    official: true,
  },
  {
    name: "many copies of two graphs, one of them exchanged",
    make:
      () => [copies(["rook", "rook", "rook", "other"]), copies(["rook", "rook", "other", "other"])],
    official: "timeout",
  },
  {
    name: "a plane of 57 points and lines, turned",
    make: () => [plane(7), turned(plane(7))],
    official: true,
  },
  {
    name: "two thousand columns of one value",
    make: () => [filled(50, 2_000, () => 7n), filled(50, 2_000, () => 7n)],
    official: true,
  },
  {
    name: "two thousand columns of one value, one row of them another",
    make: () => [
      filled(50, 2_000, () => 7n),
      filled(50, 2_000, (row) => row === 9 ? 8n : 7n),
    ],
    official: false,
  },
  {
    name: "a thousand different columns turned",
    make: () => [filled(60, 1_000, mixedBits), turned(filled(60, 1_000, mixedBits))],
    official: true,
  },
  {
    name: "a unit matrix of 300 columns turned",
    make: () => [
      filled(300, 300, (row, column) => row === column ? 1n : 0n),
      turned(filled(300, 300, (row, column) => row === column ? 1n : 0n)),
    ],
    official: true,
  },
  {
    name: "a hundred thousand rows of ten bits, turned",
    make: () => [filled(100_000, 10, mixedBits), turned(filled(100_000, 10, mixedBits))],
    official: true,
  },
  {
    name: "a hundred thousand rows of ten bits in order, one exchanged",
    make: () => [
      filled(100_000, 10, mixedBits),
      filled(100_000, 10, (row, column) => mixedBits(row === 77_777 ? 3 : row, column)),
    ],
    official: false,
    order: "ordered",
  },
  {
    name: "integers against equal floats in every row",
    make: () => [
      filled(5_000, 8, (row, column) => BigInt((row * 7 + column) % 100)),
      filled(5_000, 8, (row, column) => (row * 7 + column) % 100),
    ],
    // In the script's sort "10" comes before "9", and so does "10.0": it parts no row here.
    official: true,
  },
  {
    name: "texts of a megabyte that differ in the last letter",
    make: () => [[["x".repeat(1e6) + "a", 1n]], [["x".repeat(1e6) + "b", 1n]]],
    official: false,
  },
  {
    name: "half a million values that are all different, turned",
    make: () => [
      filled(50_000, 10, (row, column) => BigInt(row) * 10n + BigInt(column)),
      turned(filled(50_000, 10, (row, column) => BigInt(row) * 10n + BigInt(column))),
    ],
    official: true,
  },
];

/** All rows of `width` bits whose number of ones is even (0) or odd (1). */
export function parity(width: number, odd: 0 | 1): readonly Row[] {
  return filled(2 ** width, width, (row, column) => BigInt((row >> column) & 1))
    .filter((row) => row.reduce((sum: number, bit) => sum + Number(bit), 0) % 2 === odd);
}

/** One row an edge of a graph, a 1 in the two columns that it joins. */
export function edges(nodes: number, joined: (a: number, b: number) => boolean): readonly Row[] {
  const rows: Row[] = [];
  for (let a = 0; a < nodes; a++) {
    for (let b = 0; b < a; b++) {
      if (joined(a, b)) {
        rows.push(Array.from({ length: nodes }, (_, at) => at === a || at === b ? 1n : 0n));
      }
    }
  }
  return rows;
}

/** The graph of a rook's moves on four by four squares. */
export function rook(a: number, b: number): boolean {
  return a >> 2 === b >> 2 || (a & 3) === (b & 3);
}

/** Shrikhande's graph: each node has as many neighbours, and shares as many, as in the rook's. */
export function shrikhande(a: number, b: number): boolean {
  const [x, y] = [((a >> 2) - (b >> 2) + 4) & 3, ((a & 3) - (b & 3) + 4) & 3];
  return [[0, 1], [0, 3], [1, 0], [3, 0], [1, 1], [3, 3]].some(([p, q]) => p === x && q === y);
}

/** Rings of so many nodes, one after another. */
export function ring(size: number): (a: number, b: number) => boolean {
  return (a, b) =>
    Math.floor(a / size) === Math.floor(b / size) &&
    [1, size - 1].includes(Math.abs((a % size) - (b % size)));
}

/** Rows and columns the other way round, by a fixed shuffle of the columns. */
export function turned(rows: readonly Row[]): readonly Row[] {
  const width = rows[0]!.length;
  const order = [...rows[0]!.keys()].map((at) => ({
    at,
    key: (at * 7_919 + 13) % (width + 104_729),
  }))
    .sort((a, b) => a.key - b.key || b.at - a.at).map(({ at }) => at).reverse();
  return rows.map((row) => order.map((at) => row[at]!)).reverse();
}

function filled(
  rows: number,
  columns: number,
  value: (row: number, column: number) => SqlValue,
): readonly Row[] {
  return Array.from(
    { length: rows },
    (_, row) => Array.from({ length: columns }, (_, column) => value(row, column)),
  );
}

function mixedBits(row: number, column: number): bigint {
  let bits = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  return BigInt((bits >>> 13) & 1);
}

function copies(graphs: readonly ("rook" | "other")[]): readonly Row[] {
  return edges(
    16 * graphs.length,
    (a, b) => a >> 4 === b >> 4 && (graphs[a >> 4] === "rook" ? rook : shrikhande)(a & 15, b & 15),
  );
}

/** The lines of the projective plane of a prime order, a 1 in the columns of their points. */
function plane(order: number): readonly Row[] {
  const points = [...Array(order ** 3).keys()]
    .map((at) => [Math.floor(at / order ** 2), Math.floor(at / order) % order, at % order] as const)
    .filter((point) => point.find((part) => part !== 0) === 1);
  return points.map((line) =>
    points.map((point) =>
      point.reduce((sum, part, at) => sum + part * line[at]!, 0) % order === 0 ? 1n : 0n
    )
  );
}
