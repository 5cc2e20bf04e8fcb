import type { PanelFrame } from "./panels.ts";

/** An axis-parallel box in pixels; y grows downwards. */
export type Box = PanelFrame;

/** A straight line from one place to another, in pixels; it may go down or up. */
export type LabelSegment = Box;

/** A label to place beside its anchor. */
export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Further places to stand beside, such as the ends of an error bar. */
  readonly ends?: readonly LabelPlace[];
  /** Whether it is left out rather than placed over something. */
  readonly optional?: boolean;
  /** Places that it would seem to belong to where it is nearer to them than to its anchor. */
  readonly rivals?: readonly LabelPlace[];
}

/** A place in pixels; of a label, its box's left edge and vertical centre. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
}

/** What labels are placed among, in pixels. */
export interface LabelRoom {
  readonly frame: Box;
  /** Marks, which are not to be covered. */
  readonly obstacles: readonly Box[];
  /** What a label may cross where no place near by is clear of it. */
  readonly lines?: readonly LabelSegment[];
  /**
   * Whether each label is placed anew among all others until none has a better place; by default the
   * first ones keep theirs.
   */
  readonly settled?: boolean;
}

/**
 * Places one label after another where it covers least: at several distances round its anchor and
 * its ends, the candidate with the smallest overlap with the obstacles (marks) and with
 * the labels already placed, and never outside the frame while a place inside exists. An optional
 * label that would cover anything, leave the frame, be further off than {@linkcode FARTHEST} or be
 * nearer to a rival than to its anchor has no place.
 *
 * Lines (error bars, axes, paths) may be crossed, by an optional label too, where no place near by is
 * clear of them: a label has a white rim.
 *
 * Greedy on purpose: a figure has a handful of points, and the order of the rows decides.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  room: LabelRoom,
): (LabelPlace | undefined)[] {
  const boxes: (Box | undefined)[] = requests.map(() => undefined);
  for (let round = 0; round < (room.settled ? ROUNDS : 1); round++) {
    const before = JSON.stringify(boxes);
    for (const [i, request] of requests.entries()) {
      const others = boxes.flatMap((box, at) => box && at !== i ? apart(box) : []);
      boxes[i] = bestBox(request, [...room.obstacles, ...others], room);
    }
    if (JSON.stringify(boxes) === before) break;
  }
  return boxes.map((box) => box && { x: box.x0, y: (box.y0 + box.y1) / 2 });
}

/** Where a label covers least of what is taken; `undefined` for an optional one without a place. */
function bestBox(
  request: LabelRequest,
  taken: readonly Box[],
  { frame, lines = [] }: LabelRoom,
): Box | undefined {
  let best: { readonly box: Box; readonly cost: number; readonly free: boolean } | undefined;
  for (const { box, distance } of candidates(request)) {
    if (request.optional && seemsOfAnother(box, request)) continue;
    const outside = area(box) - overlap(box, frame);
    const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
    // Distance only breaks ties: a clear place further away beats a covered one near by.
    const crossed = lines.reduce((sum, line) => sum + lengthWithin(line, box), 0);
    const cost = 1000 * outside + 10 * covered + CROSSING * crossed + distance;
    if (best === undefined || cost < best.cost) best = { box, cost, free: outside + covered < 1 };
  }
  if (request.optional && !best?.free) return undefined;
  if (best === undefined) throw new RangeError("Cannot place a label: it has no candidates");
  return best.box;
}

/** A label's box with the room beside it. */
function apart(box: Box): Box {
  return { ...box, x0: box.x0 - APART, x1: box.x1 + APART };
}

/** So often labels are placed anew at most: two may change places for ever. */
const ROUNDS = 8;
/** What a pixel of a crossed line is worth in pixels of distance. */
const CROSSING = 0.3;
/** Between two labels in a line, in pixels. */
const APART = 3;
/** An optional label is no further from its anchor, in pixels: it would seem to be another one's. */
const FARTHEST = 14;

interface Candidate {
  readonly box: Box;
  readonly distance: number;
}

function* candidates(request: LabelRequest): Iterable<Candidate> {
  for (const gap of [7, 9, 14]) yield* around(request, { request, gap });
  // Dearer than the places beside the anchor, cheaper than those far from it.
  for (const end of request.ends ?? []) yield* around(end, { request, gap: 8, penalty: 7 });
  if (request.optional) return;
  for (const gap of [20, 30]) yield* around(request, { request, gap });
}

function* around(
  { x, y }: LabelPlace,
  { request: { width, height }, gap, penalty = 0 }: {
    readonly request: LabelRequest;
    readonly gap: number;
    readonly penalty?: number;
  },
): Iterable<Candidate> {
  const columns = [x + gap, x - gap - width, x - width / 2];
  const rows = [y, y - gap - height / 2, y + gap + height / 2];
  for (const left of columns) {
    for (const middle of rows) {
      // The ninth place would be on the anchor itself.
      if (left === columns[2] && middle === rows[0]) continue;
      const box = {
        x0: left,
        x1: left + width,
        y0: middle - height / 2,
        y1: middle + height / 2,
      };
      yield { box, distance: away(box, { x, y }) + penalty };
    }
  }
}

/** Whether a box is far from its anchor, or nearer to a rival than to it. */
function seemsOfAnother(box: Box, request: LabelRequest): boolean {
  const off = away(box, request);
  return off > FARTHEST || (request.rivals ?? []).some((other) => away(box, other) < off);
}

/** How far a place is from a box; 0 within. */
function away({ x0, x1, y0, y1 }: Box, { x, y }: LabelPlace): number {
  return Math.hypot(Math.max(x0 - x, 0, x - x1), Math.max(y0 - y, 0, y - y1));
}

/** How long the part of a segment within a box is, after Liang and Barsky. */
function lengthWithin({ x0, y0, x1, y1 }: LabelSegment, box: Box): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [from, to] = [0, 1];
  for (
    const [step, room] of [
      [-dx, x0 - box.x0],
      [dx, box.x1 - x0],
      [-dy, y0 - box.y0],
      [dy, box.y1 - y0],
    ] as const
  ) {
    if (step === 0) {
      if (room <= 0) return 0;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  return to > from ? (to - from) * Math.hypot(dx, dy) : 0;
}

function area(box: Box): number {
  return (box.x1 - box.x0) * (box.y1 - box.y0);
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  return width > 0 && height > 0 ? width * height : 0;
}
