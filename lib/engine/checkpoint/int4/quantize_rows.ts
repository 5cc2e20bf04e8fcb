/** Weights that share a step and a zero point: neighbours in a row. */
export const INT4_BLOCK = 32;

/** Bytes of a block's codes, two a byte. */
export const BLOCK_BYTES = INT4_BLOCK / 2;

const LARGEST_CODE = 15;

/** Rows of a matrix in 4 bits, in the layout of ONNX Runtime's `MatMulNBits`. */
export interface Int4Rows {
  /** `[rows, blocks, 16]` two codes a byte, the earlier in the lower half. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** `[rows, blocks]` steps, as the upper halves of float32 numbers (bfloat16). */
  readonly scales: Uint16Array<ArrayBuffer>;
  /** `[rows, ceil(blocks / 2)]` two zero points a byte, the earlier in the lower half. */
  readonly zeroPoints: Uint8Array<ArrayBuffer>;
}

/** Blocks of a row; the last may be filled up. */
export function blocksOf(columns: number): number {
  return Math.ceil(columns / INT4_BLOCK);
}

/**
 * Rounds each weight to one of 16 values, evenly spaced within a block of 32
 * neighbours: `w ~ scale * (code - zeroPoint)`, no weight further off than half
 * a step. The 16 values span the block's smallest to its largest weight and
 * have 0 among them. The step is rounded up to bfloat16 first, so that the
 * values are the same whatever type computes with them.
 *
 * @param values `[rows, columns]` finite numbers.
 *
 * Source: round-to-nearest with a zero point, Jacob et al. 2018,
 * arXiv:1712.05877, section 2.1, a block at a time; the layout is that of
 * `MatMulNBits` in ONNX Runtime's docs/ContribOperators.md.
 */
export function quantizeRows(values: Float32Array, columns: number): Int4Rows {
  const rows = values.length / columns;
  const blocks = blocksOf(columns);
  const zeroBytes = Math.ceil(blocks / 2);
  const codes = new Uint8Array(rows * blocks * BLOCK_BYTES);
  const scales = new Uint16Array(rows * blocks);
  const zeroPoints = new Uint8Array(rows * zeroBytes);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * INT4_BLOCK;
      const end = Math.min(start + INT4_BLOCK, (row + 1) * columns);
      let [low, high] = [0, 0];
      for (let i = start; i < end; i++) {
        const value = values[i]!;
        if (value < low) low = value;
        else if (value > high) high = value;
      }
      const at = row * blocks + block;
      const bits = roundedUp((high - low) / LARGEST_CODE);
      scales[at] = bits;
      // a block of zeros: any step will do, 0 is exact
      const inverse = bits === 0 ? 0 : 1 / fromBfloat16(bits);
      const zero = Math.round(-low * inverse);
      zeroPoints[row * zeroBytes + (block >> 1)]! |= zero << (4 * (block & 1));
      const first = at * BLOCK_BYTES;
      for (let i = start; i < end; i++) {
        const code = Math.round(values[i]! * inverse) + zero;
        // both halves rounded up can be one too many: half a step off, as any other
        const kept = code < 0 ? 0 : code > LARGEST_CODE ? LARGEST_CODE : code;
        const place = i - start;
        codes[first + (place >> 1)]! |= kept << (4 * (place & 1));
      }
    }
  }
  return { codes, scales, zeroPoints };
}

/** The weights that {@linkcode quantizeRows} left: `[rows, columns]`. */
export function dequantizeRows(
  { codes, scales, zeroPoints }: Int4Rows,
  columns: number,
): Float32Array<ArrayBuffer> {
  const blocks = blocksOf(columns);
  const zeroBytes = Math.ceil(blocks / 2);
  const rows = scales.length / blocks;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(column / INT4_BLOCK);
      const place = column % INT4_BLOCK;
      const at = row * blocks + block;
      const code = nibble(codes[at * BLOCK_BYTES + (place >> 1)]!, place);
      const zero = nibble(zeroPoints[row * zeroBytes + (block >> 1)]!, block);
      values[row * columns + column] = fromBfloat16(scales[at]!) * (code - zero);
    }
  }
  return values;
}

function nibble(byte: number, place: number): number {
  return place & 1 ? byte >> 4 : byte & 0xf;
}

const number = new Float32Array(1);
const numberBits = new Uint32Array(number.buffer);

/** The bits of the smallest bfloat16 number that is no less than a number, itself no less than 0. */
function roundedUp(value: number): number {
  number[0] = value;
  const bits = numberBits[0]!;
  const isExact = (bits & 0xffff) === 0 && number[0] >= value;
  return (bits >>> 16) + (isExact ? 0 : 1);
}

function fromBfloat16(bits: number): number {
  numberBits[0] = bits << 16;
  return number[0]!;
}
